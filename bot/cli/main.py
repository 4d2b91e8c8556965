"""The command line: `footnote`, `python -m bot` and, for ingest alone, `python -m ingest`.

The only file besides ui.py where the environment is read. Exit codes: 0 all well; 1 something
failed, the rest was done; 2 wrong usage.

What this file does not know: how anything is done.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.feedback import feedback_commands
from bot.config import DEFAULT_SOURCES, HELP, PREFIX, BotConfig, defaults, load_config, read_duration
from bot.text.printable import printable
from ingest.errors import ConfigError, FootnoteError

IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index.", metavar="DIR")]
PackageOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="For `widget`: the unpacked npm package, measured beside ours."),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def _environment_help() -> str:
    given = defaults()
    rows = [f"{PREFIX}{name.upper()}: {text} [{given[name] or 'none'}]" for name, text in HELP.items()]
    return "Settings from the environment:\n\n" + "\n\n".join(rows)


app = typer.Typer(
    name="footnote",
    help="Readers ask a blog; it answers in the blog's own sentences, each footnoted.",
    epilog=_environment_help(),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def ingest(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="Files, folders, exports; addresses of a blog, a page, a feed, a sitemap. Default: the sample.",
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(help="Public address of a single file.")] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove also when a source suddenly lists nothing.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Embed everything anew (after a change of model).")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch also from your own network (192.168…, localhost).")
    ] = False,
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Bring the index up to date with a blog: its files, or its address."""
    from bot.cli.output import print_report, progress_bar
    from ingest.embedder import SentenceTransformerEmbedder
    from ingest.index import Index
    from ingest.sources import loader, memory_in
    from ingest.sync import sync

    config = _config(index=index, allow_private=allow_private or None)
    if url is not None and len(sources or ()) != 1:
        raise typer.BadParameter("--url goes with exactly one file.")
    with (
        progress_bar(quiet=as_json) as progress,
        loader(memory=memory_in(config.index), allow_private=config.allow_private) as load,
    ):
        report = sync(
            sources or list(DEFAULT_SOURCES),
            index=Index(config.index, config.index_config),
            embedder=lambda: SentenceTransformerEmbedder(config.embedder),
            url=url,
            prune=prune,
            rebuild=rebuild,
            dry_run=dry_run,
            progress=progress,
            load=load,
        )
    if as_json:
        _print_json(report.to_dict())
    else:
        print_report(report)
    raise typer.Exit(1 if report.failed else 0)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Answer one question."""
    from bot.cli.output import print_answer
    from bot.pipeline import open_bot
    from bot.server.app import payload

    answer = open_bot(_config(index=index)).ask(question)
    if as_json:
        _print_json(payload(answer))
    else:
        print_answer(answer)


@app.command()
def chat(index: IndexOption = None) -> None:
    """Ask in a terminal, with follow-ups. An empty line or Ctrl-D ends it."""
    from bot.cli.output import print_answer
    from bot.pipeline import open_bot
    from bot.types import Turn

    bot = open_bot(_config(index=index))
    bot.warm()
    history: list[Turn] = []
    while question := _read_line():
        try:
            answer = bot.ask(question, history)
        except FootnoteError as error:
            print(printable(str(error)))
            continue
        print_answer(answer)
        history += [Turn("user", question), Turn("assistant", answer.text)]


@app.command(name="list")
def list_articles(as_json: JsonFlag = False, index: IndexOption = None) -> None:
    """Show what is in the index."""
    from bot.cli.output import print_articles
    from ingest.index import Index

    config = _config(index=index)
    with Index(config.index, config.index_config).reading() as store:
        articles = store.articles()
    if as_json:
        _print_json([_listed(article) for article in articles])
    else:
        print_articles(articles)


@app.command()
def forget(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="As `footnote list` shows it.")],
    index: IndexOption = None,
) -> None:
    """Take one article out of the index (a later ingest of its source brings it back)."""
    from ingest.index import Index
    from ingest.sync import forget as forget_article

    config = _config(index=index)
    forget_article(Index(config.index, config.index_config), article_id)
    print(printable(f"Forgotten: {article_id}"))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind.")] = None,
    follow: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE", help="Keep up with this blog by itself; may be given several times."),
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
    # The window is the layer above this one; only the command that starts it knows it, by name.
    from importlib import import_module

    from bot.server.run import leave

    try:
        seconds = None if every is None else read_duration(every)
    except ConfigError as error:
        raise typer.BadParameter(f"--every {every!r}: {error}") from None
    followed = tuple(dict.fromkeys(follow)) if follow else None
    given = {"host": host, "port": port, "follow": followed, "every": seconds, "allow_private": allow_private}
    import_module("ui").serve(_config(index=index, **given))
    leave()


@app.command()
def demo(
    port: Annotated[int | None, typer.Option(help="Port of the chat.")] = None,
    blog_port: Annotated[int, typer.Option(help="Port of the blog.")] = 7870,
    index: Annotated[
        Path | None, typer.Option("--index", help="Folder of the demo's own index.", metavar="DIR")
    ] = None,
) -> None:
    """Try it all: a small blog that embeds the chat, read from its own pages."""
    from importlib import import_module

    from bot.cli.output import print_report, progress_bar
    from bot.demo import blog as sample
    from bot.demo.server import HOST, INDEX, check_ports, read_into, serving
    from bot.server.run import leave

    index = index or INDEX / str(blog_port)
    config = _config(index=index, port=port, host=HOST, follow=(), title=sample.title())
    check_ports(config.port, blog_port)  # before all that takes time
    made = sample.blog(f"http://{HOST}:{config.port}", sample.posts())
    with serving(made, blog_port) as blog:
        with progress_bar(quiet=False) as progress:
            report = read_into(config, blog, progress)
        print_report(report)
        print(f"The blog is at {blog}; Ctrl-C ends both", flush=True)
        allowed = (blog, blog.replace(HOST, "localhost"))
        import_module("ui").serve(dataclasses.replace(config, allowed_origins=allowed))
    leave()


@app.command(name="eval")
def evaluate(
    sets: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SET]...",
            help="Folders of questions, names of known sets, or your own .csv (columns question and "
            "expected; it is asked of your index). Default: the sets of this project.",
        ),
    ] = None,
    as_json: JsonFlag = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Also write a page with pictures.")
    ] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit with 1 if a figure fell through its pinned floor.")
    ] = False,
    pin: Annotated[bool, typer.Option("--pin", help="Raise the floors to the figures of today.")] = False,
    lower: Annotated[bool, typer.Option("--lower", help="With --pin: let floors down, too.")] = False,
    reason: Annotated[str, typer.Option(help="With --lower: why. It is kept beside the floors.")] = "",
    baselines: Annotated[bool, typer.Option(help="Measure plain methods on the same questions, too.")] = True,
    index: IndexOption = None,
) -> None:
    """Measure answers on question sets, or reading on a set of web pages."""
    from bot.cli.output import progress_bar
    from bot.eval import command
    from bot.eval.report.page import save_page
    from bot.eval.report.table import print_results

    command.check_options(gate=gate, pin=pin, lower=lower, reason=reason)
    config, given, cache = _config(index=index), sets or [], _cache(os.environ)
    checked = None
    with progress_bar(quiet=as_json) as progress:
        if gate:
            found, checked = command.gate(given, config, cache=cache, progress=progress)
        else:
            found = command.evaluate(given, config, cache=cache, baselines=baselines, progress=progress)
    if report is not None:
        save_page(report, found.sets, config.threshold)
    if as_json:
        _print_json(found.to_dict())
    else:
        print_results(found)
    if pin:
        print(*command.pin_floors(found, lower=lower, reason=reason), sep="\n", file=sys.stderr)
    if checked is not None:
        print(*checked.lines(), sep="\n", file=sys.stderr)
        raise typer.Exit(0 if checked.passed else 1)


@app.command()
def bench(
    name: Annotated[
        str | None,
        typer.Argument(
            help="ask, large, start, ingest, crash, memory, year, crowd or widget; default: all but the last three."
        ),
    ] = None,
    docsgpt: PackageOption = None,
    flowise: PackageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure speed, as ratios within one run."""
    try:
        from bot.bench.command import BENCHES, DEFAULT, print_bench
        from bot.bench.widget import Packages, bench_widget
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"The benches need {error.name}, which is not installed. They are for developers: in a clone of "
            "Footnote's repository, `pip install -e '.[bench]'` brings what they need."
        ) from None

    if name is not None and name not in BENCHES:
        raise typer.BadParameter(f"There is no bench {name!r}; there are {', '.join(BENCHES)}.")
    if name == "widget":
        given = Packages(docsgpt, flowise, os.environ.get("CHROMIUM", ""))
        results: dict[str, Any] = {name: bench_widget(given)}
    else:
        results = {each: BENCHES[each]() for each in ([name] if name else DEFAULT)}
    if as_json:
        _print_json(results)
    else:
        print_bench(results)


