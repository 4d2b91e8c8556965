"""The widget: the script that a blog loads, and the page on which its owner gets the line to paste.

In go the languages, the title and the settings, out come routes. It does not know what the chat answers,
nor which sites may show it.
"""

from bot.server.widget.install_page import add_install_page
from bot.server.widget.script import add_script_routes, load_agent, load_element, load_panel, load_widget

__all__ = ["add_install_page", "add_script_routes", "load_agent", "load_element", "load_panel", "load_widget"]
