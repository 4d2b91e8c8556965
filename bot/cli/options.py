"""What the commands share: options, settings from the environment, JSON on stdout."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.config import BotConfig, load_config

IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index.", metavar="DIR")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def config_from_environment(**options: Any) -> BotConfig:
    """The environment's settings, overridden by the options that are not None."""
    given = {name: value for name, value in options.items() if value is not None}
    return dataclasses.replace(load_config(os.environ), **given).fix(given)


def print_json(value: Any) -> None:
    _print_printable(json.dumps(value, ensure_ascii=False, indent=2))


def print_json_line(value: Any) -> None:
    """On one line, for files of JSON lines."""
    _print_printable(json.dumps(value, ensure_ascii=False))


def _print_printable(written: str) -> None:
    print(written.encode("utf-8", "backslashreplace").decode())  # half a character as a JSON escape
