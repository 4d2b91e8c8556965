"""Reading again from the desk: a job of the scheduler, followed with a progress bar until it has ended."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from bot.server.desk.tab import Desk, html_block, note
from ingest.errors import SourceError

if TYPE_CHECKING:
    from bot.server.window import Translations

_LOOK_SECONDS = 0.5  # between two looks at a job
_FOLLOW_SECONDS = 1800.0  # a longer job goes on without its progress bar
_SHOWN = 50  # of what was left out


def read_again(desk: Desk, what: str | None, words: Translations) -> Iterator[str]:
    """Ask for a sync of everything (None) or of one source, and show how it goes, then what it did.

    Raises SourceError if this server reads nothing.
    """
    if desk.scheduler is None:
        raise SourceError(words("reading_off"))
    if what is None and not desk.scheduler.sources:
        raise SourceError(words("reading_nothing"))
    job_id = desk.scheduler.ask(what)["job"]
    ends = time.monotonic() + _FOLLOW_SECONDS
    while (job := desk.scheduler.job(job_id)) is not None and job["finished_at"] is None:
        if time.monotonic() > ends:
            yield note(words("reading_long"))
            return
        yield _progress(job, words)
        time.sleep(_LOOK_SECONDS)
    if job is None or job["report"] is None:
        yield note((job and job["error"]) or words("reading_failed"), "bad")
    else:
        kind, sentence = ("bad", job["error"]) if job["error"] else ("good", words("reading_done"))
        yield note(sentence, kind) + report_html(job["report"], words)


def report_html(report: Mapping[str, Any], words: Translations) -> str:
    """What a sync added, changed and removed, what failed and what it left out, each with its reason."""
    names = ("added", "updated", "removed", "unchanged")
    counts = ", ".join(words(f"sync_{name}", n=len(report[name])) for name in names if report[name])
    parts = [f"<p>{escape(counts)}</p>" if counts else ""]
    parts += [f"<p>{escape(sentence)}</p>" for sentence in report["notes"]]
    for name in ("failed", "left_out"):
        parts.append(_reasons(report[name], words(f"sync_{name}", n=len(report[name])), words))
    return html_block(*parts)


def _reasons(items: list[dict[str, str]], title: str, words: Translations) -> str:
    if not items:
        return ""
    listed = "".join(f"<li>{escape(one['name'])}: {escape(one['reason'])}</li>" for one in items[:_SHOWN])
    more = f"<li>{escape(words('and_more', n=len(items) - _SHOWN))}</li>" if len(items) > _SHOWN else ""
    return f"<details><summary>{escape(title)}</summary><ul>{listed}{more}</ul></details>"


def _progress(job: Mapping[str, Any], words: Translations) -> str:
    phase = words(f"phase_{job['phase'] or 'queued'}")
    done, total = job["done"], job["total"]
    far = f": {done} / {total}" if total else f": {done}" if done else ""
    bar = f' value="{done}" max="{total}"' if total else ""
    label = escape(phase)
    return html_block(
        f'<p class="desk-progress">{label}{far}</p><progress aria-label="{label}"{bar}></progress>'
    )
