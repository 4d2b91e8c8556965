"""The window's own words in the reader's language: one JSON file a language in static/words/.

The window's script (static/ui.js) reads the same files. A reader's language is the one that the
address asks for (`?lang=de`, which the widget sets from the blog's page), else the browser's first
that there is a file for, else English.

What this file does not know: the language of the blog and of an answer (language.py), and what the
widget's button says (static/widget.js carries its few words itself).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "words"
CODES = ("en", "es", "de", "fr", "it", "pt")
_RANGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True)
class Words:
    """code: ISO 639-1. said: what is said by key, with {names} for what is put in."""

    code: str
    said: Mapping[str, str]

    @property
    def locale(self) -> str:
        """For dates: an English one that most of the world reads without a second look."""
        return "en_GB" if self.code == "en" else self.code

    def __call__(self, key: str, **put_in: object) -> str:
        """The words for a key; KeyError for one that en.json does not have."""
        return self.said[key].format_map(put_in) if put_in else self.said[key]


@functools.cache
def words_in(code: str) -> Words:
    """The words of one of CODES."""
    return Words(code, json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8")))


def words_for(asked: str = "", accepted: str = "") -> Words:
    """asked: a language tag that somebody chose, such as "pt-BR". accepted: an Accept-Language header."""
    for code in [*_codes(asked[:40]), *_codes(accepted[:400])]:
        if code in CODES:
            return words_in(code)
    return words_in(CODES[0])


def _codes(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110, 12.5.4), the dearest first."""
    found = [m for part in header.split(",") if (m := _RANGE.fullmatch(part))]
    ranked = sorted(found, key=lambda m: -float(m[2] or 1))
    return [m[1].lower() for m in ranked if float(m[2] or 1) > 0]
