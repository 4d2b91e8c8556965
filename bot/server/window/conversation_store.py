"""Conversations kept in memory under a random key that only the reader's browser knows.

A reader who opens another page of the blog, or reloads the window, gets theirs back. Nothing is
written to disk.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.server.window.conversation import Conversation

MAX_IDLE_SECONDS = 6 * 3600
MAX_EXCHANGES = 5_000  # of all conversations together
_KEY = re.compile(r"[0-9a-f]{32}")  # 128 random bits, made by the window's script


def is_key(text: str) -> bool:
    """Whether the text has the form of a key; anything shorter could be guessed."""
    return _KEY.fullmatch(text) is not None and len(set(text)) > 4


class ConversationStore:
    """A bounded store of conversations that drops the least recently used; safe to share between threads."""

    def __init__(
        self,
        *,
        max_exchanges: int = MAX_EXCHANGES,
        max_idle_seconds: float = MAX_IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_exchanges = max_exchanges
        self._max_idle_seconds = max_idle_seconds
        self._clock = clock
        self._mutex = threading.Lock()
        self._by_key: OrderedDict[str, tuple[float, Conversation]] = OrderedDict()
        self._size = 0

    def save(self, key: str, conversation: Conversation) -> None:
        """Store a conversation in place of the one under its key; an empty one deletes the entry.

        An invalid key is ignored: without one, a conversation lives in its tab only.
        """
        if not is_key(key):
            return
        with self._mutex:
            self._delete(key)
            if conversation:
                self._by_key[key] = (self._clock(), conversation)
                self._size += len(conversation)
            self._evict()

    def load(self, key: str) -> Conversation:
        """The conversation under a key; empty if there is none."""
        with self._mutex:
            self._evict()
            if key not in self._by_key:
                return ()
            _, conversation = self._by_key[key]
            self._by_key[key] = (self._clock(), conversation)
            self._by_key.move_to_end(key)
            return conversation

    def delete(self, key: str) -> None:
        with self._mutex:
            self._delete(key)

    def __len__(self) -> int:
        return len(self._by_key)

    def _delete(self, key: str) -> None:
        if key in self._by_key:
            self._size -= len(self._by_key.pop(key)[1])

    def _evict(self) -> None:
        """Drop expired entries, then the oldest until the rest fits; the order is that of last use."""
        oldest_allowed = self._clock() - self._max_idle_seconds
        while self._by_key:
            key, (used, _) = next(iter(self._by_key.items()))
            if used >= oldest_allowed and self._size <= self._max_exchanges:
                return
            self._delete(key)
