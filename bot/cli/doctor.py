"""`footnote doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

import dataclasses
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot.cli.options import IndexOption, JsonFlag, print_json

if TYPE_CHECKING:
    from bot.doctor import Checkup

_STYLES = {"ok": "green", "note": "yellow", "problem": "bold red"}


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Do not load the models.")] = False,
    port: Annotated[int | None, typer.Option(help="Port of the server.")] = None,
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Look whether anything is wrong, and say what to do about it. Nothing is changed.

    Exit code 0 if there is no problem, 1 if there is one.
    """
    from bot.doctor import examine

    logging.getLogger("footnote").addHandler(logging.NullHandler())  # what is logged is among the lines here
    options: dict[str, Path | int] = {} if index is None else {"index": index}
    if port is not None:
        options["port"] = port
    found = examine(os.environ, options, quick=quick)
    if as_json:
        print_json({"well": found.is_well, "parts": [dataclasses.asdict(one) for one in found.diagnoses]})
    else:
        _print(found)
    raise typer.Exit(0 if found.is_well else 1)


def _print(found: Checkup) -> None:
    """A line for each, and how many are not well."""
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    width = max(len(one.part) for one in found.diagnoses)
    for one in found.diagnoses:
        word = "OK" if one.status == "ok" else one.status
        console.print(Text(f"{word:<7}  ", _STYLES[one.status]) + Text(f"{one.part:<{width}}  {one.text}"))
    notes, problems = found.count("note"), found.count("problem")
    counted = "nothing is wrong" if not problems else "1 problem" if problems == 1 else f"{problems} problems"
    more = "" if not notes else ", 1 note" if notes == 1 else f", {notes} notes"
    console.print(f"{counted[0].upper()}{counted[1:]}{more}.")
