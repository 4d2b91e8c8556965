"""Removes from a reader's words what identifies them, before anything is stored.

E-mail addresses (also "ann at example dot org"), @names, numbers of seven or more digits (telephone, account, a whole
date), and of web addresses everything but host and path. With digits it removes rather too much: "10 20 30 40" goes
as well. But what readers of a blog on exercises write all day stays: "20-30 seconds, 3 times", "squats @ home. Then
rest", "it hurts at one point near the hip". It does not know names, streets or illnesses: no pattern does, so the
form asks readers to leave such things out.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

EMAIL, NAME, NUMBER = "[e-mail]", "[name]", "[number]"

_LINK = re.compile(r"\b[a-z][a-z0-9+.-]{0,20}://\S+|\bwww\.\S+", re.I)
_LOCAL = r"[^\s@＠<>()\[\]{},;:\"“”]{1,64}"
_SIGN = r"(?:[@＠]|[(\[{]\s?(?:at|a|ät)\s?[)\]}])"
_WEIGHT = r"(?!\d+(?:[.,]\d+)?(?:kg|lbs?|%|s|bpm)?(?![\w.@-]))"  # "3x10@20kg"
# No space after a full stop unless there is one before it, too: else a sentence's end would do.
_DOT = r"(?:[.。]|\s[.。]\s?|\s?[(\[{]\s?(?:dot|punkt|punto|point|ponto)\s?[)\]}]\s?)"
# Of the ends of addresses, those that are no words: "look at the dot in the picture".
_ENDS = "com|net|org|info|edu|gov|io|eu|uk|ca|au|de|ch|fr|es|mx|pt|br|nl|lu|li"
_SPELLED = (
    ("at|ät", "dot|punkt", _ENDS),
    ("chez", "point", "com|net|org|eu|fr|be|ch|ca"),
    (
        "ät|arobase|arroba|chiocciola",
        "dot|punkt|punto|point|ponto",
        r"\w{2,10}",
    ),  # these words have no other meaning
)


def _spelled(sign: str, dot: str, end: str) -> re.Pattern[str]:
    name, more = rf"[\w.+-]{{1,64}}\s+(?:{sign})\s+[\w-]{{1,63}}", r"[\w-]{2,30}"
    return re.compile(rf"{name}(?:\s+(?:{dot})\s+{more}){{0,3}}?\s+(?:{dot})\s+(?:{end})\b", re.I)


_EMAILS = (
    re.compile(
        rf"{_LOCAL}\s{{0,2}}{_SIGN}\s{{0,2}}{_WEIGHT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{2,63}}){{1,4}}", re.I
    ),
    re.compile(rf"{_LOCAL}[@＠]{_WEIGHT}[\w.-]{{1,100}}", re.I),
    *(_spelled(*words) for words in _SPELLED),
)
_HANDLE = re.compile(r"(?<![\w@＠])[@＠][^\W\d][\w.-]{1,60}")  # not "@20 kg"
_NUMBER = re.compile(r"(?:\+|\(\+?)?\d(?:[ \t\u00a0\u2009\u202f().\-\u2010-\u2014\u2212/'’_·]{0,3}\d){6,}")


def redact(text: str) -> str:
    """The text with placeholders such as "[e-mail]" for what was taken out."""
    text = _LINK.sub(_bare, text)
    for pattern in _EMAILS:
        text = pattern.sub(EMAIL, text)
    return _NUMBER.sub(NUMBER, _HANDLE.sub(NAME, text))


def _bare(found: re.Match[str]) -> str:
    """A web address without name, password, query and fragment; one that cannot be parsed is removed whole."""
    written = found[0]
    try:
        parts = urlsplit(written if "://" in written else f"//{written}")
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "[address]"
    if not host:
        return "[address]"
    return f"{parts.scheme}://{host}{port}{parts.path}" if parts.scheme else f"{host}{port}{parts.path}"
