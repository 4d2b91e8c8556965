"""Room for questions: few in work, a line that has an end, a time limit; the API and the window share it.

    for event in house.stream(question, history, address=…): …          # in a thread, as the window does
    async for event in house.events(question, history, address=…): …    # on an event loop, as the API does

A question is worked on in a thread of the house, however slowly its reader takes the answer, so
that a place is free as soon as the work is done. Python cannot end a thread: when a question's
time is up, its place goes to the next one, and the thread ends by itself at the bot's next word;
so many may be late in this way and no more.

The line is fair: whoever has the fewest questions in work is next, and one address cannot fill it,
so that who asks a hundred at once keeps nobody else from asking.

What this file does not know: how a question is answered, and what the reader is shown.
"""

from __future__ import annotations

import asyncio
import logging
import math
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from bot.problems import BUSY, Problem, Refused
from bot.server.feedback.recent_answers import Memory
from bot.server.guard.rate_limit import Rates, who
from bot.types import Answer, Event, Turn

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot

AT_ONCE = 4  # questions worked on at the same time: more only makes all of them slower
LINE = 120  # questions that wait for that
OTHERS = 20  # places in it that one address cannot take
LATE = 4  # threads that may go on after their question's time was up
_IDLE_SECONDS = 10.0  # after which a thread that has nothing to do ends
LATE_ANSWER = Problem(
    503, "took_too_long", "The answer took too long. Please try again, or ask in fewer words.", 5
)
Told = Event | Exception | None  # None: that was all
questions = logging.getLogger("footnote.questions")


@dataclass(eq=False, slots=True)
class _Job:
    """asker: as who() names them. tell: takes what comes of it. gone: nobody listens any more."""

    asker: str
    question: str
    history: tuple[Turn, ...]
    deadline: float
    tell: Callable[[Told], None]
    gone: bool = False


