"""Clean a question: printable text in one line, the clause that asks, and the words that blogs use."""

from __future__ import annotations

import re
import unicodedata

from bot.text.english import AUXILIARIES, QUESTION_WORDS
from bot.text.subjects import Subject
from bot.text.tokens import WORD, content_stems, fold
from ingest.errors import QuestionError, QuestionTooLong

# "was lifting boxes" continues a story more often than it asks.
_AUXILIARIES = [word for word in AUXILIARIES if word not in ("was", "were", "may", "might", "must")]
_ASKS = re.compile(
    r"(?:and |but |so |or |also |then |honestly |well |please |ok |okay |just |like |hi |hello )*"
    rf"(?:{'|'.join([*QUESTION_WORDS, *_AUXILIARIES])}|whats|what's|wich|any|if|list|explain|show|tell|give)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[.!?…])\s+|\.{2,}\s*|[,;:]\s+|\s+[-–—]+\s+|\n+")
_CHAT = r"(?:lol|lmao|omg|tbh|btw|imo|pls|plz|haha|tho|though)"
_CHAT_WORDS = (
    (re.compile(rf"^(?:{_CHAT}\b[\s,.!]*)+(?=\S)", re.IGNORECASE), ""),
    (re.compile(rf"(?<=\w)(?:[\s,.!]+{_CHAT})+(?=[.!]*\??$)", re.IGNORECASE), ""),
    (re.compile(r"(?<!\w)w/o\b"), "without"),
    (re.compile(r"(?<!\w)w/ ?(?=\w)"), "with "),
    (re.compile(r"(?<![\w'’.-])r (?=u\b|you\b)"), "are "),
    (re.compile(r"(?<![\w'’.-])u(?![\w'’.-])"), "you"),
    (re.compile(r"(?<![\w'’.-])ur(?![\w'’.-])"), "your"),
)


def tidy(question: str, *, longest: int) -> str:
    """The question in one line of printable text (NFC).

    Raises:
        QuestionError: Nothing is left of it.
        QuestionTooLong: It has more than `longest` characters.
    """
    if len(question) > longest:
        raise QuestionTooLong(
            f"Please ask in at most {longest} characters; this has {len(question)}. One question at a time works best."
        )
    readable = "".join(" " if c.isspace() else c for c in question if c.isspace() or _is_printable(c))
    text = without_chat_words(" ".join(unicodedata.normalize("NFC", readable).split()))
    if not any(c.isalnum() for c in text):
        raise QuestionError("Please type a question in words.")
    return text


def without_chat_words(text: str) -> str:
    """The text without "lol" before or after it, and with "you" for "u"; as it is where nothing else is left."""
    for pattern, by in _CHAT_WORDS:
        shorter = pattern.sub(by, text)
        text = shorter if any(c.isalnum() for c in shorter) else text
    return text


def _is_printable(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def focus(question: str) -> str:
    """The clause that asks, without the story before it: "long day, my back hurts, how …" -> "how …".

    The whole question if that clause has fewer than two content words ("…, is that bad?").
    """
    clauses = [m for m in _split(question) if m.strip()]
    for i in range(len(clauses) - 1, 0, -1):
        rest = "".join(clauses[i:]).strip()
        if _ASKS.match(rest) and len(content_stems(rest)) >= 2:
            return rest
    return question


def _split(text: str) -> list[str]:
    """Clauses with their separators, so that joining them gives the text back."""
    pieces, at = [], 0
    for m in _CLAUSE.finditer(text):
        pieces.append(text[at : m.end()])
        at = m.end()
    return [*pieces, text[at:]]


def plain_words(question: str, subject: Subject) -> str:
    """Everyday words replaced by those that blogs on the subject write."""
    return WORD.sub(lambda m: subject.everyday_words.get(fold(m[0]), m[0]), question)
