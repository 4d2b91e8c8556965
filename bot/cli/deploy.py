"""`footnote deploy`: what a host needs to run Footnote for a blog."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.text.printable import printable

app = typer.Typer(no_args_is_help=True, help="Write what a host needs to run Footnote for your blog.")


@app.callback()
def _deploy() -> None:
    """Keep `space` a command of its own, though it is the only one."""


@app.command()
def space(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    blog: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Your blog, such as https://www.your-blog.com.")
    ] = "",
    title: Annotated[str, typer.Option(help="The Space's name.")] = "",
    wheel: Annotated[
        Path | None,
        typer.Option(metavar="FILE.whl", exists=True, dir_okay=False, help="Install this package in it."),
    ] = None,
) -> None:
    """Write a Hugging Face Space that answers from your blog."""
    from bot.deploy import write_space

    names = write_space(folder, blog=blog, title=title, wheel=wheel)
    print(printable(f"Wrote {', '.join(names)} into {folder}."))
    print("Make a Space of the kind Docker on huggingface.co, and upload these files to it under “Files”.")
    if not blog:
        print("Then add the variable FOOTNOTE_FOLLOW with your blog's address in its settings.")
