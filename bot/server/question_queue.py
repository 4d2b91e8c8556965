"""The queue of questions: a few are worked on at a time, the rest wait, and each has a time limit.

    for event in queue.stream(question, history, address=...)         # in a thread, as the window does
    async for event in queue.events(question, history, address=...)   # on an event loop, as the HTTP interface does
    await queue.run(lambda: bot.passages(question), address=...)      # other work of the bot, under the same limits

A question is worked on in a thread of the queue, however slowly its reader takes the answer, so that the place is
free as soon as the work is done. Python cannot end a thread: when a question's time is up, its place goes to the
next one, and the thread ends at the bot's next token; the number of such late threads is limited.

The queue is fair: the client with the fewest questions in work is next, and one client cannot fill the queue.
"""

from __future__ import annotations

import asyncio
import logging
import math
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bot.problems import BUSY, PAUSED, Problem, Refused
from bot.server.feedback.recent_answers import RecentAnswers
from bot.server.feedback.signed_answers import AnswerSigner, open_signer
from bot.server.guard.rate_limit import RateLimits, client_key, client_network
from bot.server.guard.shared_counts import open_counts
from bot.server.health import STARTING
from bot.server.memory import release_memory
from bot.types import Answer, Event, Token, Turn
from ingest.errors import ChatPaused

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot

