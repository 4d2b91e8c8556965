"""Conversations that outlive a page: kept in memory under a key that only the reader's browser knows.

A reader who goes to the next page of the blog, or reloads the window, gets theirs back. Nothing is
written to disk; what nobody asks for is forgotten after a while, and the oldest go first when there
are too many. What this file does not know: what a conversation is made of, or where keys are kept.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.server.window.conversation import Talk

SECONDS = 6 * 3600  # a conversation that nobody went on with is gone after this time
EXCHANGES = 5_000  # questions with their answers, of all conversations together
_KEY = re.compile(r"[0-9a-f]{32}")  # 128 random bits, made by bot/static/window/frame.js


def is_key(text: str) -> bool:
    """Has it the form of a key? Anything shorter could be guessed."""
    return _KEY.fullmatch(text) is not None and len(set(text)) > 4


class Conversations:
    """A bounded memory of conversations, the least lately used forgotten first. May be shared by threads."""

    def __init__(
        self,
        *,
        exchanges: int = EXCHANGES,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._exchanges = exchanges
        self._seconds = seconds
        self._clock = clock
        self._mutex = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Talk]] = OrderedDict()
        self._size = 0

    def keep(self, key: str, talk: Talk) -> None:
        """Remember a conversation in place of what was known under its key; an empty one is forgotten.

        What is no key is ignored: a browser that gives none has its conversation in its tab alone.
        """
        if not is_key(key):
            return
        with self._mutex:
            self._forget(key)
            if talk:
                self._kept[key] = (self._clock(), talk)
                self._size += len(talk)
            self._make_room()

    def find(self, key: str) -> Talk:
        """The conversation under a key; empty if there is none."""
        with self._mutex:
            self._make_room()
            if key not in self._kept:
                return ()
            _, talk = self._kept[key]
            self._kept[key] = (self._clock(), talk)
            self._kept.move_to_end(key)
            return talk

    def forget(self, key: str) -> None:
        with self._mutex:
            self._forget(key)

    def __len__(self) -> int:
        return len(self._kept)

    def _forget(self, key: str) -> None:
        if key in self._kept:
            self._size -= len(self._kept.pop(key)[1])

    def _make_room(self) -> None:
        """Drop what is too old, and the oldest of what is too much; the order is that of last use."""
        oldest_allowed = self._clock() - self._seconds
        while self._kept:
            key, (used, _) = next(iter(self._kept.items()))
            if used >= oldest_allowed and self._size <= self._exchanges:
                return
            self._forget(key)
