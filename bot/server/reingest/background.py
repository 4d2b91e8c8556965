"""Re-ingest inside a running server without its readers noticing.

The work is done in a thread of low priority, where the system has such, and with the bot's own
model, a few texts at a time: a reader's question waits for one small batch, not for a whole post.

What this file does not know: when to re-ingest, and who asked for it (keep.py).
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ingest.embedder import Embedder, Floats, TokenVectors
from ingest.index import Index, StartFinisher, Subprocess
from ingest.sync import Progress, SyncReport, sync

if TYPE_CHECKING:
    from bot.pipeline import Bot

T = TypeVar("T")
AT_ONCE = 4  # texts: some 150 ms of one core, which is what a question may have to wait
TURN = 0.002  # seconds between two batches; a lock that is taken again at once is never given up
NICE = 5  # of 19: a third of a reader's share; with less, a busy machine would hardly ever get done
BUSY_SECONDS = 5.0  # how long a timed round waits for another writer; there will be another round
ASKED_SECONDS = 600.0  # how long one that the owner asked for does


def reingesting(
    bot: Bot, *, start_finisher: StartFinisher = Subprocess
) -> Callable[[Sequence[str], bool, Progress], SyncReport]:
    """What brings a bot's index up to date: run(sources, patient, progress) -> SyncReport.

    patient: for rounds by the clock. Raises what sync() raises; sources that cannot be read are in
    the report.
    """
    config = bot.config

    def run(sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
        from ingest.sources import loader, memory_in

        wait = BUSY_SECONDS if patient else ASKED_SECONDS
        index = Index(config.index, config.index_config, lock_timeout=wait, start_finisher=start_finisher)
        memory = memory_in(config.index)
        with loader(memory=memory, allow_private=config.allow_private, patient=patient) as load:
            return sync(
                sources, index=index, embedder=lambda: Gentle(bot.embedder), load=load, progress=progress
            )

    return lambda sources, patient, progress: gently(lambda: run(sources, patient, progress))


def gently(work: Callable[[], T]) -> T:
    """Do it in a thread of low priority, and give or raise what it does.

    A thread of its own, since a priority that was given up cannot be had back, and whatever thread
    is started by one of low priority (Chroma's, say) inherits it.
    """
    done: Future[T] = Future()

    def body() -> None:
        if sys.platform == "linux":  # elsewhere priorities belong to whole processes
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the work was asked for
            done.set_exception(error)

    threading.Thread(target=body, name="reingest", daemon=True).start()
    return done.result()


class Gentle:
    """An Embedder over another one that others need too: small batches, and a turn for them between."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name = embedder.name

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def count(self, text: str) -> int:
        return self._embedder.count(text)

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return self.embed_tokens(texts)[0]

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # like with like: less padding
        pooled: dict[int, Floats] = {}
        tokens: dict[int, TokenVectors] = {}
        for at in range(0, len(order), AT_ONCE):
            some = order[at : at + AT_ONCE]
            vectors, each = self._embedder.embed_tokens([texts[i] for i in some])
            pooled.update(zip(some, vectors, strict=True))
            tokens.update(zip(some, each, strict=True))
            time.sleep(TURN)
        rows = [pooled[i] for i in range(len(texts))]
        shape = (len(texts), self.dimension)
        return np.array(rows, np.float32).reshape(shape), [tokens[i] for i in range(len(texts))]

    def embed_query(self, text: str) -> Floats:
        return self._embedder.embed_query(text)
