"""Translation of Footnote's own sentences in an answer; quotes are never changed.

An answer is in English, or in the words of an owner's red flags, because the HTTP interface has one
language. The window shows Footnote's own sentences in the reader's language: the English texts hold the
same sentences under keys that begin with says_ and urgent_ (a test compares them with their sources),
so each has a key and the key has a translation. An owner's own wording stays as it is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date

from bot.server.window.translations import CODES, Translations, packaged_language

_ITEM = re.compile(r"((?:- |\d{1,3}\. )?)(.*?)((?:\s?\[\d{1,3}\])*)", re.S)
_SLOT = re.compile(r"\\\{(\w+)\\\}")  # {name} after re.escape
# Slots that hold another of Footnote's own sentences.
_NESTED = frozenset({"what", "post", "emergency", "advice", "crisis", "poison"})


def translate_urgent_message(message: str, texts: Translations) -> str:
    """An urgent message in the reader's language; "" if there is no translation, or none is needed."""
    if texts.code == CODES[0]:
        return ""
    return _translate(message, "urgent_", texts)


def urgent_slots(message: str) -> dict[str, str]:
    """What fills the slots of an urgent message (emergency, advice, …), in the order of the message.

    Empty for a message in an owner's own words.
    """
    for part in (message, message.partition("\n\n")[2]):
        for key, pattern in _patterns():
            if key.startswith("urgent_") and (found := pattern.fullmatch(part)):
                return dict(sorted(found.groupdict().items(), key=lambda slot: found.start(slot[0])))
    return {}


def translate_own_sentences(text: str, texts: Translations, quotes: Sequence[str] = ()) -> str:
    """The text of an answer with Footnote's own sentences in the reader's language.

    Args:
        text: of the answer, Markdown.
        texts: the window's texts in the reader's language.
        quotes: the cited quotes; a line that is part of one is the blog's and stays as it is.
    """
    if texts.code == CODES[0]:
        return text
    return "\n".join(_translate_line(line, texts, quotes) for line in text.split("\n"))


def _translate_line(line: str, texts: Translations, quotes: Sequence[str]) -> str:
    found = _ITEM.fullmatch(line)
    if not found or not found[2] or any(found[2] in quote for quote in quotes):
        return line
    translated = _translate(found[2], "says_", texts)
    return f"{found[1]}{translated}{found[3]}" if translated else line


def _translate(sentence: str, kind: str, texts: Translations) -> str:
    """One of Footnote's sentences in another language; "" if it is not one."""
    for key, pattern in _patterns():
        if key.startswith(kind) and (found := pattern.fullmatch(sentence)):
            values = {
                name: _translate_slot(name, value, kind, texts) for name, value in found.groupdict().items()
            }
            return texts(key, **values)
    return ""


def _translate_slot(name: str, value: str, kind: str, texts: Translations) -> str:
    if name == "day":
        return _translate_date(value, texts)
    return (_translate(value, kind, texts) if name in _NESTED else "") or value


def _translate_date(text: str, texts: Translations) -> str:
    """A date in the form that answers use, in another language; any other text as it is."""
    try:
        day = datetime.strptime(text, "%d %B %Y").date()
    except ValueError:
        return text
    return str(format_date(day, "long", locale=texts.locale))


@functools.cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English sentences as patterns, those with the most fixed characters first."""
    ours = [
        (key, text)
        for key, text in packaged_language(CODES[0]).texts.items()
        if key.startswith(("says_", "urgent_"))
    ]
    ours.sort(key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[1])))
    return tuple((key, re.compile(_SLOT.sub(r"(?P<\1>.+?)", re.escape(text)))) for key, text in ours)
