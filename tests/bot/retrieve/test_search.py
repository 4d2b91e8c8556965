"""Dense and BM25 together: order, fusion, headings, k, and what an empty or changed index gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from conftest import FakeEmbedder
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieve import Corpus, corpus_of, embed_plain, embed_question, search, search_by_vector
from bot.retrieve.search import RRF_K, fuse
from bot.types import Context, Passage, Question
from ingest.article import Article, Chunk, chunk, embedding_text
from ingest.embedder import Floats
from ingest.token_vectors import TokenVectors, late_interaction

EMBEDDER = FakeEmbedder()


class Shelf:
    """A store in memory: exact search. extra: what it finds besides, as an index that has moved on does."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        vectors: Floats,
        tokens: Sequence[TokenVectors] = (),
        extra: Sequence[Chunk] = (),
    ) -> None:
        self.chunks, self.vectors, self.extra = list(chunks), vectors, list(extra)
        self.blobs = {c.id: read.to_bytes() for c, read in zip(chunks, tokens, strict=True)}

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        scores = self.vectors @ vector
        order = np.argsort(-scores, kind="stable")[:k]
        return [*((c.id, 1.0) for c in self.extra), *((self.chunks[i].id, float(scores[i])) for i in order)]

    def tokens(self, chunk_ids: Sequence[str]) -> dict[str, bytes]:
        return {key: self.blobs[key] for key in chunk_ids if key in self.blobs}


def shelve(*articles: Article, extra: Sequence[Chunk] = ()) -> Corpus:
    chunks = [c for a in articles for c in chunk(a, max_tokens=40, overlap=0, count=EMBEDDER.count)]
    titles = {a.id: a.title for a in articles}
    vectors, tokens = EMBEDDER.embed_tokens([embedding_text(titles[c.article_id], c)[0] for c in chunks])
    return corpus_of(Shelf(chunks, vectors, tokens, extra), articles, chunks)


SEATED = Article(
    "s", "Seated stretch", "Sit down.\n\n## Steps\n\n1. Reach for your toes.\n2. Hold it.", "https://b.c/s"
)
BACK = Article(
    "b", "Back pain", "Sitting hurts the back.\n\n## Sciatica\n\nA nerve is pressed.\n\n## Heat\n\nWarm it."
)
BLOG = shelve(SEATED, BACK)


def found_for(question: str, k: int, corpus: Corpus = BLOG) -> list[Passage]:
    return search(embed_plain([question], EMBEDDER)[0], corpus, k=k)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("reach toes", "## Steps\n\n1. Reach for your toes.\n2. Hold it."),
        ("what is SCIATICA?", "## Sciatica\n\nA nerve is pressed.\n\n"),
        ("which nerve", "## Sciatica\n\nA nerve is pressed.\n\n"),
    ],
)
def test_words_titles_and_headings_find_a_passage(question: str, text: str) -> None:
    best = found_for(question, 3)[0]
    assert best.chunk.text.strip() == text.strip()


def test_a_passage_carries_its_articles_title_and_address() -> None:
    found = {p.chunk.article_id: p for p in found_for("seated back", 9)}
    assert (found["s"].title, found["s"].url) == ("Seated stretch", "https://b.c/s")
    assert (found["b"].title, found["b"].url) == ("Back pain", None)


@given(
    st.lists(st.sampled_from("reach toes sit back nerve heat warm hold it unheard the".split()), max_size=5),
    st.integers(1, 9),
)
def test_it_is_the_fusion_of_the_three_rankings(words: list[str], k: int) -> None:
    question = " ".join(words)
    pooled, (asked,) = EMBEDDER.embed_tokens([question])
    vector = pooled[0]
    dense = [BLOG.numbers[key] for key, _ in BLOG.store.nearest(vector, 50)]
    scores = BLOG.keywords.scores(question)
    sparse = sorted((i for i in range(len(scores)) if scores[i] > 0), key=lambda i: -scores[i])
    blobs = BLOG.store.tokens([c.id for c in BLOG.chunks])
    near = late_interaction(asked.vectors, [blobs[c.id] for c in BLOG.chunks])
    first = [number for number, _ in fuse([dense, sparse])]
    by_tokens = sorted(first, key=lambda number: -near[number])
    found = search_by_vector(question, vector, asked.vectors, corpus=BLOG, k=k)
    fused = fuse([dense, sparse, by_tokens], (1.0, 1.0, 3.0))[:k]
    assert [(BLOG.numbers[p.chunk.id], p.score) for p in found] == fused
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)


