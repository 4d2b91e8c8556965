"""`footnote serve`, `mcp` and `demo`: the server, for an assistant, or beside a small blog."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from bot.cli.options import IndexOption, config_from_environment
from bot.config import demo_index, read_duration
from ingest.errors import ConfigError

_DEMO_START_SECONDS = 1800.0  # the model is loaded and the blog is ingested before the server beats


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind.")] = None,
    follow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE", help="Follow this blog: read it again at intervals; may be given several times."
        ),
    ] = None,
    every: Annotated[
        str | None, typer.Option(metavar="TIME", help="How often: 90s, 15m, 2h or 1d; else 15m.")
    ] = None,
    allow_private: Annotated[
        bool | None,
        typer.Option("--allow-private", help="Follow addresses inside your own network, too."),
    ] = None,
    index: IndexOption = None,
) -> None:
    """Serve the chat window and the HTTP interface."""
    from bot.server import exit_now, serve_watched

    try:
        seconds = None if every is None else read_duration(every)
    except ConfigError as error:
        raise typer.BadParameter(f"--every {every!r}: {error}") from None
    followed = tuple(dict.fromkeys(follow)) if follow else None
    given = {"host": host, "port": port, "follow": followed, "every": seconds, "allow_private": allow_private}
    serve_watched(config_from_environment(index=index, **given))
    exit_now()


def mcp(index: IndexOption = None) -> None:
    """Serve the blog to an assistant on this machine, which starts this command itself (MCP over stdio)."""
    from bot.server import exit_now, serve_mcp

    serve_mcp(config_from_environment(index=index))
    exit_now()


def demo(
    port: Annotated[int | None, typer.Option(help="Port of the chat.")] = None,
    blog_port: Annotated[int, typer.Option(help="Port of the blog.")] = 7870,
    index: Annotated[
        Path | None, typer.Option("--index", help="Folder of the demo's own index.", metavar="DIR")
    ] = None,
) -> None:
    """Try it all: a small blog that embeds the chat, read from its own pages."""
    from bot.cli.output import print_report, progress_bar
    from bot.demo import (
        HOST,
        check_ports,
        create_blog,
        demo_title,
        ingest_blog,
        load_posts,
        serve_blog,
    )
    from bot.server import Limits, exit_now, watch
    from bot.server import serve as run_server

    index = index or demo_index() / str(blog_port)  # what was read at one port is not there at another
    alone = dict.fromkeys(("database_url", "chroma_url", "rate_store"), SecretStr(""))  # not the owner's blog
    config = config_from_environment(
        index=index, port=port, host=HOST, follow=(), title=demo_title(), **alone
    )
    check_ports(config.port, blog_port)  # before anything that takes time
    heart = watch(Limits(starting=_DEMO_START_SECONDS))  # before the blog's thread: it forks
    site = create_blog(f"http://{HOST}:{config.port}", load_posts())
    with serve_blog(site, blog_port) as blog:
        with progress_bar(quiet=False) as progress:
            report = ingest_blog(config, blog, progress)
        print_report(report, config.index)
        print(f"The blog is at {blog}; Ctrl-C ends both", flush=True)
        allowed = (blog, blog.replace(HOST, "localhost"))
        run_server(dataclasses.replace(config, allowed_origins=allowed), heart)
    exit_now()
