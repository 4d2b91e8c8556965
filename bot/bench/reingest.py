"""Questions while a post is edited and re-ingested: each must be answered, and the next one with the new text."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bot.bench.rig.stopwatch import Figures, ms, seconds
from bot.pipeline import Bot
from bot.server.reingest import background_sync
from ingest.index import StartFinisher, Subprocess
from ingest.report import silent

_QUESTION = "What is written on the door of the boat house?"
_EDITION = re.compile(r"written on the door of the boat house is edition(\d+)\b")
_OTHER_POSTS = {
    "bread": "Rye bread stays fresh for a week in a linen bag.",
    "bees": "Bees fly out as soon as a spring day is mild.",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question. edition: of the text that the answer quotes, None if it quotes none."""

    edition: int | None
    seconds: float


def measure_reingest(
    open_bot: Callable[[Path], Bot], rounds: int = 100, *, start_finisher: StartFinisher = Subprocess
) -> Figures:
    """Edit a post, re-ingest it in the background and ask until that has ended, `rounds` times.

    open_bot: gives the bot over the index in a folder, with a threshold that lets it answer.
    """
    asked: list[_Asked] = []
    took: list[float] = []
    outdated = 0
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as folder, ThreadPoolExecutor(1) as pool:
        blog = Path(folder, "blog")
        bot = open_bot(Path(folder, "index"))
        sync = background_sync(bot, start_finisher=start_finisher)
        _write_blog(blog, edition=0)
        sync([str(blog)], False, silent)
        before = [_ask(bot) for _ in range(6)][1:]  # the first one loads the index
        for edition in range(1, rounds + 1):
            _write_blog(blog, edition=edition)
            running = pool.submit(seconds, lambda: sync([str(blog)], False, silent))
            asked.append(_ask(bot))
            while not running.done():
                asked.append(_ask(bot))
            took.append(running.result())
            outdated += _ask(bot).edition != edition
    return {"rounds": rounds, "rounds after which an answer had the old text": outdated} | _figures(
        before, asked, took
    )


def _figures(before: Sequence[_Asked], meanwhile: Sequence[_Asked], took: Sequence[float]) -> Figures:
    alone, beside = (statistics.median(one.seconds for one in group) for group in (before, meanwhile))
    return {
        "questions meanwhile": len(meanwhile),
        "questions meanwhile without the quote": sum(one.edition is None for one in meanwhile),
        "re-ingest, median s": round(statistics.median(took), 2),
        "answer before, median ms": ms(alone),
        "answer meanwhile, median ms": ms(beside),
        "answer meanwhile, longest ms": ms(max(one.seconds for one in meanwhile)),
        "answer meanwhile / before": round(beside / alone, 2),
    }


def _ask(bot: Bot) -> _Asked:
    began = time.perf_counter()
    answer = bot.ask(_QUESTION)
    quoted = [match for citation in answer.citations if (match := _EDITION.search(citation.quote))]
    return _Asked(int(quoted[0][1]) if quoted else None, time.perf_counter() - began)


def _write_blog(folder: Path, *, edition: int) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in _OTHER_POSTS.items() if not edition else ():
        (folder / f"{name}.md").write_text(f"# All about {name}\n\n{text}\n", encoding="utf-8")
    text = f"What is written on the door of the boat house is edition{edition}. It was painted by hand."
    draft = folder / "door.new"
    draft.write_text(f"# The boat house\n\n{text}\n", encoding="utf-8")
    draft.replace(folder / "door.md")
