"""Untrusted text made safe for a terminal or a log."""

from __future__ import annotations

import re

# Controls, overrides and isolates of direction, other line ends, and half characters, which no terminal can
# print. Line feeds and tabs stay.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with what should not be printed as its escape, such as \\x1b."""
    return _UNPRINTABLE.sub(lambda m: m[0].encode("unicode_escape").decode(), text)


def replace_lone_surrogates(text: str) -> str:
    """The text with each half of a surrogate pair, which JSON can carry, as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
