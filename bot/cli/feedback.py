"""`footnote feedback list|export|purge|summary`: readers' votes, for the owner."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import IndexOption, JsonFlag, config_from_environment
from ingest.errors import ConfigError, FeedbackError

if TYPE_CHECKING:
    from bot.server.feedback import FeedbackStore

VerdictOption = Annotated[str, typer.Option(metavar="up|down", help="Only these thumbs.")]
SinceOption = Annotated[str, typer.Option(metavar="DATE", help="Only from this day on, such as 2026-03-01.")]
_MAX_LINE = 100  # characters of a question in the list


app = typer.Typer(no_args_is_help=True, help="What readers think of the answers: votes, reasons, notes.")


@app.command(name="list")
def list_(
    verdict: VerdictOption = "",
    since: SinceOption = "",
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Show votes, the latest day first."""
    from dataclasses import asdict

    _check(verdict)
    rows = _store(index).rows(verdict=verdict, since=_day(since, "--since"))
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        details = ", ".join(filter(None, (row.reason, row.status)))
        print(f"{row.day}  {row.verdict:4}  {row.id}  {_short(row.question)}  ({details})")
        if row.note:
            print(f"{'':18}{_short(row.note, 500)}")
    if not rows:
        print("No reader has voted yet.")


@app.command()
def summary(
    since: SinceOption = "",
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Show how many thumbs went up, why others went down, and what readers missed."""
    from bot.server.feedback import summarize

    summary_ = summarize(_store(index).rows(since=_day(since, "--since")))
    if as_json:
        print(json.dumps(summary_, ensure_ascii=False, indent=2))
        return
    if not summary_["votes"]:
        print("No reader has voted yet.")
        return
    print(
        f"{summary_['votes']} votes: {summary_['up']} up, {summary_['down']} down ({summary_['share_up']:.0%} up)"
    )
    _print_counts("Why down", summary_["reasons"])
    _print_counts("Down, by kind of answer", summary_["down_by_status"])
    _print_counts("The bot abstained, and the vote was down", summary_["abstained_and_down"])


@app.command()
def export(
    kind: Annotated[
        str, typer.Option("--format", metavar="jsonl|csv|eval", help="eval: a sheet for `footnote eval`.")
    ] = "csv",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; else it is printed.")] = None,
    verdict: VerdictOption = "",
    since: SinceOption = "",
    index: IndexOption = None,
) -> None:
    """Write votes as a file. The sheet has the questions with a thumb down; put in what is right."""
    from bot.server.feedback import FORMATS, format_rows

    _check(verdict)
    if kind not in FORMATS:
        raise typer.BadParameter(f"--format is {', '.join(FORMATS)}.")
    votes = _store(index)
    if out is not None and str(out.resolve()) == str(Path(votes.tables.place).resolve()):
        raise FeedbackError(f"{out} is where the votes are stored. Name another file.")
    rows = votes.rows(verdict=verdict, since=_day(since, "--since"))
    data = format_rows(rows, kind).encode("utf-8")
    if out is None:
        sys.stdout.buffer.write(data)
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise FeedbackError(f"{out} cannot be written ({error.strerror}). Name another file.") from error
    print(f"Written: {out}, {len(rows)} votes read", file=sys.stderr)


@app.command()
def purge(
    answer_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One vote, as `footnote feedback list` shows it.")
    ] = None,
    before: Annotated[str, typer.Option(metavar="DATE", help="Those of the days before this.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    index: IndexOption = None,
) -> None:
    """Remove votes permanently."""
    if (answer_id is not None) + bool(before) + all_ != 1:
        raise typer.BadParameter("Say what to remove: an ID, --before DATE, or --all.")
    votes, day = _store(index), _day(before, "--before") or None
    count = votes.count(answer_id=answer_id, before=day)
    if answer_id is not None and not count:
        raise FeedbackError(f"There is no vote {answer_id}. `footnote feedback list` shows them.")
    if count and not yes and not typer.confirm(f"Remove {count} for good?"):
        print("Nothing was removed.")
        raise typer.Exit(1)
    print(f"Removed: {votes.purge(answer_id=answer_id, before=day)}")


def _store(index: Path | None) -> FeedbackStore:
    """Raises ConfigError if the owner has switched feedback off."""
    from bot.server.feedback import open_votes

    votes = open_votes(config_from_environment(index=index))
    if votes is None:
        raise ConfigError("Feedback is switched off: FOOTNOTE_FEEDBACK=off. Remove that setting to use it.")
    return votes


def _print_counts(title: str, counts: dict[str, int]) -> None:
    if counts:
        print(f"\n{title}:")
        for name, count in counts.items():
            print(f"{count:6}  {_short(name)}")


def _check(verdict: str) -> None:
    if verdict not in ("", "up", "down"):
        raise typer.BadParameter("--verdict is up or down.")


def _day(text: str, option: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise typer.BadParameter(f"{option} is a day such as 2026-03-01.") from None


def _short(text: str, most: int = _MAX_LINE) -> str:
    """On one line, without control characters for a terminal."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
