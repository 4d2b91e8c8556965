"""The bench of questions while re-ingesting counts the answers that quote the post, and those that do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from live_blog import InProcess, bot_on

from bot.bench.reingest import measure_reingest
from bot.pipeline import Bot


def test_each_round_ends_with_the_new_text_and_no_question_is_lost() -> None:
    figures = measure_reingest(
        lambda index: bot_on(index, start_finisher=InProcess), 2, start_finisher=InProcess
    )
    assert figures["rounds"] == 2 and figures["rounds after which an answer had the old text"] == 0
    assert figures["questions meanwhile"] >= 2 and figures["questions meanwhile without the quote"] == 0


def test_answers_that_quote_nothing_are_counted() -> None:
    def silent_bot(index: Path) -> Bot:
        bot = bot_on(index, start_finisher=InProcess)
        bot.config = replace(bot.config, threshold=1.0)
        return bot

    figures = measure_reingest(silent_bot, 1, start_finisher=InProcess)
    assert figures["rounds after which an answer had the old text"] == 1
    assert figures["questions meanwhile without the quote"] == figures["questions meanwhile"] >= 1
