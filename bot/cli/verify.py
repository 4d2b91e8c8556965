"""`footnote verify`: the quotes of an answer, compared with the articles in the index."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import IndexOption, JsonFlag, config_from_environment, print_json
from ingest.errors import ConfigError

MAX_BYTES = 2_000_000

FileArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="An answer as JSON (footnote ask --json), or any text with links to quotes; - for standard input.",
    ),
]


def verify(file: FileArgument, as_json: JsonFlag = False, index: IndexOption = None) -> None:
    """Say of each quote in an answer whether it is still verbatim in its article, has changed, or is gone.

    Exit code 0 if all are verbatim, 1 if one is not, 2 if there is no quote in FILE.
    """
    from bot.cli.output import print_findings
    from bot.config import open_index
    from bot.quote_check import check_quotes, find_quotes, report_json

    quotes = find_quotes(_read(file))
    if not quotes:
        raise ConfigError(
            f"{file} holds no quote: neither citations as JSON nor a link with a text fragment (#:~:text=)."
        )
    config = config_from_environment(index=index)
    live = open_index(config)
    with live.reading() as store:
        articles = {article.id: article for article in store.articles()}
        generation = live.generation() or ""
    report = check_quotes(quotes, articles)
    if as_json:
        print_json(report_json(report, generation))
    else:
        print_findings(report)
    raise typer.Exit(0 if report.holds else 1)


def _read(file: str) -> str:
    """The text of a file, or of standard input. Raises ConfigError."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as source:
            read = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None
    if len(read) > MAX_BYTES:
        raise ConfigError(f"{file} is too long: an answer has at most {MAX_BYTES // 1_000_000} MB.")
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text.") from None
