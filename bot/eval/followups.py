"""Questions inside a conversation: does rewriting them improve retrieval?

Each is searched four times through the bot's own retrieval: as the bot rewrites it, its last turn alone, with all
earlier questions joined to it, and as a person rewrote it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.eval.measures.baselines import DEPTH, unique
from bot.eval.measures.metrics import recall_at
from bot.eval.measures.outcome import Outcome
from bot.eval.measures.rows import Row
from bot.pipeline import Bot
from ingest.errors import QuestionError

ALONE, JOINED, GOLD = "last turn alone", "all turns joined", "gold rewrite"
_K = 5


def follow_up_rows(bot: Bot, outcomes: Sequence[Outcome]) -> list[Row]:
    """Rows of recall@5 over the questions that have a conversation before them."""
    asked = [o for o in outcomes if o.case.history and o.case.documents]
    if not asked:
        return []
    ours = np.array([recall_at(o.ranked, o.case.documents, _K) for o in asked])
    alone = np.array([_recall(bot, o, o.case.question) for o in asked])
    joined = np.array([_recall(bot, o, _joined(o), verbatim=True) for o in asked])
    rows = [
        Row("follow-up recall@5", "", ours),
        Row("follow-up recall@5", ALONE, alone),
        Row("follow-up recall@5", JOINED, joined),
        Row("follow-ups that the rewrite makes worse", "", (ours < alone).astype(float), better="lower"),
        Row("follow-ups that the rewrite makes better", "", (ours > alone).astype(float)),
    ]
    reworded = [i for i, o in enumerate(asked) if o.case.rewrite]
    if reworded:
        gold = np.array([_recall(bot, asked[i], asked[i].case.rewrite) for i in reworded])
        name = "follow-up recall@5, where a person reworded it"
        rows += [
            Row(name, "", ours[reworded]),
            Row(name, ALONE, alone[reworded]),
            Row(name, JOINED, joined[reworded]),
            Row(name, GOLD, gold, compared=False),  # an upper bound, not a method
        ]
    return rows


def _joined(outcome: Outcome) -> str:
    turns = [t.content for t in outcome.case.history if t.role == "user"]
    return " ".join([*turns, outcome.case.question])


def _recall(bot: Bot, outcome: Outcome, question: str, *, verbatim: bool = False) -> float:
    text = question if verbatim else question[: bot.config.max_question]
    try:
        passages = bot.passages(text, k=DEPTH, verbatim=verbatim)
    except QuestionError:
        return 0.0
    return recall_at(unique(p.chunk.article_id for p in passages), outcome.case.documents, _K)
