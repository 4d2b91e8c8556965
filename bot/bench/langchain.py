"""A folder of posts synced by LangChain's own means, as a baseline. Needs the extra `bench`.

langchain_core's index() with an SQL record manager, over langchain-chroma, split by the recursive character splitter,
as in its documentation. All posts are passed each time with cleanup "full": only so it notices deleted posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_classic.indexes import SQLRecordManager
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import index
from langchain_text_splitters import RecursiveCharacterTextSplitter

from ingest.embedder import Embedder

_CHUNK = 600  # characters: about as many passages as Footnote's chunks of the synthetic posts


class _Wrapped(Embeddings):
    """Footnote's embedder as LangChain takes it. asked: how many texts it embedded."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.asked = 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked += len(texts)
        return [[float(x) for x in row] for row in self._embedder.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class LangChainIndex:
    """As SyncedFolder. embedded: how many texts were embedded so far, questions included."""

    def __init__(self, folder: Path, place: Path, embedder: Embedder) -> None:
        place.mkdir()
        self._folder = folder
        self._wrapped = _Wrapped(embedder)
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK, chunk_overlap=0)
        self._store = Chroma(
            "posts",
            embedding_function=self._wrapped,
            persist_directory=str(place / "chroma"),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )
        self._manager = SQLRecordManager("chroma/posts", db_url=f"sqlite:///{place / 'records.db'}")
        self._manager.create_schema()

    @property
    def embedded(self) -> int:
        return self._wrapped.asked

    def sync(self) -> None:
        pages = [
            Document(page_content=file.read_text(encoding="utf-8"), metadata={"source": file.name})
            for file in sorted(self._folder.glob("*.md"))
        ]
        index(
            self._splitter.split_documents(pages),
            self._manager,
            self._store,
            cleanup="full",
            source_id_key="source",
            key_encoder="blake2b",
        )

    def search(self, question: str) -> Sequence[str]:
        """The texts of the five best passages."""
        return [found.page_content for found in self._store.similarity_search(question, k=5)]
