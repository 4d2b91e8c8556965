"""`footnote backup`, `restore` and `move`: index, feedback and what the owner added in one file, or in another place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import IndexOption, JsonFlag, config_from_environment, print_json
from bot.text.printable import printable

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="The backup, such as footnote-backup.zip.")
]


def backup(
    file: FileArgument,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Save index, feedback, counts, settings and what you added on the desk in one file, also while the server runs."""
    from dataclasses import asdict

    from bot.backup import save

    saved = save(config_from_environment(index=index), file, force=force)
    if as_json:
        print_json(asdict(saved))
        return
    print(
        printable(
            f"Saved {_contents(saved.articles, saved.votes, saved.own)} in {file}, {saved.size / 1e6:.1f} MB."
        )
    )


def restore(
    file: FileArgument,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace index, feedback, settings and added texts that are there."),
    ] = False,
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Put a backup's contents in place; a server that runs uses them from the next question on."""
    from dataclasses import asdict

    from bot.backup import restore as restore_backup

    restored = restore_backup(config_from_environment(index=index), file, force=force)
    if as_json:
        print_json(asdict(restored))
        return
    print(
        printable(
            f"Restored {_contents(restored.articles, restored.votes, restored.own)}, as of {restored.made}."
        )
    )


def move(
    to: Annotated[str, typer.Argument(metavar="database|files", help="Where the blog shall be from now on.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Move index, votes, gaps, counts, settings and what you added on the desk to the database of FOOTNOTE_DATABASE_URL, or back."""
    from dataclasses import asdict
    from typing import cast, get_args

    from bot.backup import Place
    from bot.backup import move as move_blog

    if to not in get_args(Place):
        raise typer.BadParameter("Say where to: database or files.")
    moved = move_blog(config_from_environment(index=index), cast("Place", to), force=force)
    if as_json:
        print_json(asdict(moved))
        return
    unset = " Remove FOOTNOTE_DATABASE_URL from the settings." if to == "files" else ""
    print(
        f"Moved to {'the database' if to == 'database' else 'files'}: {_contents(moved.articles, moved.votes, moved.own)}, "
        f"{moved.gaps} questions of the gap list. Start the servers again.{unset}"
    )


def _contents(articles: int, votes: int | None, own: int) -> str:
    thumbs = "no votes" if not votes else "1 vote" if votes == 1 else f"{votes} votes"
    added = f", {own} {'text' if own == 1 else 'texts'} of your own" if own else ""
    return f"{articles} {'article' if articles == 1 else 'articles'}{added} and {thumbs}"
