"""The red-flag rules: the packaged files, read and checked, with an owner's changes applied.

An owner's file (FOOTNOTE_TRIAGE) holds only what differs: fields of a flag replace those of the
packaged one, `off = true` removes a flag, a new name makes a new flag, and the phrases of a concept
are added to the packaged ones. Every mistake in a file is a ConfigError that names the place and
says what to do.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.safety.patterns import Lexicon, Pattern, parse_pattern, parse_phrase
from ingest.errors import ConfigError

RED_FLAGS = Path(__file__).parent / "red_flags.toml"
MESSAGES = Path(__file__).parent / "messages.toml"
# Concepts that triage uses by name, whatever the flags use.
_NEEDED = (
    "person",
    "onset",
    "asks_in_general",
    "imagined",
    "long_ago",
    "healed",
    "goes_on",
    "all_clear",
    "follow_up",
    "new_topic",
    "got_help",
)
_TABLES = {"help", "language", "flags", "concepts", "derived"}
_NUMBERS = {"emergency", "advice", "crisis", "poison"}
_TEXTS = {"repeated", "repeated_crisis", "reminder", "reminder_crisis", "got_help", "unsure"}
_HELP = _NUMBERS | _TEXTS
_FIELDS = {"message", "patterns", "source", "unless", "always", "ever", "quotes", "certain", "off"}
_MARKER = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Flag:
    """One kind of emergency.

    Attributes:
        name: Its name in the file.
        message: What the reader is shown.
        patterns: One that matches is enough.
        unless: Concepts that silence it.
        always: A question in general does not silence it.
        ever: It counts although it is long past.
        quotes: Whether the blog's own sentences may follow the message.
        certain: The classifier does not dismiss it, since it was not trained on such messages.
    """

    name: str
    message: str
    patterns: tuple[Pattern, ...]
    unless: tuple[str, ...] = ()
    always: bool = False
    ever: bool = False
    quotes: bool = True
    certain: bool = False


@dataclass(frozen=True, slots=True)
class ByKind:
    """A text for a medical emergency and one for a crisis (self-harm)."""

    medical: str = ""
    crisis: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """All red-flag rules.

    Attributes:
        lexicon: The concepts of the rules.
        flags: In order of urgency.
        signs: Concepts that may complete a flag over several messages.
        unsure: Message where only the classifier finds a message urgent; "" for none.
        repeated: Short message for a question that depends on an earlier red flag.
        reminder: Line before any other answer of a conversation with a red flag.
        got_help: Reply to a reader who has called or seen somebody.
        customized: Whether an owner's file was applied.
    """

    lexicon: Lexicon
    flags: tuple[Flag, ...]
    signs: frozenset[str]
    unsure: str = ""
    repeated: ByKind = ByKind()
    reminder: ByKind = ByKind()
    got_help: str = ""
    customized: bool = False


@functools.lru_cache(maxsize=4)
def packaged_guide(emergency: str = "") -> Guide:
    """The packaged rules. emergency: the number to call, if not the packaged one."""
    return _guide(_packaged(), "the packaged red_flags.toml", emergency)


def load_guide(path: Path | None = None, emergency: str = "") -> Guide:
    """The packaged rules with an owner's file applied.

    Args:
        path: The owner's file; None for the packaged rules alone.
        emergency: The number to call, if not the file's.

    Raises:
        ConfigError: The file cannot be read or used.
    """
    if path is None:
        return packaged_guide(emergency)
    merged = _overridden(_packaged(), _parsed(path), path)
    return replace(_guide(merged, str(path), emergency), customized=True)


def _packaged() -> dict[str, Any]:
    return _overridden(_parsed(RED_FLAGS), _parsed(MESSAGES), MESSAGES)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"The file of red flags {path} cannot be read ({error.strerror}). Check FOOTNOTE_TRIAGE."
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}. Correct that line.") from None
    for name, table in read.items():
        _known(name, _TABLES, f"{path}: the table [{name}]")
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {name} must be a table, [{name}].")
    return read


def _overridden(base: dict[str, Any], own: Mapping[str, Any], path: Path) -> dict[str, Any]:
    merged = {table: dict(base.get(table, {})) for table in _TABLES}
    for table in ("help", "language"):
        merged[table] |= own.get(table, {})
    for table in ("concepts", "derived"):
        for name, added in own.get(table, {}).items():
            _texts(added, f"{path}: {table}.{name}")
            merged[table][name] = [*merged[table].get(name, []), *added]
    for name, fields in own.get("flags", {}).items():
        if not isinstance(fields, dict):
            raise ConfigError(f"{path}: write [flags.{name}] on a line of its own, and its fields below.")
        merged["flags"][name] = {**merged["flags"].get(name, {}), **fields}
    return merged


def _guide(read: Mapping[str, Any], where: str, emergency: str) -> Guide:
    texts = _help(read.get("help", {}), where, emergency)
    concepts = {
        name: _phrases(value, f"{where}: concepts.{name}") for name, value in read.get("concepts", {}).items()
    }
    fades = _texts(read.get("language", {}).get("fades", []), f"{where}: language.fades")
    felt = _texts(read.get("language", {}).get("felt", []), f"{where}: language.felt")
    known = set(concepts) | set(read.get("derived", {}))
    for name in _NEEDED:
        if name not in known:
            raise ConfigError(
                f"{where}: the concept {name} is missing. Put it back as the packaged file has it."
            )
    derived = {
        name: _patterns(value, known, f"{where}: derived.{name}")
        for name, value in read.get("derived", {}).items()
    }
    flags = tuple(
        _flag(name, fields, known, texts, where)
        for name, fields in read.get("flags", {}).items()
        if not (isinstance(fields, dict) and fields.get("off") is True)
    )
    signs = frozenset(
        term.name for flag in flags for pattern in flag.patterns for term in pattern if not term.absent
    )
    shown = {
        name: _message(texts[name], texts, f"{where}: help.{name}") if texts[name] else "" for name in _TEXTS
    }
    return Guide(
        Lexicon(concepts, derived, fades, felt),
        flags,
        signs,
        shown["unsure"],
        ByKind(shown["repeated"], shown["repeated_crisis"]),
        ByKind(shown["reminder"], shown["reminder_crisis"]),
        shown["got_help"],
    )


def _help(read: Mapping[str, Any], where: str, emergency: str) -> dict[str, str]:
    for name, text in read.items():
        _known(name, _HELP, f"{where}: help.{name}")
        if not isinstance(text, str):
            raise ConfigError(f"{where}: help.{name} must be a text in quotes.")
    texts = {name: str(read.get(name, "")) for name in _HELP}
    return texts | ({"emergency": emergency} if emergency else {})


def _flag(name: str, fields: Any, known: set[str], texts: Mapping[str, str], where: str) -> Flag:
    place = f"{where}: flags.{name}"
    if not isinstance(fields, dict):
        raise ConfigError(f"{place} must be a table, [flags.{name}], with a message and patterns.")
    for key in fields:
        _known(key, _FIELDS, f"{place}.{key}")
    for key in ("always", "ever", "quotes", "certain", "off"):
        if not isinstance(fields.get(key, False), bool):
            raise ConfigError(f"{place}.{key} is true or false, without quotes.")
    unless = tuple(_texts(fields.get("unless", []), f"{place}.unless"))
    for concept in unless:
        _known(concept, known, f"{place}.unless: {concept}")
    return Flag(
        name,
        _message(fields.get("message"), texts, place),
        _patterns(fields.get("patterns", []), known, f"{place}.patterns"),
        unless,
        fields.get("always", False),
        fields.get("ever", False),
        fields.get("quotes", True),
        fields.get("certain", False),
    )


def _message(text: Any, texts: Mapping[str, str], place: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f"{place}: it needs a message, the text that a reader is shown.")
    if _MARKER.search(text):
        raise ConfigError(f"{place}.message: [1] and the like mark footnotes; write it without the brackets.")
    for key in re.findall(r"\{([^{}]*)\}", text):
        _known(key, _NUMBERS, f"{place}.message: {{{key}}}")
    return re.sub(r"\{([^{}]*)\}", lambda m: texts[m[1]], text).strip()


def _patterns(value: Any, known: set[str], place: str) -> tuple[Pattern, ...]:
    texts = _texts(value, place)
    if not texts:
        raise ConfigError(f'{place}: it needs at least one pattern, such as ["cannot > urinate"].')
    patterns: list[Pattern] = []
    for text in texts:
        try:
            pattern = parse_pattern(text)
        except ValueError as error:
            raise ConfigError(f"{place}: {error}.") from None
        for term in pattern:
            _known(term.name, known, f"{place}: {text!r}: {term.name}")
        patterns.append(pattern)
    return tuple(patterns)


def _phrases(value: Any, place: str) -> list[str]:
    texts = _texts(value, place)
    for text in texts:
        try:
            parse_phrase(text)
        except ValueError as error:
            raise ConfigError(f"{place}: {error}.") from None
    return texts


def _texts(value: Any, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise ConfigError(f'{place} must be a list of texts in quotes, ["like", "this"].')
    return list(value)


def _known(name: str, names: Sequence[str] | set[str], place: str) -> None:
    if name not in names:
        near = difflib.get_close_matches(name, sorted(names), n=1)
        hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(sorted(names)[:12])}."
        raise ConfigError(f"{place} is not known here.{hint}")
