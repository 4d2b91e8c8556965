"""Questions of public sets, each with other passages of its set that retrieval would find for it.

What the bot reads is a dozen passages of which one answers, not one that does or does not. So a passage from elsewhere
that is near to the question, and does not hold the answer's sentence, competes with the one that answers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bot.train.public_sets import Row
from ingest.embedder import Embedder, Floats

_QUESTIONS = 700  # of each set
_KINDS = ("answered", "human", "edit-word", "edit-ent", "edit-num", "swap-near")
_OTHERS = 4  # passages that compete with one that answers
_NEARER = 0.97  # of the cosine of the question's own passage: one that is nearer may answer, too


def competing(rows: Sequence[Row], embedder: Embedder, draw: random.Random) -> Iterator[list[Row]]:
    """Questions of one set: the row of each, then the passages that compete with it; all with their cosines."""
    asked = [row for row in rows if row.kind in _KINDS]
    asked = draw.sample(asked, min(len(asked), _QUESTIONS))
    pool = {row.text: row for row in [*draw.sample(rows, min(len(rows), _QUESTIONS)), *asked]}
    passages = list(pool.values())
    if not asked:
        return
    vectors = embedder.embed_passages([row.text for row in passages])
    questions = embedder.embed_passages([row.question for row in asked])
    places = {row.text: place for place, row in enumerate(passages)}
    for row, question in zip(asked, questions, strict=True):
        cosines = vectors @ question
        own = float(cosines[places[row.text]])
        yield [replace(row, cosine=own), *_others(row, own, cosines, passages)]


def _others(row: Row, own: float, cosines: Floats, passages: Sequence[Row]) -> Iterator[Row]:
    answers = [
        row.text[start:end] for (start, end), right in zip(row.sentences, row.gold, strict=True) if right
    ]
    left = _OTHERS if answers else _OTHERS - 1
    for place in np.argsort(-cosines).tolist():
        other, near = passages[place], float(cosines[place])
        if other.text == row.text or near > max(_NEARER * own, 0.3) or any(a in other.text for a in answers):
            continue
        wrong = tuple(False for _ in other.gold)
        yield replace(other, question=row.question, kind="found", gold=wrong, cosine=near)
        left -= 1
        if not left:
            return
