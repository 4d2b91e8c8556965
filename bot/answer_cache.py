"""Answers of the live generation in memory, within a bound in bytes: a question asked again costs no reading.

In go a query, what else decides its answer, and the answer's events; out come the same events. Not known here: how a
message is understood, whether it is urgent, and how it is answered.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.types import Answer, Event, Query, Token

# What an entry takes besides its texts, estimated from above: key, tuples and an answer; a token; a citation.
_ENTRY_BYTES, _TOKEN_BYTES, _CITATION_BYTES = 700, 80, 500


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """What a cache has done. hits, misses: look-ups since it was made. size: bytes that its entries take now."""

    hits: int
    misses: int
    entries: int
    size: int


class AnswerCache:
    """The events of answers, each under a key. May be shared by threads.

    All entries are from one scope: the objects (corpus, settings) that decide answers besides the query. Looking up in
    another scope empties the cache, so no answer outlives its generation.

    Args:
        limit: Bytes that all entries may take; the least recently used go first. 0 switches the cache off.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._mutex = threading.Lock()
        self._scope: tuple[object, ...] = ()
        self._entries: OrderedDict[bytes, tuple[tuple[Event, ...], int]] = OrderedDict()
        self._size = self._hits = self._misses = 0

    def find(self, scope: tuple[object, ...], key: bytes) -> tuple[Event, ...] | None:
        """The events under a key, None if there are none. Another scope than before empties the cache."""
        with self._mutex:
            if not _is_same(scope, self._scope):
                self._scope, self._size = scope, 0
                self._entries.clear()
            if (found := self._entries.get(key)) is None:
                self._misses += 1
                return None
            self._hits += 1
            self._entries.move_to_end(key)
            return found[0]

    def store(self, scope: tuple[object, ...], key: bytes, events: Sequence[Event]) -> None:
        """Keep the events of a complete answer, unless their scope is no longer the one that is looked up."""
        size = _size_of(events)
        with self._mutex:
            if not _is_same(scope, self._scope) or size > self.limit:
                return
            self._size += size - self._entries.pop(key, ((), 0))[1]
            self._entries[key] = tuple(events), size
            while self._size > self.limit:
                self._size -= self._entries.popitem(last=False)[1][1]

    def figures(self) -> CacheFigures:
        """How often an answer was found, and what the entries take."""
        with self._mutex:
            return CacheFigures(self._hits, self._misses, len(self._entries), self._size)


def answer_key(query: Query, page: str, day: str, *, is_worded: bool = False) -> bytes:
    """A digest of everything that decides an answer within one scope; no text of a conversation is in it.

    Args:
        query: As it was understood; what its conversation lends is part of it. The message as typed counts only where
            it asks something of the last answer.
        page: The id of the article that the question may mean by "this", "" for none.
        day: Today's date: "this week" moves.
        is_worded: By a chat model.
    """
    query = query if query.then else replace(query, message="")
    context = query.context
    parts = (
        query.message, query.whole, query.parts, query.then, query.otherwise, sorted(query.words), query.posts_only, query.alternative, query.item,
        context.earlier, sorted(context.words), sorted(context.weights.items()), context.share, page, day, is_worded,
    )  # fmt: skip
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def with_question(events: Sequence[Event], message: str) -> list[Event]:
    """The events as the answer to this message."""
    return [replace(event, question=message) if isinstance(event, Answer) else event for event in events]


def _is_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Do both consist of the very same objects?"""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _size_of(events: Sequence[Event]) -> int:
    """Bytes that the events take, an estimate from above: passages are counted although they are the corpus's."""
    size = _ENTRY_BYTES
    for event in events:
        if isinstance(event, Token):
            size += _TOKEN_BYTES + sys.getsizeof(event.text)
            continue
        texts = [event.question, event.standalone, event.text, *event.suggestions]
        for citation in event.citations:
            texts += [citation.quote, citation.link or "", citation.passage.chunk.text]
        size += sum(map(sys.getsizeof, texts)) + _CITATION_BYTES * len(event.citations)
    return size
