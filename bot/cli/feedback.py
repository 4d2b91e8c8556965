"""`footnote feedback list|export|purge|summary`: what readers said of the answers, for the owner.

What this file does not know: the environment (cli.py gives the settings), and how votes are kept.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import BotConfig
from ingest.errors import ConfigError, FeedbackError

if TYPE_CHECKING:
    from bot.server.feedback.store import Feedback

IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index.", metavar="DIR")]
VerdictOption = Annotated[str, typer.Option(metavar="up|down", help="Only these thumbs.")]
SinceOption = Annotated[str, typer.Option(metavar="DATE", help="Only from this day on, such as 2026-03-01.")]
Store = Callable[[Path | None], "Feedback"]  # of an index
_LINE = 100  # characters of a question in the list


def feedback_commands(config_of: Callable[[Path | None], BotConfig]) -> typer.Typer:
    """The commands. config_of: the settings, for an index that was named or the usual one."""
    app = typer.Typer(
        name="feedback",
        no_args_is_help=True,
        help="What readers said of the answers: thumbs, reasons, notes.",
    )

    def store(index: Path | None) -> Feedback:
        """Raises ConfigError if there is none."""
        from bot.server.feedback.store import Feedback

        file = config_of(index).feedback_file
        if file is None:
            raise ConfigError("Feedback is switched off: FOOTNOTE_FEEDBACK=off. Take that away to use it.")
        return Feedback(file)

    for add in (_add_list, _add_summary, _add_export, _add_purge):
        add(app, store)
    return app


def _add_list(app: typer.Typer, store: Store) -> None:
    @app.command(name="list")
    def list_(
        verdict: VerdictOption = "",
        since: SinceOption = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
        index: IndexOption = None,
    ) -> None:
        """Show votes, the latest day first."""
        from dataclasses import asdict

        _check(verdict)
        rows = store(index).rows(verdict=verdict, since=_day(since, "--since"))
        if as_json:
            print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2))
            return
        for row in rows:
            told = ", ".join(filter(None, (row.reason, row.status)))
            print(f"{row.day}  {row.verdict:4}  {row.id}  {_short(row.question)}  ({told})")
            if row.note:
                print(f"{'':18}{_short(row.note, 500)}")
        if not rows:
            print("No reader has said anything yet.")


def _add_summary(app: typer.Typer, store: Store) -> None:
    @app.command()
    def summary(
        since: SinceOption = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
        index: IndexOption = None,
    ) -> None:
        """Show how many thumbs went up, why others went down, and what readers missed."""
        from bot.server.feedback.export import figures

        found = figures(store(index).rows(since=_day(since, "--since")))
        if as_json:
            print(json.dumps(found, ensure_ascii=False, indent=2))
            return
        if not found["votes"]:
            print("No reader has said anything yet.")
            return
        print(f"{found['votes']} votes: {found['up']} up, {found['down']} down ({found['share_up']:.0%} up)")
        _print_counts("Why down", found["reasons"])
        _print_counts("Down, by kind of answer", found["down_by_status"])
        _print_counts("The bot did not say, and readers were not content", found["abstained_and_down"])


def _add_export(app: typer.Typer, store: Store) -> None:
    @app.command()
    def export(
        kind: Annotated[
            str, typer.Option("--format", metavar="jsonl|csv|eval", help="eval: a sheet for `footnote eval`.")
        ] = "csv",
        out: Annotated[
            Path | None, typer.Option(metavar="FILE", help="Where to; else it is printed.")
        ] = None,
        verdict: VerdictOption = "",
        since: SinceOption = "",
        index: IndexOption = None,
    ) -> None:
        """Write votes as a file. The sheet has the questions with a thumb down; put in what is right."""
        from bot.server.feedback.export import FORMATS, written

        _check(verdict)
        if kind not in FORMATS:
            raise typer.BadParameter(f"--format is {', '.join(FORMATS)}.")
        kept = store(index)
        if out is not None and out.resolve() == kept.path.resolve():
            raise FeedbackError(f"{out} is where the votes are kept. Name another file.")
        rows = kept.rows(verdict=verdict, since=_day(since, "--since"))
        data = written(rows, kind).encode("utf-8")
        if out is None:
            sys.stdout.buffer.write(data)
            return
        try:
            out.write_bytes(data)
        except OSError as error:
            raise FeedbackError(f"{out} cannot be written ({error.strerror}). Name another file.") from error
        print(f"Written: {out}, {len(rows)} votes read", file=sys.stderr)


def _add_purge(app: typer.Typer, store: Store) -> None:
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
        """Remove votes for good."""
        if (answer_id is not None) + bool(before) + all_ != 1:
            raise typer.BadParameter("Say what to remove: an ID, --before DATE, or --all.")
        kept, day = store(index), _day(before, "--before") or None
        count = kept.count(answer_id=answer_id, before=day)
        if answer_id is not None and not count:
            raise FeedbackError(f"There is no vote {answer_id}. `footnote feedback list` shows them.")
        if count and not yes and not typer.confirm(f"Remove {count} for good?"):
            print("Nothing was removed.")
            raise typer.Exit(1)
        print(f"Removed: {kept.purge(answer_id=answer_id, before=day)}")


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


def _short(text: str, most: int = _LINE) -> str:
    """On one line, and nothing that a terminal would obey."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
