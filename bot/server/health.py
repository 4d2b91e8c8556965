"""What /healthz says: whether the server has started and its bot can search, its version, and the last sync."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.config import shared_generations
from bot.problems import NOT_READY, Problem, Refused
from ingest.version import installed_version

if TYPE_CHECKING:
    from bot.pipeline import Bot
    from bot.server.question_queue import QuestionQueue
    from bot.server.reingest.schedule import Scheduler

STARTING = Problem(503, "starting", "The chat is still starting. Please try again in a moment.", 10)
_RETRY_SECONDS = 60
_CHROMA_RETRY_SECONDS = 5  # as for a question


def health_body(bot: Bot, queue: QuestionQueue, scheduler: Scheduler | None) -> dict[str, Any]:
    """The answer of /healthz while questions can be answered.

    "last_sync" is when the index was last brought up to date, and "last_sync_age" the seconds since then. It is the end
    of this server's last round, or, if that is later or there was none, when the live generation went live. "rate_store" is
    "ok", or "down" while each server counts for itself; "database" is "ok", or "down" while answers come from what was fetched
    before; "chroma" is "ok", or "down" while questions that need a search are refused. Each is there if the owner has set its
    address, also beside the error if the last search failed.

    Raises:
        Refused: The server is starting, or its last search failed.
        IndexMissing, IndexMismatch, IndexDamaged: There is no index to answer from.
    """
    if not queue.is_started:
        raise Refused(STARTING)
    health = bot.health()
    engines = _engines(bot, queue)
    if engines.get("chroma") == "down":  # which may be known before a search has failed
        raise Refused(Problem(503, "search_failed", NOT_READY, _CHROMA_RETRY_SECONDS, engines=engines))
    if not health.ready:
        raise Refused(Problem(503, "search_failed", health.problem, _RETRY_SECONDS, engines=engines))
    counts = {"articles": health.articles, "chunks": health.chunks, "index": health.index}
    reingest = {} if scheduler is None else scheduler.health()
    known = filter(None, (reingest.get("last"), health.live_since))
    last = max(known, key=datetime.fromisoformat, default=None)
    age = None if last is None else (datetime.now(UTC) - datetime.fromisoformat(last)).total_seconds()
    sync = {"last_sync": last, "last_sync_age": None if age is None else max(0, round(age))}
    body = {"status": "ok", **counts, "version": installed_version(), **sync, **engines}
    return {**body, "reingest": reingest} if reingest else body


def _engines(bot: Bot, queue: QuestionQueue) -> dict[str, str]:
    """Name to "ok" or "down" of each engine that the owner has set."""
    generations = shared_generations(bot.config)
    found = {
        "rate_store": queue.rates.shared,
        "database": generations,
        "chroma": generations.chroma if generations else None,
    }
    return {name: "down" if engine.is_down else "ok" for name, engine in found.items() if engine}
