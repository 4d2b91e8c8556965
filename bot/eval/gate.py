"""Floors that figures must not fall through: data/eval/baseline.json.

A floor is what a figure once was; it may fall by its noise, half the width of its 95 % interval
then. Pinning only raises floors. Lowering one has to be asked for and takes a reason, and the file
keeps it.

What this file does not know: how figures are measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.eval.measures.figures import Result
from ingest.errors import ConfigError, SourceError

FLOORS = Path("data/eval/baseline.json")
RECALL, CALM = "red flags seen", "ordinary questions left alone"  # of triage
# What is held. Times differ from machine to machine, and how much is quoted is neither good nor bad.
HELD = (
    "recall@5",
    "MRR@10",
    "nDCG@10",
    "abstention AUROC",
    "abstention F1",
    "answered when it should",
    "abstained when it should",
    "gold among quotes",
    "gold among quotes, of those answered",
    "precision of quotes",
    "citation recall (ALCE, verbatim)",
    "citation precision (ALCE, verbatim)",
    "follow-up recall@5",
    RECALL,
    CALM,
)
_LEAST_NOISE = 0.005  # rounding; also for figures that are 1 in every draw


@dataclass(frozen=True, slots=True)
class Fall:
    """A figure that fell through its floor. now is None if it is not measured any more."""

    set: str
    figure: str
    floor: float
    noise: float
    now: float | None

    def __str__(self) -> str:
        now = "is not measured any more" if self.now is None else f"fell to {self.now:.3f}"
        return f"{self.set}: {self.figure} was {self.floor:.3f} (noise {self.noise:.3f}) and {now}."


@dataclass(frozen=True, slots=True)
class Checked:
    """falls: what fell. changed: sets whose questions are not those that were pinned.

    unknown: sets without floors.
    """

    falls: tuple[Fall, ...]
    changed: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not (self.falls or self.changed)

    def lines(self) -> list[str]:
        """For a person: what fell, and what to do about it."""
        told = [str(fall) for fall in self.falls]
        told += [
            f"{name}: its questions are not those that its floors were measured on. Pin them anew: "
            f"footnote eval {name} --pin"
            for name in self.changed
        ]
        told += [f"{name}: no floors are pinned for it." for name in self.unknown]
        return [*told, "No figure fell through its floor." if self.passed else "The gate is closed."]


def read_floors(path: Path = FLOORS) -> dict[str, Any]:
    """What is pinned; nothing if there is no such file. Raises SourceError for one that is broken."""
    if not path.is_file():
        return {"sets": {}, "lowered": []}
    try:
        floors = json.loads(path.read_text(encoding="utf-8"))
        return {"sets": dict(floors["sets"]), "lowered": list(floors["lowered"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} cannot be read; take it from the last commit.") from error


def check(results: Mapping[str, Result], stamps: Mapping[str, str], floors: Mapping[str, Any]) -> Checked:
    """Hold figures against their floors. stamps: of the sets as they were asked (Set.stamp)."""
    falls: list[Fall] = []
    changed, unknown = [], []
    for name, result in results.items():
        pinned = floors["sets"].get(name)
        if pinned is None:
            unknown.append(name)
            continue
        if pinned["stamp"] != stamps[name]:
            changed.append(name)
        for figure, (floor, noise) in pinned["figures"].items():
            now = result[figure][0] if figure in result else None
            if now is None or now < floor - noise:
                falls.append(Fall(name, figure, floor, noise, now))
    return Checked(tuple(falls), tuple(changed), tuple(unknown))


def pin(
    results: Mapping[str, Result],
    stamps: Mapping[str, str],
    floors: Mapping[str, Any],
    *,
    lower: bool = False,
    reason: str = "",
    today: date | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """New floors, and the lines that tell what changed. Sets that were not measured keep theirs.

    A floor is raised to a figure above it. One below it is let down only with `lower` and a reason;
    else it stays, and a line says so. Raises ConfigError for `lower` without a reason.
    """
    if lower and not reason.strip():
        raise ConfigError("--lower goes with --reason: say why the figure may be worse from now on.")
    sets, lowered, told = dict(floors["sets"]), list(floors["lowered"]), []
    for name, result in results.items():
        before = sets.get(name, {"figures": {}})["figures"]
        after = {}
        for figure in (f for f in HELD if f in result or f in before):
            old = before.get(figure)
            new = [result[figure][0], _noise(result[figure])] if figure in result else None
            if old is None or (new is not None and new[0] >= old[0]):
                after[figure] = new
                if old is None or new != old:
                    told.append(f"{name}: {figure} {_said(old)} -> {_said(new)}")
            elif lower:
                entry = {"set": name, "figure": figure, "from": old[0], "to": new[0] if new else None}
                lowered.append(entry | {"reason": reason.strip(), "on": str(today or date.today())})
                told.append(f"{name}: {figure} lowered, {_said(old)} -> {_said(new)}")
                if new is not None:
                    after[figure] = new
            else:
                after[figure] = old
                told.append(f"{name}: {figure} is {_said(new)}, below its floor {_said(old)}, which stays")
        sets[name] = {"stamp": stamps[name], "questions": result["questions"], "figures": after}
    return {"sets": sets, "lowered": lowered}, told


def write_floors(floors: Mapping[str, Any], path: Path = FLOORS) -> None:
    """One figure a line, so that a change is one line of a diff."""
    text = json.dumps(floors, ensure_ascii=False, indent=1)
    pair = r"\[\s+([-\d.e]+),\s+([-\d.e]+)\s+\]"
    path.write_text(re.sub(pair, r"[\1, \2]", text) + "\n", encoding="utf-8")


def _noise(told: list[float]) -> float:
    return round(max((told[2] - told[1]) / 2, _LEAST_NOISE), 3)


def _said(pinned: list[float] | None) -> str:
    return "nothing" if pinned is None else f"{pinned[0]:.3f} (noise {pinned[1]:.3f})"