# Like the commands above, it gets its settings from here.
app.add_typer(feedback_commands(lambda index: _config(index=index)), name="feedback")


def main() -> None:
    """Entry point. Footnote's own errors are a line on stderr, never a traceback."""
    _run(app)


def _run(command: Callable[[], Any]) -> None:
    try:
        command()
    except ConfigError as error:
        print(printable(str(error)), file=sys.stderr)
        sys.exit(2)
    except FootnoteError as error:
        print(printable(str(error)), file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _config(**given: Any) -> BotConfig:
    """The environment's configuration with the options that were given."""
    options = {name: value for name, value in given.items() if value is not None}
    return dataclasses.replace(load_config(os.environ), **options)


def _cache(environ: Mapping[str, str]) -> Path:
    """Where what can be made again is kept (the XDG base directory specification)."""
    home = environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if Path(home).is_absolute() else Path.home() / ".cache") / "footnote" / "eval"


def _read_line() -> str:
    try:
        return input("\n? ").strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return ""


def _listed(article: Any) -> dict[str, Any]:
    row = dataclasses.asdict(article)
    return {key: row[key] for key in ("id", "title", "url", "author", "published", "tags")} | {
        "characters": len(article.text)
    }


def _print_json(value: Any) -> None:
    written = json.dumps(value, ensure_ascii=False, indent=2)
    print(written.encode("utf-8", "backslashreplace").decode())  # half a character as JSON escapes it
