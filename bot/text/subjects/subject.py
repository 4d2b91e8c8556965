"""Read the file of a subject."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingest.errors import ConfigError

_FOLDER = Path(__file__).parent
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """The words of one subject; empty by default. Compared by identity, so that patterns made of it can be cached.

    Attributes:
        items: Nouns for what such a blog describes one by one, in the singular.
        actions: Patterns of the ends of names for what one can do.
        sided_parts: Nouns for parts that are left or right, in the singular.
        postures: Word -> the posture that it names; two different ones contradict each other.
        posture_phrases: Pattern -> the word for it.
        aids: Word -> the aid that it names.
        no_aids: Matches what only looks like an aid.
        everyday_words: Word of readers, folded -> the words that blogs write instead.
    """

    items: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    sided_parts: tuple[str, ...] = ()
    postures: Mapping[str, str] = field(default_factory=dict)
    posture_phrases: Mapping[re.Pattern[str], str] = field(default_factory=dict)
    aids: Mapping[str, str] = field(default_factory=dict)
    no_aids: re.Pattern[str] = _NEVER
    everyday_words: Mapping[str, str] = field(default_factory=dict)

    @property
    def plural_items(self) -> tuple[str, ...]:
        return tuple(f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s" for one in self.items)


NO_SUBJECT = Subject()


@dataclass(frozen=True, slots=True)
class _File:
    """The file as it is written."""

    items: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    sided_parts: tuple[str, ...] = ()
    no_aids: str = ""
    postures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    posture_phrases: Mapping[str, str] = field(default_factory=dict)
    aids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    everyday_words: Mapping[str, str] = field(default_factory=dict)


@functools.lru_cache(maxsize=8)
def load_subject(choice: str) -> Subject:
    """The subject that an owner chose.

    Args:
        choice: The name of a packaged subject ("health"), "none" for an empty one, or the path of a TOML file.

    Raises:
        ConfigError: There is no such subject, or its file cannot be used.
    """
    if choice.lower() == "none":
        return NO_SUBJECT
    packaged = {file.stem: file for file in _FOLDER.glob("*.toml")}
    file = packaged.get(choice.lower(), Path(choice).expanduser())
    if not file.is_file():
        names = ", ".join([*sorted(packaged), "none"])
        raise ConfigError(f"FOOTNOTE_SUBJECT={choice}: write {names}, or the path of a TOML file.")
    try:
        return _subject(TypeAdapter(_File).validate_python(tomllib.loads(file.read_text(encoding="utf-8"))))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError, re.error) as error:
        raise ConfigError(f"FOOTNOTE_SUBJECT={choice}: {file} cannot be used: {error}") from error


def _subject(written: _File) -> Subject:
    return Subject(
        items=written.items,
        actions=written.actions,
        sided_parts=written.sided_parts,
        postures=_by_word(written.postures),
        posture_phrases={
            re.compile(rf"\b{pattern}\b", re.IGNORECASE): word
            for word, pattern in written.posture_phrases.items()
        },
        aids=_by_word(written.aids),
        no_aids=re.compile(rf"\b{written.no_aids}\b") if written.no_aids else _NEVER,
        everyday_words=dict(written.everyday_words),
    )


def _by_word(groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: name for name, words in groups.items() for word in words}