AT_ONCE = 4  # questions worked on at the same time: more only makes all of them slower
WAITING_LIMIT = 120  # questions that wait
RESERVED_FOR_OTHERS = 20  # waiting places that one client cannot take
LATE_THREADS = 4  # threads that may go on after their question's time was up
_IDLE_SECONDS = 10.0  # after which a thread that has nothing to do ends
LATE_ANSWER = Problem(
    503, "took_too_long", "The answer took too long. Please try again, or ask in fewer words.", 5
)
Delivery = Any  # an Event or another result, an Exception, or None: the end
Listener = Callable[[Answer, Sequence[Turn]], None]  # returns at once and raises nothing
Observer = Callable[["Finished"], None]  # returns at once and raises nothing
_T = TypeVar("_T")
question_log = logging.getLogger("footnote.questions")


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of one question; no word of it.

    Attributes:
        outcome: The status of its answer, "done" for other work, the name of an error's class, "abandoned", or "refused" for want of room.
        waited: Seconds until its turn; None if it had none.
        first_words: Seconds of work to the first words of the answer; None if there were none.
        whole: Seconds of work to the end; None without any.
    """

    outcome: str
    waited: float | None = None
    first_words: float | None = None
    whole: float | None = None


@dataclass(eq=False, slots=True)
class _Job:
    """client, network: as client_key() and client_network() name them. label: for the log. work: makes the events.

    asked: when, by the queue's clock. deliver: takes events, the error or the end. abandoned: its client has left.
    """

    client: str
    network: str
    label: str
    history: tuple[Turn, ...]
    work: Callable[[], Generator[Any, None, None]]
    asked: float
    deadline: float
    deliver: Callable[[Delivery], None]
    abandoned: bool = False


@dataclass(eq=False, slots=True)
class QuestionQueue:
    """The questions of one server, from threads and event loops. Make one with open_queue().

    Attributes:
        paused: Gives the owner's reason why only urgent messages are answered; None if all are.
        listeners: Each is called with every answer and the turns before it, once the answer has been delivered.
        observers: Each is called with the figures of every question once it has ended.
        signer: Makes ids of answers that other servers can read, too.
    """

    bot: Bot
    rates: RateLimits
    seconds: float = 60.0
    log_questions: bool = False
    at_once: int = AT_ONCE
    waiting_limit: int = WAITING_LIMIT
    clock: Callable[[], float] = time.monotonic
    paused: Callable[[], ChatPaused | None] = lambda: None
    listeners: list[Listener] = field(default_factory=list)
    observers: list[Observer] = field(default_factory=list)
    signer: AnswerSigner | None = None
    recent: RecentAnswers = field(init=False)
    is_started: bool = True
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _waiting: deque[_Job] = field(default_factory=deque)
    _working: set[_Job] = field(default_factory=set)
    _threads: int = 0  # those whose question is in time, and those that wait for one
    _late: int = 0
    _typical_seconds: float = 0.3  # seconds that a question takes, lately

    def __post_init__(self) -> None:
        self.recent = RecentAnswers(self.bot, signer=self.signer)

    def load(self) -> tuple[int, int]:
        """How many questions wait, and how many are being answered."""
        with self._changed:
            return len(self._waiting), len(self._working)

    def _observe(self, finished: Finished) -> None:
        for observe in self.observers:
            observe(finished)

    def hold(self) -> None:
        """Let questions wait until start() is called: the model is still being loaded."""
        self.is_started = False

    def start(self) -> None:
        """Begin, or go on, with the questions."""
        with self._changed:
            self.is_started = True
            self._changed.notify_all()

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        page: str = "",
        address: str | None = None,
        pulse: float = math.inf,
    ) -> Generator[Event, None, None]:
        """The events of Bot.stream.

        Args:
            question: As the reader typed it.
            history: The turns before it.
            page: Address of the page that the reader is on.
            address: Of the client.
            pulse: Seconds without an event after which an empty token is yielded, so that the caller can stop.

        Raises:
            Refused: There is no room or no time left; and whatever Bot.stream raises.
        """
        inbox: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        job = self._enqueue(question, history, self._asking(question, history, page), address, inbox.put)
        try:
            while (event := self._next(job, inbox, pulse)) is not None:
                yield event
        finally:
            job.abandoned = True

    async def events(
        self, question: str, history: Sequence[Turn] = (), *, page: str = "", address: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """The same on an event loop."""
        delivered = self._on_loop(question, history, self._asking(question, history, page), address)
        try:
            async for event in delivered:
                yield event
        finally:
            await delivered.aclose()

    async def answer(
        self, question: str, history: Sequence[Turn], *, page: str = "", address: str | None
    ) -> Answer:
        """The last event alone."""
        events = [event async for event in self.events(question, history, page=page, address=address)]
        return cast("Answer", events[-1])

    async def run(self, work: Callable[[], _T], *, address: str | None, label: str = "") -> _T:
        """The result of other work of the bot, which counts as a question. Raises what it raises, and Refused.

        Args:
            work: Runs in a thread of the queue.
            address: Of the client.
            label: What the log of questions calls it.
        """

        def once() -> Generator[_T, None, None]:
            yield work()

        results = [result async for result in self._on_loop(label, (), once, address)]
        return cast("_T", results[0])

    def _asking(
        self, question: str, history: Sequence[Turn], page: str
    ) -> Callable[[], Generator[Event, None, None]]:
        turns = tuple(history)

        def events() -> Generator[Event, None, None]:
            reason = self.paused()
            if reason is None:
                yield from self.bot.stream(question, turns, page=page)
            else:
                yield from self.bot.stream(question, turns, page=page, instead=_raising(reason))

        return events

    async def _on_loop(
        self,
        label: str,
        history: Sequence[Turn],
        work: Callable[[], Generator[Any, None, None]],
        address: str | None,
    ) -> AsyncGenerator[Any, None]:
        """What the work yields, on an event loop."""
        loop = asyncio.get_running_loop()
        inbox: asyncio.Queue[Delivery] = asyncio.Queue()

        def deliver(delivery: Delivery) -> None:
            try:
                loop.call_soon_threadsafe(inbox.put_nowait, delivery)
            except RuntimeError:  # the loop has ended, and with it the listener
                job.abandoned = True

        job = self._enqueue(label, history, work, address, deliver)
        try:
            while (event := await self._next_on_loop(job, inbox)) is not None:
                yield event
        finally:
            job.abandoned = True

    # --- the reader's side

    def _enqueue(
        self,
        label: str,
        history: Sequence[Turn],
        work: Callable[[], Generator[Any, None, None]],
        address: str | None,
        deliver: Callable[[Delivery], None],
    ) -> _Job:
        with self._changed:
            self._free_late_places()
            client, network = client_key(address), client_network(address)
            if self._is_full_for(network):
                self._observe(Finished("refused"))
                raise self._busy()
            self.rates.take(address)
            now = self.clock()
            job = _Job(client, network, label, tuple(history), work, now, now + self.seconds, deliver)
            self._waiting.append(job)
            self._start_threads()
            self._changed.notify()
        return job

    def _next(self, job: _Job, inbox: queue.SimpleQueue[Delivery], pulse: float) -> Any:
        left = max(0.0, job.deadline - self.clock())
        try:
            return _delivered(inbox.get(timeout=min(left, pulse)))
        except queue.Empty:
            if pulse < left:
                return Token("")
            raise self._out_of_time(job) from None

    async def _next_on_loop(self, job: _Job, inbox: asyncio.Queue[Delivery]) -> Any:
        if inbox.empty() and (left := job.deadline - self.clock()) > 0:
            try:
                return _delivered(await asyncio.wait_for(inbox.get(), left))
            except TimeoutError:
                pass
        try:
            return _delivered(inbox.get_nowait())
        except asyncio.QueueEmpty:
            raise self._out_of_time(job) from None

    def _out_of_time(self, job: _Job) -> Refused:
        """What to deliver a reader whose time is up; the place is free from now on."""
        with self._changed:
            job.abandoned = True
            if job in self._waiting:
                self._waiting.remove(job)
                self._observe(Finished("refused"))
                return self._busy() if self.is_started else Refused(STARTING)
            self._free_late_places()
        return Refused(LATE_ANSWER)

    def _is_full_for(self, network: str) -> bool:
        theirs = sum(job.network == network for job in self._waiting)
        return len(self._waiting) >= self.waiting_limit or theirs >= max(
            1, self.waiting_limit - RESERVED_FOR_OTHERS
        )

    def _busy(self) -> Refused:
        left = math.ceil((len(self._waiting) + 1) * self._typical_seconds / self.at_once)
        return Refused(Problem(429, "busy", BUSY, retry_after=max(2, left)))

    # --- the working side; all but _work and _run are called with the lock held

    def _start_threads(self) -> None:
        while self._threads < min(self.at_once, len(self._working) + len(self._waiting)):
            self._threads += 1
            threading.Thread(target=self._work, name="question", daemon=True).start()

    def _free_late_places(self) -> None:
        now = self.clock()
        for job in [job for job in self._working if job.deadline <= now][: LATE_THREADS - self._late]:
            job.abandoned = True
            self._working.discard(job)
            self._late += 1
            self._threads -= 1
        self._start_threads()

    def _work(self) -> None:
        while (job := self._take_next()) is not None:
            began = self.clock()
            self._run(job)
            with self._changed:
                if job not in self._working:  # its time was up, and another thread has taken its place
                    self._late -= 1
                    return
                self._working.discard(job)
                self._typical_seconds += (self.clock() - began - self._typical_seconds) / 8

    def _take_next(self) -> _Job | None:
        """The next question; None if none has come for a while, and the thread may end."""
        with self._changed:
            while not self._waiting or not self.is_started:
                if not self._changed.wait(_IDLE_SECONDS) and not self._waiting:
                    self._threads -= 1
                    if not self._threads:
                        release_memory()  # after a crowd, what it needed
                    return None
            in_work = Counter(job.client for job in self._working)
            job = min(self._waiting, key=lambda job: in_work[job.client])  # of equals, the first
            self._waiting.remove(job)
            self._working.add(job)
            return job

    def _run(self, job: _Job) -> None:
        began, outcome = self.clock(), "abandoned"
        first: float | None = None
        answer: Answer | None = None
        try:
            if not job.abandoned:
                events = job.work()
                try:
                    for event in events:
                        job.deliver(event)
                        first = self.clock() - began if first is None else first
                        if isinstance(event, Answer):
                            answer, outcome = event, event.status
                        elif not isinstance(event, Token):
                            outcome = "done"
                        if job.abandoned:
                            break
                finally:
                    events.close()
            self._observe(Finished(outcome, began - job.asked, first, self.clock() - began))
            job.deliver(None)
            if answer is not None:
                for listen in self.listeners:
                    listen(answer, job.history)
        except Exception as error:  # noqa: BLE001 - it is raised for the reader, and explain() logs it there
            outcome = type(error).__name__
            self._observe(Finished(outcome, began - job.asked, first, self.clock() - began))
            job.deliver(error)
        if self.log_questions:
            question_log.info("%s, %.2f s: %s", outcome, self.clock() - began, repr(job.label)[:2000])


def open_queue(bot: Bot, config: BotConfig, current: Callable[[], BotConfig] | None = None) -> QuestionQueue:
    """A queue over one bot, with the owner's limits. current: gives the settings in force, which may pause the chat."""
    return QuestionQueue(
        bot,
        RateLimits(config.rate, config.rate_total, shared=open_counts(config)),
        seconds=config.question_seconds,
        log_questions=config.log_questions,
        paused=lambda: pause_reason(current() if current else config),
        signer=open_signer(config),
    )


def pause_reason(config: BotConfig) -> ChatPaused | None:
    """Why questions are not answered, if the owner has paused the chat."""
    if not config.paused:
        return None
    return ChatPaused(config.pause_message or PAUSED, own=bool(config.pause_message))


def _raising(error: Exception) -> Iterator[Event]:
    raise error
    yield


def _delivered(delivery: Delivery) -> Any:
    if isinstance(delivery, Exception):
        raise delivery
    return delivery
