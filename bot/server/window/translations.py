"""The texts of window and widget in the reader's language: one JSON file for each language.

The server chooses the language: the one that the address names (`?lang=de`, which the widget sets from
the blog's page), else the first available of the browser's Accept-Language, else English. It writes the
choice into the page, where the window's script reads it.

An owner may override these files with a folder of their own (FOOTNOTE_WORDS): `de.json` with preferred
texts, or `nl.json` for a missing language; texts that it lacks stay English. Texts use the polite form
(Sie, vous, usted, Lei), and Portuguese that both Brazil and Portugal read.
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError

from ingest.errors import ConfigError

FOLDER = Path(__file__).parents[2] / "static" / "words"
CODES = ("en", "es", "de", "fr", "it", "pt")
LONGEST = 4000  # characters of one text in an owner's file
# Prefixes of the sentences inside answers, which only the server needs.
ANSWER_PREFIXES = ("says_", "urgent_")
_RANGE = re.compile(r"\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_SLOT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Translations:
    """The texts of one language. code: ISO 639. texts: by key, with {names} for values."""

    code: str
    texts: Mapping[str, str]

    @property
    def locale(self) -> str:
        """For dates: an English one that most of the world reads without a second look."""
        return "en_GB" if self.code == "en" else self.code

    @property
    def direction(self) -> str:
        """ "ltr" or "rtl", as HTML has it."""
        return Locale.parse(self.code).text_direction

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key. Raises KeyError for a key that the English texts lack."""
        return self.texts[key].format_map(values) if values else self.texts[key]

    def for_script(self) -> dict[str, str]:
        """The texts that the window's script may need."""
        return {key: text for key, text in self.texts.items() if not key.startswith(ANSWER_PREFIXES)}


Languages = Mapping[str, Translations]  # by code


class OfferedLanguages(Mapping[str, Translations]):
    """Those of the languages that the owner offers, the preferred first; all, if she names none that there is.

    Args:
        languages: All that there are.
        wanted: Gives the codes that the owner names; she may change them.
    """

    def __init__(self, languages: Languages, wanted: Callable[[], Sequence[str]]) -> None:
        self._all = languages
        self._wanted = wanted

    def _codes(self) -> Sequence[str]:
        return [code for code in self._wanted() if code in self._all] or list(self._all)

    def __getitem__(self, code: str) -> Translations:
        if code not in self._codes():
            raise KeyError(code)
        return self._all[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes())

    def __len__(self) -> int:
        return len(self._codes())


@functools.cache
def packaged_languages() -> Languages:
    """The languages that Footnote comes with."""
    read = {code: json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8")) for code in CODES}
    return MappingProxyType(
        {code: Translations(code, MappingProxyType(texts)) for code, texts in read.items()}
    )


def packaged_language(code: str) -> Translations:
    """The packaged texts of one of CODES."""
    return packaged_languages()[code]


def load_languages(folder: Path | None) -> Languages:
    """The packaged languages, overridden by the files of an owner's folder. Raises ConfigError."""
    if folder is None:
        return packaged_languages()
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == ".json")
    except OSError as error:
        raise ConfigError(
            f"The folder of words {folder} cannot be read ({error.strerror}). Check FOOTNOTE_WORDS."
        ) from None
    if not files:
        raise ConfigError(f"{folder} holds no file such as de.json. Check FOOTNOTE_WORDS.")
    languages = dict(packaged_languages())
    for file in files:
        code = _code_of(file)
        base = languages.get(code, languages[CODES[0]])
        languages[code] = Translations(code, MappingProxyType({**base.texts, **_read_texts(file)}))
    return MappingProxyType(languages)


def choose_language(asked: str = "", accepted: str = "", languages: Languages | None = None) -> Translations:
    """The texts for a reader.

    Args:
        asked: a language tag that was chosen explicitly, such as "pt-BR"; it has precedence.
        accepted: an Accept-Language header.
        languages: those available; the packaged ones by default.
    """
    available = packaged_languages() if languages is None else languages
    for code in [*_codes(asked[:40]), *_codes(accepted[:400])]:
        if code in available:
            return available[code]
    return next(iter(available.values()))


def _codes(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110, 12.5.4), the preferred first."""
    found = [m for part in header.split(",") if (m := _RANGE.fullmatch(part))]
    ranked = sorted(found, key=lambda m: -float(m[2] or 1))
    return [m[1].lower() for m in ranked if float(m[2] or 1) > 0]


def _code_of(file: Path) -> str:
    """The language of an owner's file. Raises ConfigError if its name is not a language code."""
    try:
        known = re.fullmatch(r"[a-z]{2,3}", file.stem) and Locale.parse(file.stem)
    except UnknownLocaleError:
        known = None
    if not known:
        raise ConfigError(
            f"{file}: the name of a file of words must be a language's short code, such as nl.json."
        )
    return file.stem


def _read_texts(file: Path) -> dict[str, str]:
    """The texts of an owner's file, checked against the English ones. Raises ConfigError that names the key."""
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
    english = packaged_language(CODES[0]).texts
    if key not in english:
        near = difflib.get_close_matches(key, english, n=1)
        hint = f" Did you mean {near[0]}?" if near else " static/words/en.json has all keys."
        raise ConfigError(f"{place} is not known here.{hint}")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise ConfigError(f"{place} must be a text in quotes, of at most {LONGEST} characters.")
    known = set(_SLOT.findall(english[key]))
    if set(_SLOT.findall(text)) - known or re.search(r"[{}]", _SLOT.sub("", text)):
        names = " and ".join(sorted(known)) or "nothing"
        raise ConfigError(f"{place}: between braces, {names} can be used here.")
