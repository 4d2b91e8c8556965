"""The command `footnote`: its commands, its help, and how errors end it.

Exit codes: 0 all well; 1 something failed, the rest was done; 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.markup import escape

from bot.cli import ask, backup, deploy, doctor, feedback, gaps, index, measure, serve, verify
from bot.config import HELP, PREFIX, defaults
from bot.text.printable import printable
from ingest.errors import ConfigError, FootnoteError
from ingest.version import installed_version


def _environment_help() -> str:
    known = defaults()
    rows = [f"{PREFIX}{name.upper()}: {text} [{known[name] or 'none'}]" for name, text in HELP.items()]
    return escape(
        "Settings from the environment:\n\n" + "\n\n".join(rows)
    )  # else rich reads brackets as its markup


app = typer.Typer(
    name="footnote",
    help="Readers ask a blog; it answers in the blog's own sentences, each footnoted.",
    epilog=_environment_help(),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(index.ingest)
app.command()(ask.ask)
app.command()(ask.chat)
app.command()(verify.verify)
app.command(name="list")(index.list_articles)
app.command()(index.forget)
app.command()(serve.serve)
app.command()(serve.demo)
app.command()(serve.mcp)
app.command()(doctor.doctor)
app.command(name="eval")(measure.evaluate)
app.command()(measure.bench)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(backup.move)
app.command()(gaps.gaps)
app.add_typer(deploy.app, name="deploy")
app.add_typer(feedback.app, name="feedback")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"footnote {installed_version()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None: ...


def main() -> None:
    """Entry point. Footnote's own errors are a line on stderr, never a traceback."""
    run_command(app)


def run_command(command: Callable[[], Any]) -> None:
    """Run a command; exit with 2 for wrong settings, and with 1 for any other error of Footnote's own."""
    try:
        command()
    except ConfigError as error:
        print(printable(str(error)), file=sys.stderr)
        sys.exit(2)
    except FootnoteError as error:
        print(printable(str(error)), file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The program that reads our output (head, less) has gone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
