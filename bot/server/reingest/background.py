"""Re-ingest inside a running server without slowing its readers down.

The work is done in a thread of low priority, where the system has such, and with the bot's own model, a few texts at
a time: a reader's question waits for one small batch, not for a whole post.
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

from bot.config import open_index
from bot.own_posts import own_posts
from ingest.embedder import Embedder, Floats
from ingest.index import StartFinisher, Subprocess
from ingest.sync import Progress, SyncReport, sync
from ingest.token_vectors import TokenVectors

if TYPE_CHECKING:
    from bot.pipeline import Bot

T = TypeVar("T")
BATCH = 4  # texts: some 150 ms of one core, which is what a question may have to wait
YIELD_SECONDS = 0.002  # between two batches; a lock that is taken again at once is never yielded
NICE = 5  # of 19: a third of a reader's share; with less, a busy machine would hardly ever get done
ROUND_WAIT_SECONDS = 5.0  # how long a timed round waits for another writer; there will be another round
OWNER_WAIT_SECONDS = 600.0  # how long one that the owner asked for does


def background_sync(
    bot: Bot, *, start_finisher: StartFinisher = Subprocess
) -> Callable[[Sequence[str], bool, Progress], SyncReport]:
    """What brings a bot's index up to date: run(sources, patient, progress) -> SyncReport.

    patient: for rounds by the clock. Raises what sync() raises; sources that cannot be read are in
    the report.
    """
    config = bot.config

    def run(sources: Sequence[str], patient: bool, progress: Progress) -> SyncReport:
        from ingest.sources import loader, memory_in

        wait = ROUND_WAIT_SECONDS if patient else OWNER_WAIT_SECONDS
        index = open_index(config, lock_timeout=wait, start_finisher=start_finisher)
        memory = memory_in(config.index)
        with loader(memory=memory, allow_private=config.allow_private, patient=patient) as load:
            return sync(
                sources,
                index=index,
                embedder=lambda: LowPriorityEmbedder(bot.embedder),
                load=own_posts(config).leaving_out(load),
                progress=progress,
            )

    return lambda sources, patient, progress: at_low_priority(lambda: run(sources, patient, progress))


def at_low_priority(work: Callable[[], T]) -> T:
    """Do the work in a thread of low priority, and return or raise what it does.

    A thread of its own, since a priority that was lowered cannot be raised again, and threads that it starts
    (Chroma's, say) inherit it.
    """
    done: Future[T] = Future()

    def body() -> None:
        if sys.platform == "linux":  # elsewhere priorities belong to whole processes
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
            done.set_exception(error)

    threading.Thread(target=body, name="reingest", daemon=True).start()
    return done.result()


class LowPriorityEmbedder:
    """An embedder that shares another one with readers: small batches, and a pause for readers between them."""

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
        order = sorted(
            range(len(texts)), key=lambda i: len(texts[i])
        )  # similar lengths together: less padding
        pooled: dict[int, Floats] = {}
        tokens: dict[int, TokenVectors] = {}
        for at in range(0, len(order), BATCH):
            some = order[at : at + BATCH]
            vectors, each = self._embedder.embed_tokens([texts[i] for i in some])
            pooled.update(zip(some, vectors, strict=True))
            tokens.update(zip(some, each, strict=True))
            time.sleep(YIELD_SECONDS)
        rows = [pooled[i] for i in range(len(texts))]
        shape = (len(texts), self.dimension)
        return np.array(rows, np.float32).reshape(shape), [tokens[i] for i in range(len(texts))]

    def embed_query(self, text: str) -> Floats:
        return self._embedder.embed_query(text)
