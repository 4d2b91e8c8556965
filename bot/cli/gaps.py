"""`footnote gaps`: what readers asked and the blog does not say, as a list or as the digest of a month."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import IndexOption, JsonFlag, config_from_environment, print_json
from bot.text.printable import printable
from ingest.errors import GapsError

if TYPE_CHECKING:
    from bot.gaps import Digest, GapList


def gaps(
    digest: Annotated[
        Path | None,
        typer.Option(
            "--digest", metavar="FILE", help="Write the digest of a month: as FILE.html or FILE.md."
        ),
    ] = None,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="With --digest: which; else this one.")] = "",
    purge: Annotated[bool, typer.Option("--purge", help="Remove all kept questions for good.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Show what readers asked and the blog does not say. The server keeps the list, if it is switched on."""
    from bot.config import OwnerSettings
    from bot.gaps import open_gaps

    config = OwnerSettings(config_from_environment(index=index)).current()
    store = open_gaps(config)
    if purge:
        if not yes and not typer.confirm(f"Remove {len(store.questions())} questions for good?"):
            print("Nothing was removed.")
            raise typer.Exit(1)
        print(f"Removed: {store.purge(everything=True)}")
        return
    if digest is not None:
        from bot.server.gaps import is_month, make_digest, this_month
        from bot.startup import open_bot

        month = month or this_month()
        if not is_month(month):
            raise typer.BadParameter("--month is a month such as 2026-03.")
        _write(digest, make_digest(open_bot(config), config, store, month))
        return
    found = store.list()
    if as_json:
        print_json(found.to_dict())
        return
    if not config.gaps:
        print("Questions are not kept: set FOOTNOTE_GAPS=true, or switch it on in the desk.")
    _show(found)


def _write(file: Path, made: Digest) -> None:
    from bot.gaps import render_markdown, render_page

    text = render_markdown(made) if file.suffix.lower() == ".md" else render_page(made)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise GapsError(f"{file} cannot be written ({error.strerror}). Name another file.") from error
    print(f"Written: {file}")


def _show(found: GapList) -> None:
    for group in found.groups:
        near = f"  (nearest: {group.post})" if group.post else ""
        print(printable(f"{group.count:5}  {group.title}{near}"))
    for one in found.closed:
        print(printable(f"closed {one.day}: {one.question} (by {one.post})"))
    if not (found.groups or found.closed):
        print("There are no gaps.")
