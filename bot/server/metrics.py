"""GET /metrics for Prometheus: questions, queue, cache, index and memory in numbers; no text of any reader.

Labels have few values, all of them ours. The route takes the owner's token, as `authorization: {credentials: …}` in
Prometheus' own settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast, get_args

from anyio.to_thread import run_sync
from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.config import shared_generations
from bot.server.guard import OwnerToken
from bot.types import Status
from ingest.errors import FootnoteError
from ingest.version import installed_version

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.pipeline import Bot
    from bot.server.question_queue import Finished, QuestionQueue
    from bot.server.reingest import Scheduler

PATH = "/metrics"
OUTCOMES = (*get_args(Status), "done", "abandoned", "refused")  # done: a search; any other is an "error"
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The numbers of one server. May be shared by threads.

    Args:
        bot: Whose cache and index are shown.
        queue: Whose questions are counted from now on.
        scheduler: Whose syncs are shown, if anything re-ingests.
    """

    def __init__(self, bot: Bot, queue: QuestionQueue, scheduler: Scheduler | None) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

        self._bot, self._queue, self._scheduler = bot, queue, scheduler
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._questions = Counter(
            "footnote_questions", "Questions by what became of them.", ["status"], registry=self._registry
        )
        for status in (*OUTCOMES, "error"):
            self._questions.labels(status)
        self._seconds = Histogram(
            "footnote_question_seconds",
            "Seconds of a question by stage: waiting for its turn, to the first words, to the whole answer.",
            ["stage"],
            registry=self._registry,
            buckets=_SECONDS,
        )
        self._registry.register(cast("Any", self))  # it has collect(), which is all that is asked of it
        queue.observers.append(self.count)

    def count(self, finished: Finished) -> None:
        """Count a question that has ended."""
        self._questions.labels(finished.outcome if finished.outcome in OUTCOMES else "error").inc()
        stages = {"wait": finished.waited, "first_words": finished.first_words, "answer": finished.whole}
        for stage, seconds in stages.items():
            if seconds is not None:
                self._seconds.labels(stage).observe(seconds)

    def text(self) -> bytes:
        """All numbers as Prometheus reads them."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)

    def collect(self) -> Iterator[Any]:
        """What is looked up when the numbers are read."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

        waiting, working = self._queue.load()
        yield GaugeMetricFamily("footnote_questions_waiting", "Questions that wait for their turn.", waiting)
        yield GaugeMetricFamily("footnote_questions_in_work", "Questions that are being answered.", working)
        cache = self._bot.cache.figures()
        yield CounterMetricFamily(
            "footnote_cache_hits", "Answers that were given from the cache.", cache.hits
        )
        yield CounterMetricFamily(
            "footnote_cache_misses", "Answers that were not in the cache.", cache.misses
        )
        yield GaugeMetricFamily("footnote_cache_entries", "Answers in the cache.", cache.entries)
        yield GaugeMetricFamily("footnote_cache_bytes", "Memory that they take, estimated.", cache.size)
        if shared := self._queue.rates.shared:
            yield GaugeMetricFamily(
                "footnote_rate_store_up", "1 if the servers count together.", int(not shared.is_down)
            )
        if generations := shared_generations(self._bot.config):
            yield GaugeMetricFamily(
                "footnote_database_up", "1 if the shared database answers.", int(not generations.is_down)
            )
            if generations.chroma:
                yield GaugeMetricFamily(
                    "footnote_chroma_up",
                    "1 if the Chroma server answers.",
                    int(not generations.chroma.is_down),
                )
        info = {"version": installed_version()}
        with suppress(FootnoteError):  # without an index there is nothing to say of it
            health = self._bot.health()
            info["generation"] = health.index
            yield GaugeMetricFamily(
                "footnote_index_articles", "Articles of the live generation.", health.articles
            )
            yield GaugeMetricFamily(
                "footnote_index_passages", "Passages of the live generation.", health.chunks
            )
            yield GaugeMetricFamily("footnote_ready", "1 if questions can be answered.", int(health.ready))
            if health.live_since:
                since = datetime.fromisoformat(health.live_since).timestamp()
                yield GaugeMetricFamily(
                    "footnote_index_live_since_seconds", "When it went live, Unix time.", since
                )
        yield InfoMetricFamily("footnote", "What runs here.", info)
        if self._scheduler is not None:
            failed = int(self._scheduler.health()["state"] == "failed")
            yield GaugeMetricFamily(
                "footnote_sync_failed", "1 if the last sync of all sources failed.", failed
            )


def add_metrics_route(
    app: FastAPI, config: BotConfig, bot: Bot, queue: QuestionQueue, scheduler: Scheduler | None
) -> None:
    """Add GET /metrics, which is refused while the owner has set no token."""
    owner = OwnerToken(config.owner_token.get_secret_value())
    shown = Metrics(bot, queue, scheduler)

    @app.get(PATH)
    async def metrics(request: Request) -> Response:
        """Numbers for Prometheus."""
        owner.check(request)
        return Response(await run_sync(shown.text), media_type="text/plain; version=0.0.4; charset=utf-8")
