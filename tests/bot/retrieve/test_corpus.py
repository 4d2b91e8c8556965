"""The corpus of a new generation, made from the one before, is the corpus made from nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.retrieve.bm25 import Keywords, build, update
from bot.retrieve.corpus import Corpus, load_corpus
from ingest.article import Article, chunk
from ingest.config import IndexConfig
from ingest.index import Store, copies

_words = st.lists(st.sampled_from("stretch stretches Café calf it 30 don't ﬁne warm".split()), max_size=4)
_texts = st.lists(_words.map(" ".join), max_size=5)
# A blog: number -> (title, sections, origin); few of each, so that generations share and differ.
_posts = st.tuples(st.sampled_from(["One", "Two"]), _texts, st.sampled_from(["", "file:///a"]))
_blogs = st.dictionaries(st.integers(0, 4), _posts, max_size=4)
Blog = Mapping[int, tuple[str, list[str], str]]


@contextmanager
def stored(blog: Blog) -> Iterator[Store]:
    """A store that holds a blog, as a reader has it."""
    model = FakeEmbedder()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copies.create_store(folder, IndexConfig(), segment="s")
        with closing(Store(folder, writable=True)) as store:
            for number, (title, sections, origin) in blog.items():
                text = "\n\n".join(f"## Part {n}\n\n{words or 'none'}" for n, words in enumerate(sections))
                article = Article(f"a/{number}", title, text, origin=origin)
                pieces = chunk(article, max_tokens=40, overlap=0, count=model.count)
                vectors = model.embed_passages([piece.text for piece in pieces])
                store.replace(article, pieces, vectors, [b"x"] * len(pieces))
        with closing(Store(folder)) as store:
            yield store


def same_words(one: Keywords, other: Keywords) -> bool:
    return (
        one.size == other.size
        and one.vocabulary == other.vocabulary
        and one.postings.keys() == other.postings.keys()
        and all(
            np.array_equal(mine, theirs) and mine.dtype == theirs.dtype
            for key in one.postings
            for mine, theirs in zip(one.postings[key], other.postings[key], strict=True)
        )
    )


def same(one: Corpus, other: Corpus) -> bool:
    return (
        (one.articles, tuple(one.chunks), tuple(one.texts), dict(one.numbers))
        == (other.articles, tuple(other.chunks), tuple(other.texts), dict(other.numbers))
        and list(one.numbers) == [piece.id for piece in one.chunks]
        and same_words(one.keywords, other.keywords)
    )


def grown_from(before: Keywords, known: list[str], texts: list[str]) -> Keywords:
    """An index of texts made from that of others; each that is in both is taken once."""
    left = {text: number for number, text in enumerate(known)}
    kept = np.array([left.pop(text, -1) for text in texts], np.int32)
    fresh = [text for text, number in zip(texts, kept.tolist(), strict=True) if number < 0]
    return update(before, kept, fresh, [known[n] for n in range(len(known)) if n not in kept])


@given(st.lists(_blogs, min_size=2, max_size=4))
@settings(max_examples=25, deadline=None)
def test_made_from_the_one_before_it_is_the_same(blogs: list[Blog]) -> None:
    before: Corpus | None = None
    for blog in blogs:
        with stored(blog) as store:
            grown = load_corpus(store, before)
            assert same(grown, load_corpus(store))
            assert grown.store is store
        before = grown


def test_what_is_unchanged_is_not_read_again() -> None:
    blog = {n: ("One", ["stretch calf", "warm it"], "") for n in range(3)}
    with stored(blog) as store:
        before = load_corpus(store)
    with stored({**blog, 1: ("One", ["stretch calf", "warm 30"], "")}) as store:
        after = load_corpus(store, before)
    assert len(before.numbers.keys() & after.numbers.keys()) == 5
    assert after.articles["a/0"] is before.articles["a/0"]
    assert after.articles["a/1"] is not before.articles["a/1"]


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), min_size=1, max_size=5))
def test_words_counted_before_count_the_same(generations: list[list[str]]) -> None:
    before, known = build([]), list[str]()
    for texts in generations:
        grown = grown_from(before, known, texts)
        assert same_words(grown, build(texts))
        before, known = grown, texts


def test_words_that_are_gone_are_forgotten_in_the_end() -> None:
    texts = ["kept always"]
    words = build(texts)
    for n in range(20):
        words = grown_from(words, texts, texts := ["kept always", f"once{n} twice{n}"])
    assert words.uses.keys() == words.vocabulary and len(words.postings.ids) == 4
    assert words.vocabulary == {"kept", "always", "once19", "twice19"}


@pytest.mark.parametrize("texts", [[], [""], ["", "a"], ["..."]])
def test_texts_without_words(texts: list[str]) -> None:
    words = build(texts)
    assert words.size == len(texts)
    assert words.scores("a stretch").shape == (len(texts),)
    assert same_words(grown_from(words, texts, ["b", *texts]), build(["b", *texts]))
