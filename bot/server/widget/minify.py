"""Makes the widget's scripts small: `make widget` writes static/built/ from static/widget.js and static/element.js.

The server only reads what stands in static/built, so that no owner has to install a minifier
(tdewolff/minify, a Go library: a tool of this project's developers). Run it after each change of those
scripts; a test tells who forgot. What this file does not know: what the scripts do (embed.py).
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "static" / "widget"
BUILT = FOLDER / "built"
NAMES = ("widget.js", "element.js")
_TEMPLATE = re.compile(r"`[^`]*`")  # ours hold style sheets, in which a line's end means nothing


def minified(script: str) -> str:
    """The same script, shorter. Raises ValueError if it cannot be read as one."""
    import minify

    return str(minify.string("application/javascript", _TEMPLATE.sub(_on_one_line, script)))


def built(name: str) -> str:
    """What should stand in static/built."""
    return minified((FOLDER / name).read_text(encoding="utf-8"))


def main() -> None:
    """Write all of them."""
    BUILT.mkdir(exist_ok=True)
    for name in NAMES:
        (BUILT / name).write_text(built(name), encoding="utf-8")


def _on_one_line(template: re.Match[str]) -> str:
    return template[0].replace("\n", "")


if __name__ == "__main__":
    main()
