"""Find the passages that may answer a question: dense and BM25 rankings of one index, fused.

In go a question (its text, vectors and what its conversation lends) and the corpus of a generation; out come
passages, best first. Not known here: what a question means, and whether a passage answers it.
"""

from bot.retrieve.bm25 import Keywords
from bot.retrieve.corpus import Corpus, Searchable, corpus_of, load_corpus
from bot.retrieve.health import SearchWatch
from bot.retrieve.live import LiveCorpus
from bot.retrieve.passages import of_article
from bot.retrieve.search import EmbeddedQuestion, embed_plain, embed_question, search, search_by_vector

__all__ = [
    "Corpus",
    "EmbeddedQuestion",
    "Keywords",
    "LiveCorpus",
    "SearchWatch",
    "Searchable",
    "corpus_of",
    "embed_plain",
    "embed_question",
    "load_corpus",
    "of_article",
    "search",
    "search_by_vector",
]
