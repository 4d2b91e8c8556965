"""What identifies a person is taken out of a question before it is stored.

Beside e-mail addresses, @names, long numbers and what follows the host of an address: names after words that announce one,
ages, years of birth, and numbers of four or more digits. A name that nothing announces stays; hence the sentence in the
window.
"""

from __future__ import annotations

import re

from bot.text.redact import NAME, NUMBER, redact

LONGEST = 300  # characters of a question that are stored
AGE = "[age]"
_WORD = r"[^\W\d_][\w'’-]{0,40}"
_CAPITAL = r"(?-i:[A-ZÀ-ÖØ-Þ][\w'’-]{1,40})"
# A name may be in lower case where the words before it can announce nothing else.
_ANNOUNCED = re.compile(
    rf"\b(my name(?:['’]s| is)|i am called|call me|ich hei(?:ß|ss)e|mein name ist|je m['’]appelle|mon nom est|me llamo"
    rf"|mi nombre es|mi chiamo|il mio nome è|(?:eu )?me chamo|chamo-me|o meu nome é|meu nome é)\s+{_WORD}(?:\s+{_CAPITAL}){{0,3}}",
    re.I,
)
_KIN = (
    "husband|wife|son|daughter|child|baby|mother|father|mum|mom|dad|sister|brother|friend|partner|boyfriend|girlfriend|boss"
    "|neighbour|neighbor|doctor|dr|mr|mrs|ms|miss|prof|herr|frau|madame|monsieur|señora?|signora?|senhora?"
)
_WITH_TITLE = re.compile(
    rf"\b({_KIN})(\.?\s+(?:is called\s+|named\s+)?){_CAPITAL}(?:\s+{_CAPITAL}){{0,2}}", re.I
)
_GREETED = re.compile(
    rf"\b((?:this is|i['’]?m|i am|regards|cheers|yours|greetings from|grüsse|grüße|gruß|saludos|cordialement|saluti),?)\s+"
    rf"(?-i:(?!I\b){_CAPITAL})(?=\s*(?:[,.;:!?]|and\b|from\b|$))",
    re.I,
)
_AGES = re.compile(
    r"\b\d{1,3}(?:[ -]?(?:years?|yrs?)[ -]?olds?\b|[ -]?y/?o\b|\s?(?:jahre?|jährig\w*|ans|años|anni|anos)\b)"
    r"|\b(i['’]?m|i am|aged?|ich bin|j['’]ai|tengo|ho|tenho)\s+\d{1,3}(?![\w%]|[.,]\d|\s?(?:k?m|kg|cm|min|sec|miles?|minutes?|"
    r"weeks?|months?|days?|hours?|times?|minuten|wochen)\b)",
    re.I,
)
_DIGITS = re.compile(r"\b\d{4,}\b")


def mask(text: str) -> str:
    """A question as it may be stored: one line, cut, and with placeholders such as "[name]" for what was taken out."""
    line = "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST])
    line = redact(" ".join(line.split()))
    line = _ANNOUNCED.sub(lambda found: f"{found[1]} {NAME}", line)
    line = _WITH_TITLE.sub(lambda found: f"{found[1]}{found[2]}{NAME}", line)
    line = _GREETED.sub(lambda found: f"{found[1]} {NAME}", line)
    line = _AGES.sub(lambda found: f"{found[1]} {AGE}" if found[1] else AGE, line)
    return _DIGITS.sub(NUMBER, line)[:LONGEST].encode("utf-8", "replace").decode()
