"""The retrieval pipeline of LangChain's tutorial, as a baseline. Needs the extra `bench`.

RecursiveCharacterTextSplitter with 1,000 characters and 200 of overlap, Chroma in memory, the same embedding model as
Footnote's, similarity_search_with_score with k = 4, cosine distance. Titles precede the texts.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.eval.sets.case import Span
from ingest.article import Article
from ingest.embedder import Embedder, Floats

K = 4
_SIZE, _OVERLAP = 1000, 200
_BATCH = 2000  # Chroma takes at most 5,461 at once


class _CachedEmbeddings(Embeddings):
    """Precomputed vectors by text; questions are embedded when asked."""

    def __init__(self, embedder: Embedder, made: Mapping[str, Floats]) -> None:
        self._embedder, self._made = embedder, made

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._made[text].tolist() for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._embedder.embed_query(text)]


class LangChainRag:
    """The pipeline over some articles. home: a folder where the vectors of its chunks are kept."""

    def __init__(self, articles: Sequence[Article], embedder: Embedder, home: Path) -> None:
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=_SIZE, chunk_overlap=_OVERLAP, add_start_index=True
        )
        pages = [Document(_lead(a) + a.text, metadata={"article": n}) for n, a in enumerate(articles)]
        pieces = splitter.split_documents(pages)
        texts = list(dict.fromkeys(piece.page_content for piece in pieces))
        vectors = _vectors(texts, embedder, home / f"recursive-{_SIZE}-{_OVERLAP}.npy")
        self._articles = articles
        self._store = Chroma(
            f"tutorial-{uuid.uuid4().hex}",
            embedding_function=_CachedEmbeddings(embedder, dict(zip(texts, vectors, strict=True))),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )
        for at in range(0, len(pieces), _BATCH):
            self._store.add_documents(pieces[at : at + _BATCH])

    def search(self, question: str) -> list[tuple[Span, float]]:
        """The K nearest chunks, as spans of their articles, with their cosine similarity; best first."""
        found = []
        for piece, distance in self._store.similarity_search_with_score(question, k=K):
            article = self._articles[piece.metadata["article"]]
            start = piece.metadata["start_index"] - len(_lead(article))
            found.append(((article.id, max(start, 0), start + len(piece.page_content)), 1.0 - distance))
        return found

    def close(self) -> None:
        """Free the vectors: Chroma keeps what is in memory for the whole process."""
        self._store.delete_collection()


def _lead(article: Article) -> str:
    return f"{article.title}\n\n" if article.title else ""


def _vectors(texts: Sequence[str], embedder: Embedder, cached_file: Path) -> Floats:
    if cached_file.is_file():
        vectors = np.load(cached_file)
        if vectors.shape == (len(texts), embedder.dimension):
            return np.asarray(vectors, np.float32)
    vectors = embedder.embed_passages(texts)
    np.save(cached_file, vectors)
    return vectors