@dataclass(eq=False, slots=True)
class House:
    """Lives as long as the server; for threads and event loops. Start it with house_of()."""

    bot: Bot
    rates: Rates
    seconds: float = 60.0
    log_questions: bool = False
    at_once: int = AT_ONCE
    longest_line: int = LINE
    clock: Callable[[], float] = time.monotonic
    memory: Memory = field(init=False)  # of the answers that were given
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _line: deque[_Job] = field(default_factory=deque)
    _working: set[_Job] = field(default_factory=set)
    _threads: int = 0  # those whose question is in time, and those that wait for one
    _late: int = 0
    _usual: float = 0.3  # seconds that a question takes, lately

    def __post_init__(self) -> None:
        self.memory = Memory(self.bot)

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, address: str | None = None
    ) -> Generator[Event, None, None]:
        """What Bot.stream tells and raises; and Refused if there is no room, or no time left."""
        inbox: queue.SimpleQueue[Told] = queue.SimpleQueue()
        job = self._enter(question, history, address, inbox.put)
        try:
            while (event := self._next(job, inbox)) is not None:
                yield event
        finally:
            job.gone = True

    async def events(
        self, question: str, history: Sequence[Turn] = (), *, address: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """The same on an event loop."""
        loop = asyncio.get_running_loop()
        inbox: asyncio.Queue[Told] = asyncio.Queue()

        def tell(told: Told) -> None:
            try:
                loop.call_soon_threadsafe(inbox.put_nowait, told)
            except RuntimeError:  # the loop has ended, and with it whoever listened
                job.gone = True

        job = self._enter(question, history, address, tell)
        try:
            while (event := await self._next_on_loop(job, inbox)) is not None:
                yield event
        finally:
            job.gone = True

    async def answer(self, question: str, history: Sequence[Turn], *, address: str | None) -> Answer:
        """The last event alone."""
        events = [event async for event in self.events(question, history, address=address)]
        return cast("Answer", events[-1])

    # --- the reader's side

    def _enter(
        self, question: str, history: Sequence[Turn], address: str | None, tell: Callable[[Told], None]
    ) -> _Job:
        with self._changed:
            self._let_go_of_late_ones()
            asker = who(address)
            if self._is_full_for(asker):
                raise self._busy()
            self.rates.take(address)
            job = _Job(asker, question, tuple(history), self.clock() + self.seconds, tell)
            self._line.append(job)
            self._man_the_places()
            self._changed.notify()
        return job

    def _next(self, job: _Job, inbox: queue.SimpleQueue[Told]) -> Event | None:
        try:
            return _given(inbox.get(timeout=max(0.0, job.deadline - self.clock())))
        except queue.Empty:
            raise self._out_of_time(job) from None

    async def _next_on_loop(self, job: _Job, inbox: asyncio.Queue[Told]) -> Event | None:
        if inbox.empty() and (left := job.deadline - self.clock()) > 0:
            try:
                return _given(await asyncio.wait_for(inbox.get(), left))
            except TimeoutError:
                pass
        try:
            return _given(inbox.get_nowait())
        except asyncio.QueueEmpty:
            raise self._out_of_time(job) from None

    def _out_of_time(self, job: _Job) -> Refused:
        """What to tell a reader whose time is up; the place is free from now on."""
        with self._changed:
            job.gone = True
            if job in self._line:
                self._line.remove(job)
                return self._busy()
            self._let_go_of_late_ones()
        return Refused(LATE_ANSWER)

    def _is_full_for(self, asker: str) -> bool:
        theirs = sum(job.asker == asker for job in self._line)
        return len(self._line) >= self.longest_line or theirs >= max(1, self.longest_line - OTHERS)

    def _busy(self) -> Refused:
        left = math.ceil((len(self._line) + 1) * self._usual / self.at_once)
        return Refused(Problem(429, "busy", BUSY, retry_after=max(2, left)))

    # --- the working side; all but _work and _run are called with the lock held

    def _man_the_places(self) -> None:
        while self._threads < min(self.at_once, len(self._working) + len(self._line)):
            self._threads += 1
            threading.Thread(target=self._work, name="question", daemon=True).start()

    def _let_go_of_late_ones(self) -> None:
        now = self.clock()
        for job in [job for job in self._working if job.deadline <= now][: LATE - self._late]:
            job.gone = True
            self._working.discard(job)
            self._late += 1
            self._threads -= 1
        self._man_the_places()

    def _work(self) -> None:
        while (job := self._taken()) is not None:
            began = self.clock()
            self._run(job)
            with self._changed:
                if job not in self._working:  # its time was up, and another thread is in this one's place
                    self._late -= 1
                    return
                self._working.discard(job)
                self._usual += (self.clock() - began - self._usual) / 8

    def _taken(self) -> _Job | None:
        """The next in line; None if nobody has come for a while, and the thread may end."""
        with self._changed:
            while not self._line:
                if not self._changed.wait(_IDLE_SECONDS) and not self._line:
                    self._threads -= 1
                    return None
            in_work = Counter(job.asker for job in self._working)
            job = min(self._line, key=lambda job: in_work[job.asker])  # of equals, who came first
            self._line.remove(job)
            self._working.add(job)
            return job

    def _run(self, job: _Job) -> None:
        began, outcome = self.clock(), "nobody waited for it"
        try:
            if not job.gone:
                events = cast("Generator[Event, None, None]", self.bot.stream(job.question, job.history))
                try:
                    for event in events:
                        job.tell(event)
                        outcome = event.status if isinstance(event, Answer) else outcome
                        if job.gone:
                            break
                finally:
                    events.close()
            job.tell(None)
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and explain() logs it there
            outcome = type(error).__name__
            job.tell(error)
        if self.log_questions:
            questions.info("%s, %.2f s: %s", outcome, self.clock() - began, repr(job.question)[:2000])


def house_of(bot: Bot, config: BotConfig) -> House:
    """A house over one bot, with the owner's limits."""
    return House(
        bot,
        Rates(config.rate, config.rate_total),
        seconds=config.question_seconds,
        log_questions=config.log_questions,
    )


def _given(told: Told) -> Event | None:
    if isinstance(told, Exception):
        raise told
    return told
