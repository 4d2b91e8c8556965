"""Messages that ask nothing of the blog (thanks, "bye", "should I see a doctor?") and the replies to them.

A message is of a kind if it holds one of its words and no word that does not belong beside them; "hi, does sitting
hurt?" is of none. Kinds, words and replies are in a file, which an owner's own file overrides.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ingest.errors import ConfigError

_PACKAGED = Path(__file__).with_name("replies.toml")
_BESIDE, UNCLEAR = "beside", "unclear"
_MOST_WORDS = 16  # of a message that asks nothing
_LONGEST_PHRASE = 6  # words


class _Entry(BaseModel):
    """A kind as it is written in a file."""

    model_config = ConfigDict(extra="forbid")

    reply: str = ""
    words: str = ""
    with_: str = ""
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
        otherwise: The reply is only for where the blog does not answer the message.
        about_last: It is about the last answer; the reply is for where there is none.
    """

    name: str
    reply: str
    words: frozenset[str]
    beside: frozenset[str]
    otherwise: bool = False
    about_last: bool = False


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
        whole = f"={' '.join(words)}"
        return next((kind for kind in self.kinds if whole in kind.words or _covers(kind, words)), None)


def _covers(kind: Kind, words: Sequence[str]) -> bool:
    """Can all words be read as phrases of the kind and as what may occur with them, with at least one of its own?"""
    reached = {(0, False)}
    for at in range(len(words)):
        for own in [own for place, own in reached if place == at]:
            for length in range(1, min(_LONGEST_PHRASE, len(words) - at) + 1):
                phrase = " ".join(words[at : at + length])
                if phrase in kind.words:
                    reached.add((at + length, True))
                elif phrase in kind.beside:
                    reached.add((at + length, own))
    return (len(words), True) in reached


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
        elif not entry.reply.strip() or not entry.words.strip():
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
                entry.otherwise,
                entry.about_last,
            )
            for name, entry in entries.items()
            if name != _BESIDE and not entry.off
        )
    )


def _phrases(lists: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for one in lists for phrase in one.split(",")) - {""}
