"""Any text as Markdown that reads exactly like it."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|$]")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")
_LINE_START = re.compile(r"^(#{1,6}|[-+=]+|\d+[.)])(?=\s|$)")


def escape(text: str) -> str:
    """Text as Markdown that reads exactly like it: nothing in a quote may act as markup or marker."""
    flat = re.sub(r"[\n\r]", " ", text).strip()
    safe = _SPECIAL.sub(lambda m: "\\" + m[0], flat)
    return _LINE_START.sub(lambda m: m[1][:-1] + "\\" + m[1][-1], safe)


def unescape(markdown: str) -> str:
    """escape() undone, to show the text by other means than Markdown."""
    return _ESCAPED.sub(lambda m: m[1], markdown)
