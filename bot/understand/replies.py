"""Messages that ask nothing of the blog (thanks, "bye", "should I see a doctor?") and the replies to them.

A message is of a kind if it holds one of its words and no word that does not belong beside them; "hi, does sitting
hurt?" is of none. Kinds, words and replies are in a file, which an owner's own file overrides.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.text.english import AUXILIARIES, QUESTION_WORDS
from ingest.errors import ConfigError

_PACKAGED = Path(__file__).with_name("replies.toml")
_BESIDE, UNCLEAR = "beside", "unclear"
_MOST_WORDS = 16  # of a message that asks nothing
_LONGEST_PHRASE = 6  # words
_SPEAKERS = frozenset("i im ive me myself".split())


class _Entry(BaseModel):
    """A kind as it is written in a file."""

    model_config = ConfigDict(extra="forbid")

    reply: str = ""
    words: str = ""
    with_: str = ""
    begins: str = ""
    mood: str = ""
    otherwise: bool = False
    about_last: bool = False
    courtesy: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message that has a reply of its own.

    Attributes:
        name: Of the kind.
        reply: What to answer.
        words: Its words and phrases; those that begin with "=" are whole messages.
        beside: What may occur with them.
        begins: Phrases with which, after nothing but `beside`, a message of the kind may begin, whatever follows.
        mood: Words and phrases that make any statement, which asks nothing, one of the kind.
        otherwise: The reply is only for where the blog does not answer the message.
        about_last: It is about the last answer; the reply is for where there is none.
    """

    name: str
    reply: str
    words: frozenset[str]
    beside: frozenset[str]
    begins: frozenset[str] = frozenset()
    mood: frozenset[str] = frozenset()
    otherwise: bool = False
    about_last: bool = False

    def holds(self, words: Sequence[str], *, states: bool) -> bool:
        """Is a message of these words of the kind? states: it states something and asks nothing."""
        return (
            f"={' '.join(words)}" in self.words
            or _covers(self, words)
            or _begins(self.begins, self.beside - _SPEAKERS, words)
            or (states and _has_mood(self, words))
        )


@dataclass(frozen=True, slots=True)
class Replies:
    """The kinds of messages that have a reply; of several in a message the first counts."""

    kinds: tuple[Kind, ...]

    @property
    def texts(self) -> dict[str, str]:
        """The replies by the names of their kinds."""
        return {kind.name: kind.reply for kind in self.kinds}

    @property
    def unclear(self) -> str:
        """The reply to a message that names nothing."""
        return self.texts.get(UNCLEAR, "")

    def find(self, message: str) -> Kind | None:
        """The kind of a message; None for a message that is to be looked up."""
        words = _plain(message)
        if not 0 < len(words) <= _MOST_WORDS:
            return None
        states = _states(message, words)
        return next((kind for kind in self.kinds if kind.holds(words, states=states)), None)


def _covers(kind: Kind, words: Sequence[str]) -> bool:
    """Can all words be read as phrases of the kind and as what may occur with them, with at least one of its own?"""
    reached = {(0, False)}
    for at, phrase in _phrases_of(words):
        after = at + phrase.count(" ") + 1
        for own in (False, True):
            if (at, own) not in reached:
                continue
            if phrase in kind.words:
                reached.add((after, True))
            elif phrase in kind.beside:
                reached.add((after, own))
    return (len(words), True) in reached


def _begins(phrases: frozenset[str], beside: frozenset[str], words: Sequence[str]) -> bool:
    """Does a message begin with one of these phrases, after nothing but what may occur beside them?"""
    reached = {0}
    for at, phrase in _phrases_of(words) if phrases else ():
        if at in reached and phrase in phrases:
            return True
        if at in reached and phrase in beside:
            reached.add(at + phrase.count(" ") + 1)
    return False


def _has_mood(kind: Kind, words: Sequence[str]) -> bool:
    """Has a statement a word for a mood, and is it the reader's ("my dog is scared" is not)?"""
    return _begins(kind.mood, kind.beside, words) or any(
        phrase in kind.mood and _SPEAKERS & {*words[:at], *phrase.split()}
        for at, phrase in _phrases_of(words)
    )


def _states(message: str, words: Sequence[str]) -> bool:
    """Does a message state something, and ask nothing?"""
    return "?" not in message and words[0] not in AUXILIARIES and not set(QUESTION_WORDS) & set(words)


def _phrases_of(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each run of words that may be a phrase, with its place; from left to right."""
    for at in range(len(words)):
        for end in range(at + 1, min(at + _LONGEST_PHRASE, len(words)) + 1):
            yield at, " ".join(words[at:end])


def _plain(message: str) -> list[str]:
    """The words in lower case, without apostrophes and other punctuation; "heyyy" as "hey"."""
    words = re.sub(r"[^\w ]+", " ", re.sub(r"['’]", "", message.lower())).split()
    return [re.sub(r"(.)\1{2,}", r"\1", word) for word in words]


@functools.lru_cache(maxsize=8)
def load_replies(path: Path | None = None) -> Replies:
    """The kinds of the packaged file, with an owner's changes.

    Args:
        path: The owner's file: replies and words of the packaged kinds, and kinds of its own, which come first.

    Raises:
        ConfigError: The file cannot be used; the message says why.
    """
    kinds = _read(_PACKAGED)
    if path is None:
        return _replies(kinds)
    own: dict[str, _Entry] = {}
    for name, entry in _read(path).items():
        if name in kinds:
            kinds[name] = _changed(kinds[name], entry)
        elif not entry.reply.strip() or not (entry.words + entry.begins + entry.mood).strip():
            raise ConfigError(
                f"{path}: [{name}] is none of the packaged kinds, so it needs words and a reply. The kinds are "
                f"{', '.join(name for name in kinds if name != _BESIDE)}."
            )
        else:
            own[name] = entry
    return _replies(own | kinds)


def _changed(packaged: _Entry, own: _Entry) -> _Entry:
    return packaged.model_copy(
        update={
            "reply": own.reply or packaged.reply,
            "words": f"{packaged.words}, {own.words}",
            "with_": f"{packaged.with_}, {own.with_}",
            "begins": f"{packaged.begins}, {own.begins}",
            "mood": f"{packaged.mood}, {own.mood}",
            "otherwise": own.otherwise if "otherwise" in own.model_fields_set else packaged.otherwise,
            "off": own.off,
        }
    )


def _read(path: Path) -> dict[str, _Entry]:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        renamed = {
            name: {("with_" if key == "with" else key): value for key, value in entry.items()}
            if isinstance(entry, Mapping)
            else entry
            for name, entry in read.items()
        }
        return TypeAdapter(dict[str, _Entry]).validate_python(renamed)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}). Check FOOTNOTE_REPLIES.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}. Correct that line.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part).removesuffix("_") for part in first["loc"])
        raise ConfigError(f"{path}: {place}: {first['msg']}.") from None


def _replies(entries: Mapping[str, _Entry]) -> Replies:
    everywhere = _phrases([entries[_BESIDE].words])
    courtesy = _phrases(entry.words for entry in entries.values() if entry.courtesy)
    return Replies(
        tuple(
            Kind(
                name,
                " ".join(entry.reply.split()),
                _phrases([entry.words]),
                everywhere | _phrases([entry.with_]) | (courtesy if entry.courtesy else frozenset()),
                _phrases([entry.begins]),
                _phrases([entry.mood]),
                entry.otherwise,
                entry.about_last,
            )
            for name, entry in entries.items()
            if name != _BESIDE and not entry.off
        )
    )


def _phrases(lists: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for one in lists for phrase in one.split(",")) - {""}
