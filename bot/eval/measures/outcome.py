"""One question put to the bot: its answer, its time, and whether it was right."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.eval.measures.baselines import DEPTH, BaselineAnswer, unique
from bot.eval.measures.metrics import found, quoted
from bot.eval.sets.case import Case
from bot.pipeline import Bot
from bot.types import Answer
from ingest.article import Article
from ingest.errors import QuestionError

Grade = Literal["right", "wrong", "missed", "rightly silent", "open"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question and its answer.

    Attributes:
        seconds: Of the whole answer.
        expected: The texts that would answer it.
        ranked: The documents as the bot ranks them, best first, each once; () if the relevant ones are unknown.
        baseline_answers: The answers of the baselines, by method.
    """

    case: Case
    answer: Answer
    seconds: float
    expected: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    baseline_answers: Mapping[str, BaselineAnswer] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Did it answer, rather than abstain, chat, or only give the urgent message?"""
        return bool(self.answer.citations)

    @property
    def hit(self) -> bool:
        """Is the gold among the quotes?"""
        return found(self.case, self.answer.text, quoted(self.answer.citations))

    @property
    def grade(self) -> Grade:
        """ "right": it quoted the gold. "wrong": it answered with something else. "missed": it abstained though
        the articles answer. "open": it answered, and the gold is unknown.
        """
        if self.case.kind:
            return "open"
        if not self.answered:
            return "missed" if self.case.answerable else "rightly silent"
        if not self.case.answerable:
            return "wrong"
        if not self.case.has_gold:
            return "open"
        return "right" if self.hit else "wrong"


def ask(bot: Bot, case: Case, articles: Mapping[str, Article]) -> Outcome:
    """Ask as a reader would; a question that the bot refuses (empty, too long) counts as abstained."""
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
    """The documents in the order in which the bot ranks their passages."""
    try:
        passages = bot.passages(case.question[: bot.config.max_question], case.history, k=DEPTH)
    except QuestionError:
        return ()
    return unique(passage.chunk.article_id for passage in passages)