def test_as_many_as_asked_for_however_many() -> None:
    many = shelve(Article("m", "Many", "\n\n".join(f"## Part {n}\n\nWord{n} here." for n in range(130))))
    assert len(found_for("here", 120, many)) == 120
    assert len(found_for("here", 1000, many)) == 130
    assert len({p.chunk.id for p in found_for("word7", 130, many)}) == 130


def test_an_empty_index_gives_nothing() -> None:
    empty = corpus_of(Shelf([], np.zeros((0, 64), np.float32)), [], [])
    assert found_for("anything", 5, empty) == []


def test_a_chunk_that_the_corpus_does_not_know_is_passed_over() -> None:
    unknown = Chunk("gone", 0, (), "Reach for your toes.", 0, 20)
    found = found_for("toes", 9, shelve(SEATED, extra=[unknown]))
    assert {p.chunk.article_id for p in found} == {"s"}


def test_what_is_indexed_is_title_headings_and_body() -> None:
    assert BLOG.texts[BLOG.numbers[BLOG.chunks[1].id]].startswith("Seated stretch. Steps\n")


def test_the_search_leans_towards_what_was_asked_before_and_reading_does_not() -> None:
    asked = Question("how long? (stretch)", "how long?")
    alone = embed_question(asked, EMBEDDER)
    within = embed_question(asked, EMBEDDER, Context("seated stretch", weights={"seat": 0.3}, share=0.5))
    earlier = EMBEDDER.embed_query("seated stretch how long?")
    assert alone.search_vector is alone.vector and not alone.weights
    assert np.array_equal(within.vector, alone.vector) and within.weights == {"seat": 0.3}
    assert earlier @ within.search_vector > earlier @ alone.vector
    assert len(within.search_tokens) == 4 and len(within.tokens.vectors) == 2
    assert abs(float(within.search_vector @ within.search_vector) - 1) < 1e-6


# --- fusion, against the formula written out

rankings = st.lists(st.lists(st.integers(0, 12), unique=True, max_size=10), max_size=4)


@given(rankings, st.integers(1, 100))
def test_it_is_the_sum_of_one_over_k_plus_rank(ranks: list[list[int]], k: int) -> None:
    fused = fuse(ranks, k=k)
    assert {key for key, _ in fused} == {key for ranking in ranks for key in ranking}
    for key, score in fused:
        wanted = sum(1 / (k + ranking.index(key) + 1) for ranking in ranks if key in ranking)
        assert score == pytest.approx(wanted)


@given(rankings)
def test_best_comes_first_and_ties_in_order_of_first_sight(ranks: list[list[int]]) -> None:
    fused = fuse(ranks)
    seen = list(dict.fromkeys(key for ranking in ranks for key in ranking))
    assert fused == sorted(fused, key=lambda item: (-item[1], seen.index(item[0])))


@given(st.lists(st.integers(), unique=True))
def test_one_ranking_keeps_its_order(ranking: list[int]) -> None:
    assert [key for key, _ in fuse([ranking])] == ranking


def test_two_that_agree_beat_one_that_is_sure() -> None:
    assert next(key for key, _ in fuse([["a", "b", "c"], ["d", "b", "e"]])) == "b"
    assert fuse([]) == fuse([[], []]) == []
    assert fuse([["a"]]) == [("a", 1 / (RRF_K + 1))]
