"""Verdicts of careful readers on the bot's answers: 2, 1 or 0, with a cause.

In: outcomes, and what a reader types or a file holds. Out: cards to read, verdicts that are stored without any text
of the set, and their summary. It does not know how the bot is asked.
"""

from bot.eval.verdicts.card import Card, answer_hash, card_of
from bot.eval.verdicts.file import check_note, read_file
from bot.eval.verdicts.store import append, read_verdicts, store_path
from bot.eval.verdicts.summary import FULLY, HALF, Summary, summarise
from bot.eval.verdicts.terminal import judge_cards
from bot.eval.verdicts.verdict import CAUSES, Verdict

__all__ = [
    "CAUSES",
    "FULLY",
    "HALF",
    "Card",
    "Summary",
    "Verdict",
    "answer_hash",
    "append",
    "card_of",
    "check_note",
    "judge_cards",
    "read_file",
    "read_verdicts",
    "store_path",
    "summarise",
]
