"""Judge the sentences of passages: which of them answer a question, and does any?

In go an embedded question, passages and their corpus; out comes a Reading with a calibrated probability. Not known
here: how passages were found, and how an answer is put together.
"""

from bot.read.cross_encoder import CrossEncoder
from bot.read.disambiguate import Selection, articles_of, differ_in_item, select
from bot.read.features import spans
from bot.read.readers import RERANKED, Reranker, rank_passages, read, score_sentences
from bot.read.reading import Reading, ScoredSentence
from bot.read.sentence_net import check_embedder
from bot.read.similar_items import ItemName

__all__ = [
    "RERANKED",
    "CrossEncoder",
    "ItemName",
    "Reading",
    "Reranker",
    "ScoredSentence",
    "Selection",
    "articles_of",
    "check_embedder",
    "differ_in_item",
    "rank_passages",
    "read",
    "score_sentences",
    "select",
    "spans",
]
