"""One question put to the bot: what came of it, and how long it took.

What this file does not know: figures over many questions (figures.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.eval.measures.baselines import DEPTH, Rival, once
from bot.eval.measures.metrics import found, quoted
from bot.eval.sets.case import Case
from bot.pipeline import Bot
from bot.types import Answer
from ingest.article import Article
from ingest.errors import QuestionError

Verdict = Literal["right", "wrong", "missed", "rightly silent", "open"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """seconds: of the whole answer. expected: the words that would answer it. ranked: the documents the bot ranked, best first, each once; for
    questions whose relevant documents are known. rivals: what plain methods made of it.
    """

    case: Case
    answer: Answer
    seconds: float
    expected: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    rivals: Mapping[str, Rival] = field(default_factory=dict)

    @property
    def spoke(self) -> bool:
        """Did it answer, rather than abstain (or chat, or only send for a doctor)?"""
        return bool(self.answer.citations)

    @property
    def hit(self) -> bool:
        """Is the gold among the quotes?"""
        return found(self.case, self.answer.text, quoted(self.answer.citations))

    @property
    def verdict(self) -> Verdict:
        """ "right": it quoted what answers. "wrong": it spoke, and that was not it. "missed": it was
        silent though the articles say. "open": it spoke, and what would be right is not known.
        """
        if self.case.kind:
            return "open"
        if not self.spoke:
            return "missed" if self.case.answerable else "rightly silent"
        if not self.case.answerable:
            return "wrong"
        if not self.case.has_gold:
            return "open"
        return "right" if self.hit else "wrong"


def ask(bot: Bot, case: Case, articles: Mapping[str, Article]) -> Outcome:
    """Ask as a reader would; a question that the bot refuses (empty, too long) counts as silence."""
    question = case.question[: bot.config.max_question]
    began = time.perf_counter()
    try:
        answer = bot.ask(question, case.history)
    except QuestionError as why:
        answer = Answer(question, question, str(why), (), "abstained", 0.0)
    seconds = time.perf_counter() - began
    ranked = ranking(bot, case) if case.documents else ()
    return Outcome(case, answer, seconds, _expected(case, articles), ranked)


def _expected(case: Case, articles: Mapping[str, Article]) -> tuple[str, ...]:
    spans = (articles[key].text[start:end] for key, start, end in (*case.any, *case.all) if key in articles)
    return tuple(dict.fromkeys([*spans, *([case.says] if case.says else [])]))


def ranking(bot: Bot, case: Case) -> tuple[str, ...]:
    """The documents in the order in which the bot looks at their passages."""
    try:
        passages = bot.passages(case.question[: bot.config.max_question], case.history, k=DEPTH)
    except QuestionError:
        return ()
    return once(passage.chunk.article_id for passage in passages)
