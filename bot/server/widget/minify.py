"""Minifies the widget's scripts: `make widget` writes the built files from their sources.

The server reads the built files only, so that owners need no minifier (tdewolff/minify, a Go library).
Run it after each change of the scripts; a test fails if the built files are out of date.
"""

from __future__ import annotations

import re

from bot.server.widget.script import BUILT

SOURCES = BUILT.parent
NAMES = ("widget.js", "widget-panel.js", "widget-agent.js", "element.js")
_TEMPLATE = re.compile(r"`[^`]*`")  # the templates hold style sheets, where line ends have no meaning


def minify_script(script: str) -> str:
    """The minified script. Raises ValueError if it is not JavaScript."""
    import minify

    return str(minify.string("application/javascript", _TEMPLATE.sub(_on_one_line, script)))


def build(name: str) -> str:
    """The content that a built file should have."""
    return minify_script((SOURCES / name).read_text(encoding="utf-8"))


def main() -> None:
    """Write all built files."""
    BUILT.mkdir(exist_ok=True)
    for name in NAMES:
        (BUILT / name).write_text(build(name), encoding="utf-8")


def _on_one_line(template: re.Match[str]) -> str:
    return template[0].replace("\n", "")


if __name__ == "__main__":
    main()
