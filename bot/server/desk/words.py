"""The desk's texts in the owner's language: one JSON file for each language.

Gradio's page is made once, for every language: its labels are marks such as @@posts_search@@, which `translate` puts
into words when the page is sent. What a handler answers is in words at once.
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from types import MappingProxyType

from bot.server.window import CODES, Languages, Translations

FOLDER = Path(__file__).parents[2] / "static" / "desk" / "words"
_MARK = re.compile(rb"@@([a-z][a-z0-9_]*)@@")


@functools.cache
def desk_languages() -> Languages:
    """The languages that the desk comes with."""
    read = {code: json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8")) for code in CODES}
    return MappingProxyType(
        {code: Translations(code, MappingProxyType(texts)) for code, texts in read.items()}
    )


def mark(key: str) -> str:
    """The mark of a text, for a label. Raises KeyError for a key that the English texts lack."""
    if key not in desk_languages()[CODES[0]].texts:
        raise KeyError(key)
    return f"@@{key}@@"


def translate(page: bytes, words: Translations) -> bytes:
    """The page with each mark in words; the texts hold nothing that HTML or JSON would have to escape."""
    return _MARK.sub(lambda m: words(m[1].decode()).encode(), page)
