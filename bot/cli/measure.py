"""`footnote eval` and `bench`: figures on answers and on speed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import IndexOption, JsonFlag, config_from_environment, print_json, print_json_line
from bot.config import BotConfig, cache_folder, in_clone
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from bot.eval import Evaluated, GateResult

_EVAL = "eval"  # folder of the cache with indexes of question sets
_WHERE_BENCHES = (
    "run them in the folder of a clone of Footnote's repository, after `pip install -e '.[bench]'`."
)
_NO_BENCHES = f"The benches are for developers and not part of the installed package: {_WHERE_BENCHES}"

PackageOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="For `widget`: the unpacked npm package, measured beside ours."),
]


SetsArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[SET]...",
        help="Folders of questions, names of known sets, or your own .csv (columns question and "
        "expected; it is asked of your index). Default: the sets of this project.",
    ),
]
ReportOption = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="Also write a page with pictures.")
]
GateFlag = Annotated[
    bool, typer.Option("--gate", help="Exit with 1 if a figure fell through its pinned floor.")
]
PinFlag = Annotated[bool, typer.Option("--pin", help="Raise the floors to the figures of today.")]
LowerFlag = Annotated[bool, typer.Option("--lower", help="With --pin: let floors down, too.")]
ReasonOption = Annotated[str, typer.Option(help="With --lower: why. It is kept beside the floors.")]
BaselinesFlag = Annotated[bool, typer.Option(help="Measure plain methods on the same questions, too.")]
ReadFlag = Annotated[
    bool,
    typer.Option(
        "--read",
        help="Show each answer that has no verdict yet, and ask for one. With --json: print them as JSON lines.",
    ),
]
VerdictsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.jsonl",
        help="With --read: take verdicts from the cards in a file, and print a summary.",
    ),
]


def evaluate(
    sets: SetsArgument = None,
    as_json: JsonFlag = False,
    report: ReportOption = None,
    gate: GateFlag = False,
    pin: PinFlag = False,
    lower: LowerFlag = False,
    reason: ReasonOption = "",
    baselines: BaselinesFlag = True,
    read: ReadFlag = False,
    verdicts: VerdictsOption = None,
    index: IndexOption = None,
) -> None:
    """Measure answers on question sets, or reading on a set of web pages."""
    from bot import eval as evaluation

    evaluation.check_options(
        gate=gate,
        pin=pin,
        lower=lower,
        reason=reason,
        read=read,
        verdicts=verdicts is not None,
        report=report is not None,
    )
    config = config_from_environment(index=index)
    if read:
        read_answers(sets or [], verdicts, as_json, config)
        return
    found, checked = _measured(sets or [], config, gate=gate, baselines=baselines, quiet=as_json)
    if report is not None:
        evaluation.save_page(report, found.sets, config.threshold)
    if as_json:
        print_json(found.to_dict())
    else:
        evaluation.print_results(found)
    if pin:
        print(*evaluation.pin_floors(found, lower=lower, reason=reason), sep="\n", file=sys.stderr)
    if checked is not None:
        print(*checked.lines(), sep="\n", file=sys.stderr)
        raise typer.Exit(0 if checked.passed else 1)


def _measured(
    sets: list[Path], config: BotConfig, *, gate: bool, baselines: bool, quiet: bool
) -> tuple[Evaluated, GateResult | None]:
    """The figures and, with gate, how they compare with their floors."""
    from bot import eval as evaluation
    from bot.cli.output import progress_bar

    cache = cache_folder() / _EVAL
    with progress_bar(quiet=quiet) as progress:
        if gate:
            return evaluation.gate(sets, config, cache=cache, progress=progress)
        return evaluation.evaluate(sets, config, cache=cache, baselines=baselines, progress=progress), None


def read_answers(sets: list[Path], verdict_file: Path | None, as_json: bool, config: BotConfig) -> None:
    """The part of `footnote eval` that a careful reader takes."""
    from bot import eval as evaluation
    from bot.cli.output import progress_bar

    if not (as_json or verdict_file or sys.stdin.isatty()):
        raise ConfigError(
            "--read asks for verdicts on a terminal, and this is none. Print the answers with --json, add a verdict to "
            "each line, and give the file back with --verdicts."
        )
    with progress_bar(quiet=as_json) as progress:
        found = evaluation.review_answers(
            sets, config, verdict_file=verdict_file, cache=cache_folder() / _EVAL, progress=progress
        )
    for why in found.skipped:
        print(f"skipped: {why}", file=sys.stderr)
    if found.stale:
        print(
            f"{found.stale} verdicts are on other answers than the bot gives now. They are stored and do not count.",
            file=sys.stderr,
        )
    if as_json and verdict_file is None:
        for card in found.cards():
            print_json_line(card.to_dict())
        return
    if verdict_file is None:
        evaluation.judge_cards(found.cards(), found.store, input, print)
        found = found.refreshed()
    if as_json:
        print_json(found.to_dict())
        return
    for name, one in found.sets.items():
        if one.verdicts:
            evaluation.print_verdicts(name, one.verdicts)
        else:
            print(f"{name}: none of {len(one.outcomes)} answers has a verdict.")


def bench(
    name: Annotated[
        str | None,
        typer.Argument(
            help="ask, large, start, ingest, crash, reingest, protocols, memory, year, scale, crowd, widget or gaps; default: all but year, scale, crowd and widget."
        ),
    ] = None,
    docsgpt: PackageOption = None,
    flowise: PackageOption = None,
    every: Annotated[bool, typer.Option("--all", help="Without a name: run every one.")] = False,
    write: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.md", help="Also write all kept figures between the two marks of a document."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure speed, as ratios within one run."""
    try:
        from bot.bench import Packages, print_results, run, write_figures
    except ModuleNotFoundError as error:
        missing = error.name or ""
        problem = (
            _NO_BENCHES if missing.startswith("bot.") else f"The benches need {missing}: {_WHERE_BENCHES}"
        )
        raise ConfigError(problem) from None
    if not in_clone():
        raise ConfigError(_NO_BENCHES)

    packages = Packages(docsgpt, flowise, os.environ.get("CHROMIUM", ""))
    folder = cache_folder() / "bench"
    results = run(name, folder, packages, every=every)
    print(f"The figures are kept in {folder}.", file=sys.stderr)
    if write is not None:
        write_figures(write, folder)
    if as_json:
        print_json(results)
    else:
        print_results(results)
