"""What `footnote eval` does with its arguments: which sets, and whether floors are held or moved.

What this file does not know: the command line (cli.py), and how anything is measured (run.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bot.config import BotConfig
from bot.eval import extraction
from bot.eval.gate import CALM, FLOORS, RECALL, Checked, check, pin, read_floors, write_floors
from bot.eval.measures.figures import Result
from bot.eval.measures.intervals import spread
from bot.eval.run import Measured, run
from bot.eval.sets.beir import jsonl
from bot.eval.sets.read import OURS, OWN, TRIAGE, default_sets, place
from ingest.errors import ConfigError, SourceError
from ingest.sync import Progress, silent

TRIAGE_KINDS = frozenset({"red", "selfharm", "ordinary"})


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Everything that was measured, by the names of the sets. triage: of sets of messages, figures and
    stamp (as Set.stamp). skipped: why others were not measured.
    """

    sets: Mapping[str, Measured]
    pages: Mapping[str, Result]
    triage: Mapping[str, tuple[Result, str]]
    skipped: Sequence[str] = ()

    @property
    def results(self) -> dict[str, Result]:
        """The figures of every set but those of web pages."""
        told = {name: measured.result for name, measured in self.sets.items()}
        return told | {name: result for name, (result, _) in self.triage.items()}

    @property
    def stamps(self) -> dict[str, str]:
        told = {name: measured.asked.stamp for name, measured in self.sets.items()}
        return told | {name: stamp for name, (_, stamp) in self.triage.items()}

    def to_dict(self) -> dict[str, Any]:
        """For --json."""
        return {"sets": self.results, "pages": dict(self.pages), "skipped": list(self.skipped)}


def evaluate(
    given: Sequence[Path],
    config: BotConfig,
    *,
    cache: Path | None = None,
    baselines: bool = True,
    progress: Progress = silent,
) -> Evaluated:
    """Measure the sets given by path or name; by default ours, and the benchmarks if they are there.

    Raises SourceError for a set that is not there or broken.
    """
    chosen = [place(path) for path in given] or default_sets()
    for path in chosen if given else ():
        if not path.exists():
            raise SourceError(
                f"There is no question set “{path}”: name a folder, a .csv, or one of {_known()}."
            )
    pages = {path.name: extraction.run(path) for path in chosen if extraction.is_page_set(path)}
    skipped: list[str] = []
    triage = {path.name: told for path in chosen if is_triage_set(path) and (told := _triage(path, skipped))}
    asked = [p for p in chosen if not extraction.is_page_set(p) and not is_triage_set(p)]
    sets, more = (
        run(asked, config, cache=cache, baselines=baselines, progress=progress) if asked else ({}, [])
    )
    return Evaluated(sets, pages, triage, [*skipped, *more])


def gate(
    given: Sequence[Path], config: BotConfig, *, cache: Path | None = None, progress: Progress = silent
) -> tuple[Evaluated, Checked]:
    """Measure the sets (by default ours) without baselines, and hold them against their floors.

    Raises SourceError if there is nothing to hold: a gate that measures nothing must not be open.
    """
    sets = list(given) or [*(OWN / name for name in OURS), *([TRIAGE] if TRIAGE.is_dir() else [])]
    measured = evaluate(sets, config, cache=cache, baselines=False, progress=progress)
    checked = check(measured.results, measured.stamps, read_floors())
    if not set(measured.sets) - set(checked.unknown):
        raise SourceError(f"No set that was asked has floors in {FLOORS}. Pin them: footnote eval --pin")
    return measured, checked


def pin_floors(measured: Evaluated, *, lower: bool, reason: str) -> list[str]:
    """Move the floors to what was measured, and say what changed."""
    floors, told = pin(measured.results, measured.stamps, read_floors(), lower=lower, reason=reason)
    write_floors(floors)
    return told or ["Every floor is where it was."]


def check_options(*, gate: bool, pin: bool, lower: bool, reason: str) -> None:
    """Raises ConfigError for options that do not go together."""
    if gate and pin:
        raise ConfigError(
            "--gate holds figures against their floors and --pin moves the floors: give one of them."
        )
    if (lower or reason) and not pin:
        raise ConfigError("--lower and --reason go with --pin.")
    if lower and not reason.strip():
        raise ConfigError("--lower goes with --reason: say why the figure may be worse from now on.")


def is_triage_set(path: Path) -> bool:
    """Is it a folder of messages that are red flags or not? Rows hold `text` and `kind`."""
    if not path.is_dir() or (path / "set.json").exists() or (path / "corpus.jsonl").exists():
        return False
    first = next(iter(sorted(path.glob("*.jsonl"))), None)
    rows = jsonl(first) if first else []
    return bool(rows) and "text" in rows[0] and rows[0].get("kind") in TRIAGE_KINDS


def _triage(path: Path, skipped: list[str]) -> tuple[Result, str] | None:
    """Figures of triage on a folder of messages; None if this version has no triage."""
    try:
        triage = import_module("bot.eval.triage")
    except ModuleNotFoundError:
        skipped.append(f"{path.name}: this version has no triage to measure.")
        return None
    cases = triage.read_cases(path)
    told = triage.measure(cases)
    counted = {
        RECALL: (told.red - len(told.misses), told.red),
        CALM: (told.ordinary - len(told.alarms), told.ordinary),
    }
    result: Result = {"questions": len(cases)} | {
        name: [round(x, 4) for x in spread(np.repeat([1.0, 0.0], [right, n - right]))]
        for name, (right, n) in counted.items()
    }
    asked = json.dumps([[case.kind, case.text, *case.history] for case in cases])
    stamp = hashlib.blake2b(asked.encode(), digest_size=8).hexdigest()
    return result | {"missed": list(told.misses), "false alarms": list(told.alarms)}, stamp


def _known() -> str:
    return ", ".join(path.name for path in default_sets())
