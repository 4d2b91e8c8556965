"""Question sets: articles, questions about them, and the gold that answers each.

In: a folder in this project's layout or BEIR's, or an owner's CSV. Out: a QuestionSet. It does not know how questions
are asked or answers judged.
"""

from bot.eval.sets.beir import jsonl, read_benchmark
from bot.eval.sets.case import Case, QuestionSet, SetSkipped, Span
from bot.eval.sets.conversations import (
    ConversationSet,
    TurnCase,
    is_conversation_set,
    read_conversations,
)
from bot.eval.sets.folder import (
    FOREIGN,
    GATE_SETS,
    OUR_SETS,
    VERDICTS,
    default_sets,
    find_set,
    find_sets,
    is_question_set,
    numbered_sentences,
    own_folder,
    own_sets,
    read_set,
)
from bot.eval.sets.spreadsheet import places, read_sheet

__all__ = [
    "FOREIGN",
    "GATE_SETS",
    "OUR_SETS",
    "VERDICTS",
    "Case",
    "ConversationSet",
    "QuestionSet",
    "SetSkipped",
    "Span",
    "TurnCase",
    "default_sets",
    "find_set",
    "find_sets",
    "is_conversation_set",
    "is_question_set",
    "jsonl",
    "numbered_sentences",
    "own_folder",
    "own_sets",
    "places",
    "read_benchmark",
    "read_conversations",
    "read_set",
    "read_sheet",
]
