"""Question sets: articles, questions about them, and the gold that answers each.

In: a folder in this project's layout or BEIR's, or an owner's CSV. Out: a QuestionSet. It does not know how questions
are asked or answers judged.
"""

from bot.eval.sets.beir import jsonl, read_benchmark
from bot.eval.sets.case import Case, QuestionSet, SetSkipped, Span
from bot.eval.sets.folder import (
    GATE_SETS,
    OUR_SETS,
    default_sets,
    find_set,
    numbered_sentences,
    read_set,
)
from bot.eval.sets.spreadsheet import read_sheet

__all__ = [
    "GATE_SETS",
    "OUR_SETS",
    "Case",
    "QuestionSet",
    "SetSkipped",
    "Span",
    "default_sets",
    "find_set",
    "jsonl",
    "numbered_sentences",
    "read_benchmark",
    "read_set",
    "read_sheet",
]
