"""Floors under figures: a release is stopped if a figure falls through its floor.

A floor is a figure as it was measured; the figure may fall by its noise, half the width of its 95 % interval at that
time. Pinning only raises floors. Lowering one takes an option and a reason, which is recorded beside the floors.
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
RECALL, NO_FALSE_ALARM = "red flags seen", "ordinary questions left alone"  # of urgent messages
# Times depend on the machine, and the number of quotes is neither good nor bad: neither has a floor.
GATED = (
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
    NO_FALSE_ALARM,
)
_LEAST_NOISE = 0.005  # rounding; also for figures that are 1 in every draw


@dataclass(frozen=True, slots=True)
class Drop:
    """A figure that fell through its floor. now: None if it is no longer measured."""

    set: str
    figure: str
    floor: float
    noise: float
    now: float | None

    def __str__(self) -> str:
        now = "is no longer measured" if self.now is None else f"fell to {self.now:.3f}"
        return f"{self.set}: {self.figure} was {self.floor:.3f} (noise {self.noise:.3f}) and {now}."


@dataclass(frozen=True, slots=True)
class GateResult:
    """drops: figures below their floors. changed: sets whose questions are not the pinned ones.

    unknown: sets without floors.
    """

    drops: tuple[Drop, ...]
    changed: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not (self.drops or self.changed)

    def lines(self) -> list[str]:
        """What fell and what to do about it."""
        lines = [str(fall) for fall in self.drops]
        lines += [
            f"{name}: its questions are not those that its floors were measured on. Pin them anew: "
            f"footnote eval {name} --pin"
            for name in self.changed
        ]
        lines += [f"{name}: no floors are pinned for it." for name in self.unknown]
        return [*lines, "No figure fell through its floor." if self.passed else "The gate is closed."]


def read_floors(path: Path = FLOORS) -> dict[str, Any]:
    """The pinned floors; empty if there is no file. Raises SourceError if it is broken."""
    if not path.is_file():
        return {"sets": {}, "lowered": []}
    try:
        floors = json.loads(path.read_text(encoding="utf-8"))
        return {"sets": dict(floors["sets"]), "lowered": list(floors["lowered"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} cannot be read; take it from the last commit.") from error


def check(results: Mapping[str, Result], stamps: Mapping[str, str], floors: Mapping[str, Any]) -> GateResult:
    """Compare figures with their floors. stamps: of the sets as they were asked."""
    drops: list[Drop] = []
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
                drops.append(Drop(name, figure, floor, noise, now))
    return GateResult(tuple(drops), tuple(changed), tuple(unknown))


def pin(
    results: Mapping[str, Result],
    stamps: Mapping[str, str],
    floors: Mapping[str, Any],
    *,
    lower: bool = False,
    reason: str = "",
    today: date | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """New floors, and a line for each change. Sets that were not measured keep theirs.

    A floor is raised to a figure above it. A figure below lowers it only with `lower` and a reason;
    otherwise the floor stays, and a line says so. Raises ConfigError for `lower` without a reason.
    """
    if lower and not reason.strip():
        raise ConfigError("--lower goes with --reason: say why the figure may be worse from now on.")
    sets, lowered, lines = dict(floors["sets"]), list(floors["lowered"]), []
    for name, result in results.items():
        before = sets.get(name, {"figures": {}})["figures"]
        after = {}
        for figure in (f for f in GATED if f in result or f in before):
            old = before.get(figure)
            new = [result[figure][0], _noise(result[figure])] if figure in result else None
            if old is None or (new is not None and new[0] >= old[0]):
                after[figure] = new
                if old is None or new != old:
                    lines.append(f"{name}: {figure} {_pair(old)} -> {_pair(new)}")
            elif lower:
                entry = {"set": name, "figure": figure, "from": old[0], "to": new[0] if new else None}
                lowered.append(entry | {"reason": reason.strip(), "on": str(today or date.today())})
                lines.append(f"{name}: {figure} lowered, {_pair(old)} -> {_pair(new)}")
                if new is not None:
                    after[figure] = new
            else:
                after[figure] = old
                lines.append(f"{name}: {figure} is {_pair(new)}, below its floor {_pair(old)}, which stays")
        sets[name] = {"stamp": stamps[name], "questions": result["questions"], "figures": after}
    return {"sets": sets, "lowered": lowered}, lines


def write_floors(floors: Mapping[str, Any], path: Path = FLOORS) -> None:
    """Write the floors, one figure a line, so that a change is one line of a diff."""
    text = json.dumps(floors, ensure_ascii=False, indent=1)
    pair = r"\[\s+([-\d.e]+),\s+([-\d.e]+)\s+\]"
    path.write_text(re.sub(pair, r"[\1, \2]", text) + "\n", encoding="utf-8")


def _noise(lines: list[float]) -> float:
    return round(max((lines[2] - lines[1]) / 2, _LEAST_NOISE), 3)


def _pair(pinned: list[float] | None) -> str:
    return "nothing" if pinned is None else f"{pinned[0]:.3f} (noise {pinned[1]:.3f})"
