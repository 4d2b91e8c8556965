"""A question as typed, to one that can be searched.

In order: tidy (refuse what is no question), spelling (spelling.py), follow-ups (followup.py), plain
words (everyday_words.toml), focus (what is asked, without what is told around it).

What this file does not know: the conversation, and the index.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from bot.text.tokens import WORD, content_stems, fold
from ingest.errors import QuestionError, QuestionTooLong

_LEXICON = Path(__file__).parent / "everyday_words.toml"
_ASKS = re.compile(
    r"(?:and |but |so |or |also |then |honestly |well |please |ok |okay |just |like |hi |hello )*"
    r"(?:how|what|whats|what's|why|which|wich|who|whose|where|when|is|are|am|can|could|do|does|did|will|would"
    r"|should|has|have|any|if|list|explain|show|tell|give)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[.!?…])\s+|\.{2,}\s*|[,;:]\s+|\s+[-–—]+\s+|\n+")


def tidy(question: str, *, longest: int) -> str:
    """The question in one line of printable text (NFC).

    Raises QuestionError if nothing is left of it and QuestionTooLong beyond `longest` characters.
    """
    if len(question) > longest:
        raise QuestionTooLong(
            f"Please ask in at most {longest} characters; this has {len(question)}. One question at a time works best."
        )
    readable = "".join(" " if c.isspace() else c for c in question if c.isspace() or _printable(c))
    text = " ".join(unicodedata.normalize("NFC", readable).split())
    if not any(c.isalnum() for c in text):
        raise QuestionError("Please type a question in words.")
    return text


def _printable(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def focus(question: str) -> str:
    """The part that asks, without what is told around it: "long day, my back hurts, how …" -> "how …".

    The whole question if the asking part has fewer than two content words of its own ("…, is that
    bad?" says nothing without what stands before).
    """
    clauses = [m for m in _split(question) if m.strip()]
    for i in range(len(clauses) - 1, 0, -1):
        rest = "".join(clauses[i:]).strip()
        if _ASKS.match(rest) and len(content_stems(rest)) >= 2:
            return rest
    return question


def _split(text: str) -> list[str]:
    """Clauses with what parts them, so that joining them gives the text back."""
    pieces, at = [], 0
    for m in _CLAUSE.finditer(text):
        pieces.append(text[at : m.end()])
        at = m.end()
    return [*pieces, text[at:]]


@functools.lru_cache(maxsize=1)
def _lexicon() -> Mapping[str, str]:
    return {str(k): str(v) for k, v in tomllib.loads(_LEXICON.read_text(encoding="utf-8"))["words"].items()}


def plain_words(question: str) -> str:
    """Everyday words replaced by those that blogs write (everyday_words.toml)."""
    return WORD.sub(lambda m: _lexicon().get(fold(m[0]), m[0]), question)
