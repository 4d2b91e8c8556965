"""What the verdicts on a set's answers come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from bot.eval.measures.intervals import spread
from bot.eval.measures.outcome import Outcome
from bot.eval.verdicts.card import answer_hash
from bot.eval.verdicts.verdict import CAUSES, Verdict

FULLY, HALF = "satisfied fully, by reading", "satisfied at least half, by reading"


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of a set's verdicts. Only those on answers as they are now count.

    Attributes:
        questions: Of the set.
        judged: Answers with a verdict.
        stale: Verdicts on answers that have changed since and have no verdict as they are now.
        shares: For "all", "answerable", "unanswerable": how many were judged, and the shares (0 to 1, with a 95 %
            interval) that satisfied fully and at least half.
        causes: How many answers each cause made fall short, most frequent first.
        oldest, newest: Days on which the verdicts that count were given.
    """

    questions: int
    judged: int
    stale: int
    shares: Mapping[str, tuple[int, list[float], list[float]]]
    causes: Mapping[str, int]
    oldest: date
    newest: date

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "answers with a verdict": self.judged,
            "questions": self.questions,
            "verdicts on earlier answers": self.stale,
            "shares": {
                kind: {"judged": n, FULLY: fully, HALF: half}
                for kind, (n, fully, half) in self.shares.items()
            },
            "causes": dict(self.causes),
            "oldest": self.oldest.isoformat(),
            "newest": self.newest.isoformat(),
        }

    def lines(self, today: date | None = None) -> list[str]:
        """For people."""
        found = [
            f"{self.judged} of {self.questions} answers have a verdict, {self._age(today or date.today())}."
        ]
        for kind, (n, fully, half) in self.shares.items():
            found.append(f"{kind} ({n}): satisfied fully {fully[0]:.2f}, at least half {half[0]:.2f}")
        if self.causes:
            found.append("causes: " + ", ".join(f"{cause} {n}" for cause, n in self.causes.items()))
        if self.stale:
            found.append(f"{self.stale} answers have changed since they were judged: read them with --read.")
        return found

    def _age(self, today: date) -> str:
        days = (today - self.oldest).days
        age = f"{days} day{'' if days == 1 else 's'} old"
        if self.oldest == self.newest:
            return f"given {self.oldest} ({age})"
        return f"given {self.oldest} to {self.newest} (the oldest {age})"


def summarise(outcomes: Sequence[Outcome], verdicts: Mapping[tuple[str, str], Verdict]) -> Summary | None:
    """The summary of a set, or None if no answer has a verdict. verdicts: as `read_verdicts` gives them."""
    pairs = [(o, verdicts.get((o.case.id, answer_hash(o)))) for o in outcomes]
    judged = [(o, verdict) for o, verdict in pairs if verdict is not None]
    if not judged:
        return None
    once = {question for question, _ in verdicts}
    groups = {
        "all": [v for _, v in judged],
        "answerable": [v for o, v in judged if o.case.answerable and not o.case.kind],
        "unanswerable": [v for o, v in judged if not o.case.answerable and not o.case.kind],
    }
    causes = Counter(v.cause for _, v in judged if v.cause)
    days = [v.on for _, v in judged]
    return Summary(
        len(outcomes),
        len(judged),
        sum(verdict is None and o.case.id in once for o, verdict in pairs),
        {kind: _shares(found) for kind, found in groups.items() if found},
        {cause: causes[cause] for cause in sorted(causes, key=lambda one: (-causes[one], CAUSES.index(one)))},
        min(days),
        max(days),
    )


def _shares(verdicts: Sequence[Verdict]) -> tuple[int, list[float], list[float]]:
    scores = np.array([v.score for v in verdicts])
    fully, half = (spread((scores >= least).astype(float)) for least in (2, 1))
    return len(verdicts), [round(x, 3) for x in fully], [round(x, 3) for x in half]
