"""What the command line prints: answers, ingest reports, lists, progress. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from bot.text.markdown import plain
from bot.text.printable import printable
from bot.types import Answer, Citation
from ingest.article import Article
from ingest.sync import Progress as SyncProgress
from ingest.sync import SyncReport, silent

if TYPE_CHECKING:
    from bot.quote_check import Report, Status

_PHASES = {
    "reading": "Reading articles",
    "fetching": "Fetching pages",
    "embedding": "Embedding",
    "checking": "Checking the new index",
}
_MOST_SHOWN = 300  # characters of a quote
_MOST_LEFT_OUT = 5  # of a kind that are named


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[SyncProgress]:
    """A bar on stderr if that is a terminal, else nothing."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(_PHASES["reading"], total=None)

        def tell(phase: str, done: int, total: int | None) -> None:
            bar.update(task, description=_PHASES.get(phase, phase), completed=done, total=total)

        yield tell


def print_report(report: SyncReport, index: Path) -> None:
    """What a blog owner wants to know of an ingest into an index; ids only of what changed."""
    console = _console()
    for word, ids in (("added", report.added), ("updated", report.updated), ("removed", report.removed)):
        for one in ids:
            console.print(_text(f"{word:>9}  {one}"))
    for reason, names in _by_reason(report).items():
        more = len(names) - _MOST_LEFT_OUT
        shown = ", ".join(names[:_MOST_LEFT_OUT]) + (f" and {more} more" if more > 0 else "")
        console.print(_text(f" left out  {len(names)}, as {reason}: {shown}", style="dim"))
    for failed in report.failed:
        console.print(_text(f"   failed  {failed.name}: {failed.reason}", style="bold red"))
    for note in report.notes:
        console.print(_text(f"     note  {note}"))
    counts = ("added", "updated", "unchanged", "removed", "left_out", "failed")
    summary = ", ".join(f"{len(getattr(report, name))} {name.replace('_', ' ')}" for name in counts)
    console.print(_text(f"{summary}. {report.seconds:.1f} s. Index: {index}"))
    if report.dry_run:
        console.print(_text("Nothing was changed: this is what an ingest would do."))


def _by_reason(report: SyncReport) -> dict[str, list[str]]:
    """Why something was left out, to what was."""
    found: dict[str, list[str]] = {}
    for one in report.left_out:
        found.setdefault(one.reason, []).append(one.name)
    return found


def print_answer(answer: Answer) -> None:
    """The answer, then its sources, or what could be asked instead."""
    console = _console()
    console.print(_text(plain(answer.text)))
    if answer.citations:
        console.print()
        for citation in answer.citations:
            console.print(_text(f"[{citation.number}] {_place(citation)}", style="dim"))
    if answer.suggestions:
        console.print(_text("\nThe blog does answer:"))
        for suggestion in answer.suggestions:
            console.print(_text(f"  - {suggestion}"))


def print_findings(report: Report) -> None:
    """A line for each quote, below it what the article has now instead, and the counts."""
    console = _console()
    styles: dict[Status, str] = {"verbatim": "", "changed": "yellow", "gone": "bold red"}
    for finding in report.findings:
        quote, article = finding.quote, finding.article
        number = f"[{quote.number}] " if quote.number else ""
        where = article.title if article else quote.url or quote.article_id
        words = f"“{_one_line(quote.text)}”" if quote.text else "(the post as a whole)"
        console.print(_text(f"{finding.status:>8}  {number}{words}  {where}", styles[finding.status]))
        if finding.nearest:
            console.print(_text(f"     now  “{_one_line(finding.nearest.quote)}”"))
        elif article is None:
            console.print(_text("          no such post is in the index", "dim"))
        if not finding.in_text:
            console.print(_text("          the answer does not show these words", "dim"))
    console.print(_text(", ".join(f"{report.count(status)} {status}" for status in styles) + "."))


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST_SHOWN else f"{flat[: _MOST_SHOWN - 1]}…"


def print_articles(articles: Sequence[Article]) -> None:
    """One line an article."""
    console = _console()
    for article in articles:
        console.print(_text(f"{article.id}  {article.title}  {article.published or ''}".rstrip()))


def _place(citation: Citation) -> str:
    where = [citation.passage.title, *citation.passage.chunk.path]
    return " > ".join(where) + (f"  {citation.link}" if citation.link else "")


def _text(line: str, style: str = "") -> Text:
    """A line with untrusted names and words, made printable."""
    return Text(printable(line), style)


def _console() -> Console:
    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
