"""A figure before it is reduced to a number: the contribution of each question.

Rows of the same figure have the same questions in the same order, so that they can be compared question by question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bot.eval.measures.intervals import Figure, mean
from bot.eval.measures.metrics import Numbers
from bot.eval.measures.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """name: of the figure. method: "" for Footnote, else the baseline's. values: (n,) or (n, 2), a row
    per question. compared: is the comparison with the bot's figure fair?
    """

    name: str
    method: str
    values: Numbers
    of: Figure = mean
    better: Literal["higher", "lower", "neither"] = "higher"
    compared: bool = True


def methods(outcomes: Sequence[Outcome]) -> list[str]:
    """The names of the baselines that answered these questions."""
    return list(outcomes[0].baseline_answers) if outcomes else []


def array_of(values: Iterable[bool | float]) -> Numbers:
    return np.array([float(v) for v in values], float)
