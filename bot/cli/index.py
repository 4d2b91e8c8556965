"""`footnote ingest`, `list` and `forget`: what is in the index."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import IndexOption, JsonFlag, config_from_environment, print_json
from bot.config import sample_sources
from bot.text.printable import printable

if TYPE_CHECKING:
    from ingest.article import Article


SourcesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SOURCE]...",
        help="Files, folders, exports; addresses of a blog, a page, a feed, a sitemap. Default: the sample.",
    ),
]
UrlOption = Annotated[str | None, typer.Option(help="Public address of a single file.")]
PruneFlag = Annotated[bool, typer.Option("--prune", help="Remove also when a source suddenly lists nothing.")]
RebuildFlag = Annotated[
    bool, typer.Option("--rebuild", help="Embed everything anew (after a change of model).")
]
DryRunFlag = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]
AllowPrivateFlag = Annotated[
    bool, typer.Option("--allow-private", help="Fetch also from your own network (192.168…, localhost).")
]


def ingest(
    sources: SourcesArgument = None,
    url: UrlOption = None,
    prune: PruneFlag = False,
    rebuild: RebuildFlag = False,
    dry_run: DryRunFlag = False,
    allow_private: AllowPrivateFlag = False,
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Bring the index up to date with a blog: its files, or its address."""
    from bot.cli.output import print_report, progress_bar
    from bot.config import open_index
    from bot.own_posts import own_posts
    from ingest.embedder import open_embedder
    from ingest.sources import loader, memory_in
    from ingest.sync import sync

    config = config_from_environment(index=index, allow_private=allow_private or None)
    if url is not None and len(sources or ()) != 1:
        raise typer.BadParameter("--url goes with exactly one file.")
    with (
        progress_bar(quiet=as_json) as progress,
        loader(memory=memory_in(config.index), allow_private=config.allow_private) as load,
    ):
        report = sync(
            sources or sample_sources(),
            index=open_index(config),
            embedder=lambda: open_embedder(config.embedder),
            url=url,
            prune=prune,
            rebuild=rebuild,
            dry_run=dry_run,
            progress=progress,
            load=own_posts(config).leaving_out(load),
        )
    if as_json:
        print_json(report.to_dict())
    else:
        print_report(report, config.index)
    raise typer.Exit(1 if report.failed else 0)


def list_articles(as_json: JsonFlag = False, index: IndexOption = None) -> None:
    """Show what is in the index."""
    from bot.cli.output import print_articles
    from bot.config import open_index

    config = config_from_environment(index=index)
    with open_index(config).reading() as store:
        articles = store.articles()
    if as_json:
        print_json([_listed(article) for article in articles])
    else:
        print_articles(articles)


def forget(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As `footnote list` shows it.")],
    index: IndexOption = None,
) -> None:
    """Take one article out of the index (a later ingest of its source brings it back)."""
    from bot.config import open_index
    from ingest.sync import forget as forget_article

    config = config_from_environment(index=index)
    forget_article(open_index(config), article_id)
    print(printable(f"Forgotten: {article_id}"))


def _listed(article: Article) -> dict[str, Any]:
    row = dataclasses.asdict(article)
    return {key: row[key] for key in ("id", "title", "url", "author", "published", "tags")} | {
        "characters": len(article.text)
    }
