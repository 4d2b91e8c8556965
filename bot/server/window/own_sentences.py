"""The sentences of an answer that are ours, in the reader's language; quotes are never touched.

An answer is in English, or whatever an owner has written into their red flags: it is part of the
public interface, whoever reads. The window shows what comes from notes.py, smalltalk.py and
bot/safety/red_flags.toml in the reader's language, too: en.json holds the same sentences under keys that begin
with says_ and urgent_ (a test holds them to their sources), so a sentence that is found there has a
key, and the key has a translation. An owner's own wording is not found, and stays as it is.

What this file does not know: HTML, and who wrote the sentences.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date

from bot.answer.phrases import AFTER_URGENT
from bot.server.window.translations import CODES, Words, words_in

_ITEM = re.compile(r"((?:- |\d{1,3}\. )?)(.*?)((?:\s?\[\d{1,3}\])*)", re.S)
_SLOT = re.compile(r"\\\{(\w+)\\\}")  # {name} after re.escape
_NESTED = frozenset({"what", "post", "emergency", "advice", "crisis", "poison"})  # sentences in sentences


def urgent_first(text: str, words: Words) -> str:
    """What an urgent answer begins with, in the reader's language; "" if there is nothing to say again."""
    if words.code == CODES[0]:
        return ""
    message = text.split(f"\n\n{AFTER_URGENT}\n\n", maxsplit=1)[0]
    if told := _translated(message, "urgent_", words):
        return told
    before, _, message = message.partition("\n\n")
    told = _translated(message, "urgent_", words)
    return f"{_translated(before, 'urgent_', words) or before}\n\n{told}" if told else ""


def in_their_words(text: str, words: Words, quotes: Sequence[str] = ()) -> str:
    """The text of an answer with our own sentences in the reader's language.

    quotes: what it cites; a line that stands in one of them is the blog's, whatever it says.
    """
    if words.code == CODES[0]:
        return text
    return "\n".join(_line(line, words, quotes) for line in text.split("\n"))


def _line(line: str, words: Words, quotes: Sequence[str]) -> str:
    found = _ITEM.fullmatch(line)
    if not found or not found[2] or any(found[2] in quote for quote in quotes):
        return line
    told = _translated(found[2], "says_", words)
    return f"{found[1]}{told}{found[3]}" if told else line


def _translated(sentence: str, kind: str, words: Words) -> str:
    """One of our sentences in another language; "" if it is none of ours."""
    for key, pattern in _patterns():
        if key.startswith(kind) and (found := pattern.fullmatch(sentence)):
            put_in = {name: _value(name, value, kind, words) for name, value in found.groupdict().items()}
            return words(key, **put_in)
    return ""


def _value(name: str, value: str, kind: str, words: Words) -> str:
    if name == "day":
        return _day(value, words)
    return (_translated(value, kind, words) if name in _NESTED else "") or value


def _day(told: str, words: Words) -> str:
    """A date as notes.py says it, said in another language; any other as it is."""
    try:
        day = datetime.strptime(told, "%d %B %Y").date()
    except ValueError:
        return told
    return str(format_date(day, "long", locale=words.locale))


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Our English sentences as patterns, those with the most words of their own first."""
    ours = [
        (key, text) for key, text in words_in(CODES[0]).said.items() if key.startswith(("says_", "urgent_"))
    ]
    ours.sort(key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[1])))
    return tuple((key, re.compile(_SLOT.sub(r"(?P<\1>.+?)", re.escape(text)))) for key, text in ours)
