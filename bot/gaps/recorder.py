"""Keeps the gap list in the background: stores what was not answered, groups it, and asks it again after each sync.

One thread of low priority does all of it, so that no reader waits. A question that cannot be stored is dropped, and nothing
of it is logged. After a change of the index every open gap is asked again, with a pause as long as the answer took.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from bot.gaps.grouping import Floats, group_vectors
from bot.gaps.listing import MOST_EXAMPLES, MOST_SHOWN, Closed, GapGroup, GapList
from bot.gaps.mask import mask
from bot.gaps.store import GapStore, Question
from bot.types import Answer, Turn
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.pipeline import Bot

MAX_WAITING = 500  # questions that wait to be stored; more are dropped
TEND_SECONDS = 60.0  # between two looks at the index and the list
SHARE = 20.0  # the list is made again after at least so many times the time that it took
ASKED = 3  # questions of a group that are asked; if one is answered, all are
WITH_POST = 100  # groups whose nearest post is looked up
MOST_CLOSED = 200  # that are shown
_NICE = 10  # of 19
log = logging.getLogger("footnote.gaps")


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the bot did not answer, until it is stored."""

    message: str
    standalone: str
    history: tuple[Turn, ...]


class GapRecorder:
    """Keeps one list. run() is its thread; everything else may be called from any other.

    Args:
        bot: Answers, embeds, and knows the index.
        store: Where questions are kept.
        is_on: Whether the owner wants the list.
        sleep: Waits some seconds; replaced in tests.
    """

    def __init__(
        self,
        bot: Bot,
        store: GapStore,
        is_on: Callable[[], bool],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.store = store
        self._bot = bot
        self._is_on = is_on
        self._sleep = sleep
        self._inbox: queue.Queue[_Heard | None] = queue.Queue(MAX_WAITING)
        self._stopping = False
        self._changed = True  # since the list was made
        self._asked = ""  # the generation in which the open gaps were asked
        self._lock = threading.Lock()  # of tend()

    def listen(self, answer: Answer, history: Sequence[Turn]) -> None:
        """Take note of an answer, if the blog was searched for it and does not say; returns at once."""
        # With a probability of 0 nothing was read: the question is in a language that this index cannot be asked in.
        if answer.status != "abstained" or answer.answerable == 0.0 or not self._is_on():
            return
        with contextlib.suppress(queue.Full):
            self._inbox.put_nowait(_Heard(answer.question, answer.standalone, tuple(history)))

    def run(self) -> None:
        """Store what comes, and tend the list, until stop()."""
        if sys.platform == "linux":  # elsewhere priorities belong to whole processes
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        due = 0.0
        while not self._stopping:
            with contextlib.suppress(queue.Empty):
                self._store_heard(
                    self._inbox.get(timeout=max(0.05, min(TEND_SECONDS, due - time.monotonic())))
                )
            if time.monotonic() < due:
                continue
            began = time.monotonic()
            try:
                self.tend()
            except FootnoteError as error:
                log.info("the gap list is not up to date: %s", error)
            except Exception as error:  # noqa: BLE001 - the thread goes on; the message may hold a question
                log.error("tending the gap list met an unexpected error (%s)", type(error).__name__)
            took = time.monotonic() - began
            due = time.monotonic() + max(TEND_SECONDS, SHARE * took)

    def stop(self) -> None:
        """End run() after what it is at."""
        self._stopping = True
        with contextlib.suppress(queue.Full):
            self._inbox.put_nowait(None)

    def purge(self) -> int:
        """Remove everything, also what waits to be stored; returns how many questions were stored."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._inbox.get_nowait()
        return self.store.purge(everything=True)

    def store_waiting(self) -> None:
        """Store what has come until now."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._store_heard(self._inbox.get_nowait())

    def tend(self) -> GapList:
        """Purge what is old, close what is answered by now, and make the list again if anything changed.

        Raises:
            GapsError: The store cannot be used.
            FootnoteError: The index cannot be read; the list stays as it was.
        """
        with self._lock:
            if self.store.purge():
                self._changed = True
            generation = self._bot.generation()
            if not generation or not self.store.tables.exists():  # nothing has been kept
                return self.store.list()
            known = self._asked or self.store.note("asked")
            if known == generation and not self._changed:
                return self.store.list()
            self._changed = False
            groups = self._groups()
            if known != generation:
                self._reopen()
                self._ask(groups)
                self._asked = generation
                self.store.set_note("asked", generation)
                groups = self._groups()
            made = self._list(groups)
            self.store.save_list(made)
            return made

    def _store_heard(self, heard: _Heard | None) -> None:
        if heard is None or not self._is_on():
            return
        try:
            if self._bot.concerns_safety(heard.message, heard.history):
                return
            question = mask(heard.standalone)
            if question and self.store.add(question, self._bot.embedder.name, self._embed(question)):
                self._changed = True
        except FootnoteError as error:
            log.warning("a question was not kept: %s", error)

    def _embed(self, question: str) -> Floats:
        vector = np.asarray(self._bot.embedder.embed_query(question), np.float32)
        unit: Floats = vector / max(float(np.linalg.norm(vector)), 1e-9)
        return unit

    def _groups(self) -> list[list[Question]]:
        """The open questions, grouped."""
        open_ = [one for one in self.store.questions() if not one.closed]
        if not open_:
            return []
        name = self._bot.embedder.name
        vectors = self.store.vectors(name)
        for one in open_:
            if one.id not in vectors:  # kept under another model
                vectors[one.id] = self._embed(one.question)
                self.store.set_vector(one.id, name, vectors[one.id])
        grouped = group_vectors(np.stack([vectors[one.id] for one in open_]), pauses=True)
        return [[open_[at] for at in group] for group in grouped]

    def _reopen(self) -> None:
        """Open again what was closed by a post that has gone."""
        closed = [one for one in self.store.questions() if one.closed]
        gone = {post for post in {one.post for one in closed} if not self._is_there(post)}
        if gone:
            self.store.reopen([one.id for one in closed if one.post in gone])

    def _is_there(self, post: str) -> bool:
        try:
            self._bot.article(post)
        except NotInIndex:
            return False
        return True

    def _ask(self, groups: Sequence[Sequence[Question]]) -> None:
        """Close what the blog answers by now."""
        for group in groups:
            answered = [self._close_if_answered(one) for one in group[:ASKED]]
            if any(answered):
                for one in group[ASKED:]:
                    self._close_if_answered(one)

    def _close_if_answered(self, one: Question) -> bool:
        self.store_waiting()
        began = time.monotonic()
        try:
            answer = self._bot.quoted(one.question)
        except FootnoteError as error:
            log.info("a gap could not be asked again: %s", error)
            return False
        finally:
            self._sleep(time.monotonic() - began)
        if answer.status != "answered":
            return False
        passage = answer.citations[0].passage
        self.store.close([one.id], passage.chunk.article_id, passage.title, passage.url)
        return True

    def _list(self, groups: Sequence[Sequence[Question]]) -> GapList:
        known = {group.title: group for group in self.store.list().groups if group.post}
        shown = []
        for number, group in enumerate(groups[:MOST_SHOWN]):
            title = group[0].question
            before = known.get(title)
            post, url = (before.post, before.url) if before else ("", None)
            if not before and number < WITH_POST:
                post, url = self._nearest(title)
            days = [one.day for one in group]
            others = dict.fromkeys(one.question for one in group[1:] if one.question != title)
            examples = tuple(others)[:MOST_EXAMPLES]
            months = Counter(day[:7] for day in days)
            shown.append(GapGroup(title, len(group), examples, min(days), max(days), post, url, months))
        questions = sum(len(group) for group in groups)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        return GapList(tuple(shown), self._closed(), questions, made)

    def _nearest(self, title: str) -> tuple[str, str | None]:
        try:
            found = self._bot.passages(title, k=1)
        except FootnoteError:
            return "", None
        return (found[0].title, found[0].url) if found else ("", None)

    def _closed(self) -> tuple[Closed, ...]:
        """By question and post, the latest first."""
        counted: dict[tuple[str, str], Closed] = {}
        for one in self.store.questions():
            if one.closed:
                key = (one.question.casefold(), one.post)
                count = counted[key].count + 1 if key in counted else 1
                counted[key] = Closed(one.question, count, one.closed, one.title, one.url)
        return tuple(sorted(counted.values(), key=lambda one: one.day, reverse=True)[:MOST_CLOSED])
