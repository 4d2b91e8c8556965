"""Baselines on the same questions, in the same run.

BM25 alone and dense vectors alone rank the passages of Footnote's own index; LangChain's tutorial pipeline has an
index of its own. They abstain by the score of their best passage, at the threshold that is best on the very questions
asked. Dense alone quotes the sentences nearest to the question; the pipeline shows its four chunks, sentence by
sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.eval.sets.case import Span
from bot.read import spans
from bot.retrieve import Corpus
from ingest.article import Article, Chunk, embedding_text
from ingest.embedder import Embedder, Floats

BM25, DENSE, LANGCHAIN = "BM25 alone", "dense alone", "LangChain, k = 4"
DEPTH = 50  # passages that are ranked
_READ = 12  # passages whose sentences are compared; as many as the bot reads


@dataclass(frozen=True, slots=True)
class BaselineAnswer:
    """A method's answer. ranked: documents, best first, each once. score: of its best passage, higher is
    better, in the method's own unit. quotes: what it would show; () if it shows no sentences.
    """

    ranked: tuple[str, ...]
    score: float
    quotes: tuple[Span, ...] = ()


class RagPipeline(Protocol):
    """What LangChainRag offers; its module needs the extra `bench`."""

    def search(self, question: str) -> list[tuple[Span, float]]: ...


@contextmanager
def open_langchain_rag(
    articles: Sequence[Article], embedder: Embedder, home: Path
) -> Iterator[RagPipeline | None]:
    """LangChain's pipeline, or None if the extra `bench` is not installed."""
    try:
        from bot.eval.measures.langchain_rag import LangChainRag
    except ImportError:
        yield None
        return
    made = LangChainRag(articles, embedder, home)
    try:
        yield made
    finally:
        made.close()


def baseline_answers(
    question: str, corpus: Corpus, embedder: Embedder, pipeline: RagPipeline | None, quotes: int
) -> dict[str, BaselineAnswer]:
    """Each method by its name. quotes: how many sentences dense alone may quote."""
    found = {BM25: _bm25(question, corpus), DENSE: _dense(question, corpus, embedder, quotes)}
    if pipeline is not None:
        found[LANGCHAIN] = _langchain(pipeline.search(question), corpus)
    return found


def _bm25(question: str, corpus: Corpus) -> BaselineAnswer:
    scores = corpus.keywords.scores(question)
    order = [i for i in np.argsort(-scores, kind="stable")[:DEPTH] if scores[i] > 0]
    return BaselineAnswer(unique(corpus.chunks[i].article_id for i in order), float(scores.max(initial=0.0)))


def _dense(question: str, corpus: Corpus, embedder: Embedder, quotes: int) -> BaselineAnswer:
    vector = embedder.embed_query(question)
    hits = [(corpus.chunks[corpus.numbers[key]], near) for key, near in corpus.store.nearest(vector, DEPTH)]
    nearest = nearest_sentences(vector, [chunk for chunk, _ in hits[:_READ]], corpus, embedder, quotes)
    return BaselineAnswer(unique(c.article_id for c, _ in hits), hits[0][1] if hits else -1.0, tuple(nearest))


def _langchain(hits: Sequence[tuple[Span, float]], corpus: Corpus) -> BaselineAnswer:
    shown = [
        (article, s, e)
        for (article, start, end), _ in hits
        for s, e, _ in spans(corpus.articles[article].text, start, end)
    ]
    return BaselineAnswer(unique(span[0] for span, _ in hits), hits[0][1] if hits else -1.0, tuple(shown))


def unique(ids: Iterator[str]) -> tuple[str, ...]:
    """Each document once, at its best rank."""
    return tuple(dict.fromkeys(ids))


def nearest_sentences(
    vector: Floats, chunks: Sequence[Chunk], corpus: Corpus, embedder: Embedder, k: int
) -> list[Span]:
    """The k sentences with the highest cosine to the question; a sentence's vector is the mean of its
    tokens' vectors, made in their passage (late chunking; Günther et al. 2024).
    """
    scored: list[tuple[float, Span]] = []
    for chunk in chunks:
        article = corpus.articles[chunk.article_id]
        text, shift = embedding_text(article.title, chunk)
        tokens = embedder.embed_tokens([text])[1][0]
        starts = tokens.starts + shift
        for start, end, _ in spans(article.text, chunk.start, chunk.end):
            rows = (starts >= start) & (starts < end)
            if rows.any():
                mean = tokens.vectors[rows].mean(axis=0)
                cosine = float(vector @ mean / max(float(np.linalg.norm(mean)), 1e-6))
                scored.append((cosine, (chunk.article_id, start, end)))
    return [span for _, span in sorted(scored, key=lambda one: -one[0])[:k]]
