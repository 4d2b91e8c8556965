"""Recall and false alarms of the check for urgent messages.

Cases are JSON lines {"text": ..., "kind": "red" | "selfharm" | "ordinary"}; a case may have "history", the
messages that the reader wrote before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from bot.config import BotConfig
from bot.eval.gate import NO_FALSE_ALARM, RECALL
from bot.eval.index_cache import CachingEmbedder
from bot.eval.measures.figures import Result
from bot.eval.measures.intervals import spread
from bot.eval.sets.beir import jsonl
from bot.safety import RedFlags, Urgent, load_classifier, open_red_flags
from bot.types import Turn
from ingest.embedder import open_embedder
from ingest.errors import SourceError

Kind = Literal["red", "selfharm", "ordinary"]
KINDS = ("red", "selfharm", "ordinary")


@dataclass(frozen=True, slots=True)
class UrgencyCase:
    """A message, whether it is urgent, and the reader's messages before it."""

    text: str
    kind: Kind
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UrgencyFigures:
    """Figures of the check.

    Attributes:
        red, ordinary: How many urgent and ordinary cases there are.
        recall: Share of urgent cases that were found; those of self-harm count with the message for it.
        false_alarms: Share of ordinary cases that were taken for urgent.
        misses, alarms: The texts of both kinds of errors.
    """

    red: int
    ordinary: int
    recall: float
    false_alarms: float
    misses: tuple[str, ...]
    alarms: tuple[str, ...]


def is_message_set(path: Path) -> bool:
    """Is it a folder of such cases?"""
    if not path.is_dir() or (path / "set.json").exists() or (path / "corpus.jsonl").exists():
        return False
    first = next(iter(sorted(path.glob("*.jsonl"))), None)
    rows = jsonl(first) if first else []
    return bool(rows) and "text" in rows[0] and rows[0].get("kind") in KINDS


def run(path: Path, config: BotConfig) -> tuple[Result, str]:
    """Figures with intervals on a folder of cases, and the stamp of what was asked."""
    cases = read_cases(path)
    embedder = CachingEmbedder(open_embedder(config.embedder, threads=2))
    embedder.embed_ahead([case.text for case in cases])
    measured = measure(cases, open_red_flags(config, embedder, load_classifier))
    counted = {
        RECALL: (measured.red - len(measured.misses), measured.red),
        NO_FALSE_ALARM: (measured.ordinary - len(measured.alarms), measured.ordinary),
    }
    result: Result = {"questions": len(cases)} | {
        name: [round(x, 4) for x in spread(np.repeat([1.0, 0.0], [right, n - right]))]
        for name, (right, n) in counted.items()
    }
    asked = json.dumps([[case.kind, case.text, *case.history] for case in cases])
    stamp = hashlib.blake2b(asked.encode(), digest_size=8).hexdigest()
    return result | {"missed": list(measured.misses), "false alarms": list(measured.alarms)}, stamp


def measure(cases: Iterable[UrgencyCase], red_flags: RedFlags) -> UrgencyFigures:
    """Check every case. Raises ZeroDivisionError if there is no case of either kind."""
    misses: list[str] = []
    alarms: list[str] = []
    red = ordinary = 0
    for case in cases:
        found = red_flags.check(case.text, [Turn("user", text) for text in case.history])
        urgent = found if isinstance(found, Urgent) else None
        if case.kind == "ordinary":
            ordinary += 1
            if urgent:
                alarms.append(case.text)
        else:
            red += 1
            if urgent is None or (case.kind == "selfharm" and urgent.flag not in ("self_harm", "overdose")):
                misses.append(case.text)
    return UrgencyFigures(
        red, ordinary, 1 - len(misses) / red, len(alarms) / ordinary, tuple(misses), tuple(alarms)
    )


def read_cases(folder: Path) -> list[UrgencyCase]:
    """All cases of a folder's .jsonl files. Raises SourceError for a line that is none."""
    cases: list[UrgencyCase] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                if row["kind"] not in KINDS or not isinstance(row["text"], str):
                    raise ValueError
                cases.append(UrgencyCase(row["text"], row["kind"], tuple(row.get("history", ()))))
            except (ValueError, KeyError, TypeError):
                raise SourceError(
                    f'{path}, line {number}: write {{"text": "…", "kind": "red", "selfharm" or "ordinary"}}.'
                ) from None
    return cases
