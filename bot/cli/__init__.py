"""The command line `footnote`: options in, text or JSON on stdout out, errors as one line on stderr.

Settings come from the environment, overridden by options. This room does not know how anything is done.
"""

from bot.cli.commands import main

__all__ = ["main"]
