"""The window's own words in the reader's language: one JSON file a language in static/words/.

The server alone decides on a reader's language: the one that the address asks for (`?lang=de`, which
the widget sets from the blog's page), else the first of the browser's Accept-Language that there is,
else English. It writes it into the page (page.py), and the window's script (static/ui.js) takes it
from there.

An owner may lay a folder of their own over these files (FOOTNOTE_WORDS): `de.json` with the words
that they would rather have, or `nl.json` for a language that is missing; what it lacks stays English.
A language is written in Sie, vous, usted, Lei, and in Portuguese that both Brazil and Portugal read.

What this file does not know: the language of the blog and of an answer (language.py), which sentences
of an answer are ours (spoken.py), and how the widget gets its few words (embed.py).
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

from ingest.errors import ConfigError

FOLDER = Path(__file__).parents[2] / "static" / "words"
CODES = ("en", "es", "de", "fr", "it", "pt")
LONGEST = 4000  # characters of one text in an owner's file
# Sentences that stand in answers: only the server needs them.
IN_ANSWERS = ("says_", "urgent_")
_RANGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_PUT_IN = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Words:
    """code: ISO 639. said: what is said by key, with {names} for what is put in."""

    code: str
    said: Mapping[str, str]

    @property
    def locale(self) -> str:
        """For dates: an English one that most of the world reads without a second look."""
        return "en_GB" if self.code == "en" else self.code

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl", as HTML has it."""
        return Locale.parse(self.code).text_direction

    def __call__(self, key: str, **put_in: object) -> str:
        """The words for a key; KeyError for one that en.json does not have."""
        return self.said[key].format_map(put_in) if put_in else self.said[key]

    def for_script(self) -> dict[str, str]:
        """What the window's script may need."""
        return {key: text for key, text in self.said.items() if not key.startswith(IN_ANSWERS)}


Languages = Mapping[str, Words]  # by code


@functools.cache
def packaged() -> Languages:
    """The languages that come with Footnote."""
    read = {code: json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8")) for code in CODES}
    return MappingProxyType({code: Words(code, MappingProxyType(said)) for code, said in read.items()})


def words_in(code: str) -> Words:
    """The words of one of CODES, as they come with Footnote."""
    return packaged()[code]


def load_words(folder: Path | None) -> Languages:
    """The packaged languages with an owner's folder laid over them. Raises ConfigError."""
    if folder is None:
        return packaged()
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == ".json")
    except OSError as error:
        raise ConfigError(
            f"The folder of words {folder} cannot be read ({error.strerror}). Check FOOTNOTE_WORDS."
        ) from None
    if not files:
        raise ConfigError(f"{folder} holds no file such as de.json. Check FOOTNOTE_WORDS.")
    laid = dict(packaged())
    for file in files:
        code = _code_of(file)
        base = laid.get(code, laid[CODES[0]])
        laid[code] = Words(code, MappingProxyType({**base.said, **_own_words(file)}))
    return MappingProxyType(laid)


def words_for(asked: str = "", accepted: str = "", languages: Languages | None = None) -> Words:
    """asked: a language tag that somebody chose, such as "pt-BR". accepted: an Accept-Language header."""
    spoken = packaged() if languages is None else languages
    for code in [*_codes(asked[:40]), *_codes(accepted[:400])]:
        if code in spoken:
            return spoken[code]
    return spoken[CODES[0]]


def _codes(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110, 12.5.4), the dearest first."""
    found = [m for part in header.split(",") if (m := _RANGE.fullmatch(part))]
    ranked = sorted(found, key=lambda m: -float(m[2] or 1))
    return [m[1].lower() for m in ranked if float(m[2] or 1) > 0]


def _code_of(file: Path) -> str:
    """The language of an owner's file. Raises ConfigError if its name is none."""
    try:
        known = re.fullmatch(r"[a-z]{2,3}", file.stem) and Locale.parse(file.stem)
    except UnknownLocaleError:
        known = None
    if not known:
        raise ConfigError(f"{file}: a file of words is named by its language's short code, such as nl.json.")
    return file.stem


def _own_words(file: Path) -> dict[str, str]:
    """What an owner's file says, checked against the English. Raises ConfigError that names the place."""
    try:
        read = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}). Check FOOTNOTE_WORDS.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text. Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file} is not valid JSON: {error}. Correct that line.") from None
    if not isinstance(read, dict):
        raise ConfigError(f'{file} must be one object of texts: {{"ask": "…", "stop": "…"}}.')
    for key, text in read.items():
        _check(key, text, f"{file}: {key}")
    return read


def _check(key: str, text: object, place: str) -> None:
    english = words_in(CODES[0]).said
    if key not in english:
        near = difflib.get_close_matches(key, english, n=1)
        hint = f" Did you mean {near[0]}?" if near else " static/words/en.json has all that there are."
        raise ConfigError(f"{place} is not known here.{hint}")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise ConfigError(f"{place} must be a text in quotes, of at most {LONGEST} characters.")
    known = set(_PUT_IN.findall(english[key]))
    if set(_PUT_IN.findall(text)) - known or re.search(r"[{}]", _PUT_IN.sub("", text)):
        names = " and ".join(sorted(known)) or "nothing"
        raise ConfigError(f"{place}: between braces, {names} can be put in here.")
