"""Today: is the chat well, and how many questions of the last weeks it answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from babel.dates import format_datetime, format_timedelta

from bot.gaps import GapList, month_name
from bot.problems import Refused, explain
from bot.server.desk.charts import Series, day_bars
from bot.server.desk.reading import report_html
from bot.server.desk.tab import QUIET, Desk, html_block, panel, words_of
from bot.server.desk.tabs.gaps import digest_address
from bot.server.desk.words import mark
from bot.server.feedback import open_votes
from bot.server.gaps import digest_months
from bot.server.gradio_window import import_gradio
from bot.server.health import health_body
from ingest.errors import FeedbackError, FootnoteError, IndexMissing
from ingest.version import installed_version

if TYPE_CHECKING:
    from bot.server.desk.tab import Request
    from bot.server.window import Translations

_PERIODS = (7, 30, 90)  # days
_STATUSES = ("answered", "abstained", "urgent", "chat")


def build(desk: Desk) -> None:
    """Add what the tab shows, filled when the page is opened."""
    gr = import_gradio()
    state = panel("today-state")
    with gr.Row(elem_id="today-controls"):
        period = gr.Radio(
            [(mark(f"today_days_{days}"), days) for days in _PERIODS], value=30, label=mark("today_period"),
            elem_id="today-period",
        )  # fmt: skip
        again = gr.Button(mark("today_again"), elem_id="today-again", scale=0)
    pictures = panel("today-pictures")

    def load(days: int, request: Request) -> tuple[str, str]:
        words = words_of(request)
        return state_html(desk, words), pictures_html(desk, days, words)

    def change(days: int, request: Request) -> str:
        return pictures_html(desk, days, words_of(request))

    desk.page.load(desk.handler(load, 2), period, [state, pictures], queue=False, **QUIET)
    again.click(desk.handler(load, 2), period, [state, pictures], queue=False, **QUIET)
    period.change(desk.handler(change), period, pictures, queue=False, **QUIET)


def state_html(desk: Desk, words: Translations) -> str:
    """Whether the chat can answer, what it answers from, and what the last sync did."""
    try:
        body = health_body(desk.bot, desk.queue, desk.scheduler)
        good, sentence = True, words("today_well")
        facts = [(words("today_posts"), str(body["articles"])), *_synced(body["last_sync"], words)]
    except (Refused, FootnoteError) as error:
        good, facts = False, []
        sentence = words("today_empty") if isinstance(error, IndexMissing) else _sentence(error)
    facts.append((words("today_version"), installed_version()))
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts)
    kind = "good" if good else "bad"
    problem = (
        f'<p class="desk-note desk-bad">{escape(desk.counts.problem)}</p>' if desk.counts.problem else ""
    )
    return html_block(
        f'<p class="desk-note desk-{kind}">{escape(sentence)}</p>{problem}<dl class="desk-facts">{listed}</dl>',
        _last_job(desk, words),
        _latest_digest(desk, words),
    )


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, FootnoteError) else explain(error).message


def pictures_html(desk: Desk, days: int, words: Translations) -> str:
    """The figures of the last days."""
    today = desk.counts.today()
    shown = [today - timedelta(days=back) for back in reversed(range(days))]
    table, day = words("today_table"), words("today_day")
    questions = day_bars(
        words("today_questions"), shown, desk.counts.since(shown[0]),
        [Series(status, words(f"today_{status}")) for status in _STATUSES],
        locale=words.locale, table=table, day=day,
    )  # fmt: skip
    thumbs = [Series("up", words("today_up")), Series("down", words("today_down"))]
    try:
        votes = _votes(desk, shown[0])
    except FeedbackError as error:
        return html_block(questions, f'<p class="desk-note desk-bad">{escape(str(error))}</p>')
    if votes is None:
        return html_block(questions, f"<p>{escape(words('today_no_thumbs'))}</p>")
    pictures = day_bars(
        words("today_thumbs"), shown, votes, thumbs, locale=words.locale, table=table, day=day
    )
    return html_block(questions, pictures)


def _votes(desk: Desk, since: date) -> Mapping[str, Mapping[str, int]] | None:
    votes = open_votes(desk.config)
    return None if votes is None else votes.by_day(since.isoformat())


def _synced(last: str | None, words: Translations) -> list[tuple[str, str]]:
    if last is None:
        return []
    at = datetime.fromisoformat(last)
    ago = format_timedelta(at - datetime.now(UTC), add_direction=True, locale=words.locale)
    return [(words("today_synced"), f"{ago} ({format_datetime(at, 'short', locale=words.locale)} UTC)")]


def _latest_digest(desk: Desk, words: Translations) -> str:
    """A link to the digest of the month before this one, if there is one."""
    earlier = digest_months(desk.config, desk.gaps.store.list() if desk.gaps else GapList())[1:2]
    link = '<p><a href="{}">{}</a></p>'
    return "".join(
        link.format(
            digest_address(month, words),
            escape(words("digest_digest", month=month_name(month, words.locale))),
        )
        for month in earlier
    )


def _last_job(desk: Desk, words: Translations) -> str:
    """What the last sync of everything did, and what it left out and why; "" if none has ended since the start."""
    if desk.scheduler is None:
        return ""
    ended = [job for job in desk.scheduler.jobs() if job["page"] is None and job["finished_at"]]
    latest = desk.scheduler.job(ended[0]["job"]) if ended else None
    if latest is None:
        return ""
    if latest["report"] is None:
        return f'<p class="desk-note desk-bad">{escape(latest["error"] or "")}</p>'
    return report_html(latest["report"], words)
