"""A question as typed, and its conversation, to a question that stands alone and can be searched.

In order: tidy (refuse what is no question), rewrite (a follow-up takes its topic from what was
asked before), spelling (spelling.py), plain words (lexicon.toml), focus (what is asked, without
what is told around it).

History comes from the client: only what the reader is said to have asked is looked at, as words
to search with; it can change which passages are found, never what they say.

What this file does not know: the index.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.answer import Turn
from bot.keywords import STOPWORDS, WORD, content_stems, fold
from ingest.errors import QuestionError, QuestionTooLong

_LEXICON = Path(__file__).parent / "lexicon.toml"
_ASKS = re.compile(
    r"(?:and |but |so |or |also |then |honestly |well |please |ok |okay |just |like |hi |hello )*"
    r"(?:how|what|whats|what's|why|which|wich|who|whose|where|when|is|are|am|can|could|do|does|did|will|would"
    r"|should|has|have|any|if|list|explain|show|tell|give)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[.!?…])\s+|\.{2,}\s*|[,;:]\s+|\s+[-–—]+\s+|\n+")
# Words that point back at something said before.
_POINTERS = frozenset(
    [
        "it",
        "its",
        "that",
        "those",
        "these",
        "this",
        "they",
        "them",
        "their",
        "there",
        "one",
        "ones",
        "he",
        "she",
        "him",
        "her",
        "same",
        "other",
        "others",
        "another",
        "else",
    ]
)
_CONTINUES = re.compile(
    r"^(?:and|or|but|so|what about|how about|what if|also|then|ok(?:ay)?|why|how)\b", re.IGNORECASE
)
_HERE = re.compile(
    r"\b(?:this|that|these|those) (?:blog|post|article|page|site|stretch|stretches|pain|exercise|exercises)\b"
    r"|\b(?:is|are) (?:it|there) (?:true|ok|okay|normal|safe|possible|bad|good|worth|any|a|an)\b",
    re.IGNORECASE,
)
_FULL = 3  # content words from which a question can stand alone


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


def rewrite(question: str, history: Sequence[Turn]) -> str:
    """The question with the topic of the conversation added if it does not stand alone.

    What is added are the content words of the reader's last question that stood alone, and of
    what came between, in parentheses: "how long?" becomes "how long? (seated hamstring stretch)".
    """
    if not needs_context(question):
        return question
    topic: list[str] = []
    for turn in reversed(history):
        if turn.role != "user":
            continue
        topic = [w for w in _content(turn.content) if fold(w) not in {fold(t) for t in topic}] + topic
        if topic and not needs_context(turn.content):
            break
    own = set(content_stems(question))
    added = [w for w in topic if not set(content_stems(w)) <= own][:12]
    return f"{question} ({' '.join(added)})" if added else question


def needs_context(question: str) -> bool:
    """Does the question lean on what was said before? Short, or pointing back, and not both full."""
    content = content_stems(question)
    if len(content) >= 2 * _FULL:
        return False
    said = [m[0] for m in WORD.finditer(question)]
    # "IT" in capitals is the iliotibial band or the trade, not "it".
    points = any(fold(w) in _POINTERS and w != "IT" for w in said) and not _HERE.search(question)
    if points:
        return len(content) < _FULL or bool(
            re.search(r"\b(?:other|same|that|this|it) ?(?:one|ones|too)?\W*$", question, re.I)
        )
    return not content or (len(content) < 2 and bool(_CONTINUES.match(question)))


def _content(text: str) -> list[str]:
    return [m[0] for m in WORD.finditer(text) if fold(m[0]) not in STOPWORDS and fold(m[0]) not in _POINTERS]


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
    """Everyday words replaced by those that blogs write (lexicon.toml)."""
    return WORD.sub(lambda m: _lexicon().get(fold(m[0]), m[0]), question)
