"""Hold conversations with the bot, turn by turn with its own answers as history, and count the turns that are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.config import BotConfig
from bot.eval.index_cache import CachingEmbedder, cached_index
from bot.eval.measures.figures import Result
from bot.eval.measures.intervals import spread
from bot.eval.measures.metrics import found, quoted, sentences_of
from bot.eval.sets.case import Case, Span
from bot.eval.sets.conversations import ABOUT_LAST, SILENT, URGENT, TurnCase, read_conversations
from bot.pipeline import Bot
from bot.read import CrossEncoder, Reranker
from bot.safety import load_classifier
from bot.types import Answer, Turn
from bot.understand import load_replies
from ingest.article import Article, blocks, sentences
from ingest.embedder import Embedder, open_embedder
from ingest.errors import QuestionError
from ingest.sync import Progress, silent

RIGHT, NO_ALARM = "turns answered fittingly", "turns without a false alarm"
_ADMITS = ("unclear", "feeling")  # the replies that ask back instead of quoting
_MOST_MORE = 3  # sentences between what was quoted and what continues it, headings aside


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """A turn, its answer, and whether it was right."""

    conversation: str
    case: TurnCase
    answer: Answer
    right: bool

    @property
    def alarm(self) -> bool:
        """Was it wrongly taken for urgent?"""
        return self.answer.status == "urgent" and URGENT not in self.case.expects


def run(
    path: Path,
    config: BotConfig,
    *,
    cache: Path | None = None,
    embedder: Embedder | None = None,
    progress: Progress = silent,
) -> tuple[Result, str]:
    """Figures with intervals on a folder of conversations, and the stamp of what was asked."""
    wanted = read_conversations(path)
    model = embedder or open_embedder(config.embedder, threads=2)
    cross_encoder: Reranker | None = None if embedder else CrossEncoder()
    outcomes: list[TurnOutcome] = []
    for blog, mine in wanted.conversations.items():
        articles = {article.id: article for article in wanted.blogs[blog].articles}
        with cached_index(wanted.blogs[blog], model, config.index_config, cache) as (index, _):
            bot = Bot(
                index, CachingEmbedder(model), config, cross_encoder, None if embedder else load_classifier
            )
            bot.warm()
            for done, (name, turns) in enumerate(mine.items()):
                progress("asking", done, len(mine))
                outcomes += converse(bot, name, turns, articles)
    result = result_of(outcomes)
    return result | ({"notes": list(wanted.notes)} if wanted.notes else {}), wanted.stamp


def converse(
    bot: Bot, name: str, turns: Sequence[TurnCase], articles: Mapping[str, Article]
) -> list[TurnOutcome]:
    """Ask the turns one after the other; the history is what was typed and what the bot answered."""
    history: list[Turn] = []
    before: list[Answer] = []
    outcomes = []
    for case in turns:
        try:
            answer = bot.ask(case.message, history)
        except QuestionError as why:
            answer = Answer(case.message, case.message, str(why), (), "abstained", 0.0)
        outcomes.append(TurnOutcome(name, case, answer, is_right(case, answer, before, articles)))
        history += [Turn("user", case.message), Turn("assistant", answer.text)]
        before.append(answer)
    return outcomes


def is_right(
    case: TurnCase, answer: Answer, before: Sequence[Answer], articles: Mapping[str, Article]
) -> bool:
    """Does the answer hold the gold, or is it one of what the turn expects?

    Args:
        case: The turn.
        answer: To it.
        before: The answers before it in the conversation, oldest first.
        articles: By id.
    """
    if answer.status == "urgent" and URGENT not in case.expects:
        return False
    gold = Case("", case.message, case.any, case.all, case.says)
    if (answer.citations or case.says) and found(gold, answer.text, quoted(answer.citations)):
        return True
    return any(_is_expected(one, answer, before, articles) for one in case.expects)


def _is_expected(
    expected: str, answer: Answer, before: Sequence[Answer], articles: Mapping[str, Article]
) -> bool:
    if expected == URGENT:
        return answer.status == "urgent"
    if expected == SILENT:
        return not answer.citations and (answer.status == "abstained" or _reply_kind(answer) in _ADMITS)
    if expected in ABOUT_LAST:
        last = next((sentences_of(a.citations) for a in reversed(before) if a.citations), [])
        return _is_about_last(expected, sentences_of(answer.citations), last, articles)
    return _reply_kind(answer) == expected


def _reply_kind(answer: Answer) -> str:
    """The name of the reply that was given without a search; "" for another answer."""
    return next((kind for kind, text in load_replies().texts.items() if text in answer.text), "")


def _is_about_last(
    expected: str, quotes: Sequence[Span], last: Sequence[Span], articles: Mapping[str, Article]
) -> bool:
    new, old = set(quotes), set(last)
    if not new or not old:
        return False
    if expected == "again":
        return new == old
    if expected == "shorter":
        return new <= old and len(new) <= max(1, len(old) - 1)
    if expected == "other post":
        return not {where for where, _, _ in new} & {where for where, _, _ in old}
    return not new & old and any(_continues(one, min(new), articles) for one in old)


def _continues(old: Span, new: Span, articles: Mapping[str, Article]) -> bool:
    """Does a quote follow another one in its article, with few sentences between them?"""
    if old[0] != new[0] or new[1] < old[2]:
        return False
    text = articles[old[0]].text
    between = [
        span
        for block in blocks(text, old[2], new[1])
        if block.kind != "heading"
        for span in sentences(text, block.start, block.end)
    ]
    return len(between) < _MOST_MORE


def result_of(outcomes: Sequence[TurnOutcome]) -> Result:
    """Shares of turns that are right, over all and by kind, and the turns that are not."""
    result: Result = {"turns": len(outcomes), "conversations": len({o.conversation for o in outcomes})}
    result[RIGHT] = _share([o.right for o in outcomes])
    result[NO_ALARM] = _share([not o.alarm for o in outcomes])
    for kind in dict.fromkeys(o.case.kind for o in outcomes):
        mine = [o.right for o in outcomes if o.case.kind == kind]
        result[f"{kind} ({len(mine)})"] = _share(mine)
    wrong = [o for o in outcomes if not o.right]
    return result | {"wrong turns": [_line(o) for o in wrong]}


def _share(values: Sequence[bool]) -> list[float]:
    return [round(x, 4) for x in spread(np.array(values, float))]


def _line(outcome: TurnOutcome) -> str:
    answer = outcome.answer
    shown = " ".join(answer.text.split())
    understood = f" = {answer.standalone}" if answer.standalone != outcome.case.message else ""
    return (
        f"{outcome.conversation} [{outcome.case.kind}] {outcome.case.message}{understood}"
        f" -> {answer.status} ({answer.answerable:.2f}) {shown[:160]}"
    )
