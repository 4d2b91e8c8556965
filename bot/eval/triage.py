"""How well red flags are told from ordinary questions: recall, false alarms, and which were missed.

Cases are JSON lines {"text": ..., "kind": "red" | "selfharm" | "ordinary"}; a case may have
"history", the messages the reader wrote before. What this file does not know: how triage decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.safety import RedFlags, packaged_guide
from bot.types import Turn
from ingest.errors import SourceError

Kind = Literal["red", "selfharm", "ordinary"]
KINDS = ("red", "selfharm", "ordinary")


@dataclass(frozen=True, slots=True)
class TriageCase:
    text: str
    kind: Kind
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """recall: share of red and selfharm cases that raised an alarm, and for selfharm the one of its
    own. false_alarms: share of ordinary cases that raised any. misses, alarms: their texts."""

    red: int
    ordinary: int
    recall: float
    false_alarms: float
    misses: tuple[str, ...]
    alarms: tuple[str, ...]


def measure(cases: Iterable[TriageCase]) -> Measured:
    """Ask every case. Raises ZeroDivisionError for no case of either kind."""
    misses: list[str] = []
    alarms: list[str] = []
    red = ordinary = 0
    red_flags = RedFlags(packaged_guide())
    for case in cases:
        urgent = red_flags.check(case.text, [Turn("user", text) for text in case.history])
        if case.kind == "ordinary":
            ordinary += 1
            if urgent:
                alarms.append(case.text)
        else:
            red += 1
            if urgent is None or (case.kind == "selfharm" and urgent.flag not in ("self_harm", "overdose")):
                misses.append(case.text)
    return Measured(
        red, ordinary, 1 - len(misses) / red, len(alarms) / ordinary, tuple(misses), tuple(alarms)
    )


def read_cases(folder: Path) -> list[TriageCase]:
    """All cases of a folder's .jsonl files. Raises SourceError for a line that is none."""
    cases: list[TriageCase] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                if row["kind"] not in KINDS or not isinstance(row["text"], str):
                    raise ValueError
                cases.append(TriageCase(row["text"], row["kind"], tuple(row.get("history", ()))))
            except (ValueError, KeyError, TypeError):
                raise SourceError(
                    f'{path}, line {number}: write {{"text": "…", "kind": "red", "selfharm" or "ordinary"}}.'
                ) from None
    return cases
