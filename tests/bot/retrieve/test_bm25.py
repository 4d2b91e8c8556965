"""Words and BM25: against a naive implementation of the formula, and how words are folded."""

from __future__ import annotations

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retrieve.bm25 import build
from bot.text.tokens import STOPWORDS, content_stems, fold, overlap, stem, stems, words

_vocabulary = (
    "stretch stretches stretching hold the how back hamstring Straße naïve you're 30 sciatica".split()
)
documents = st.lists(st.lists(st.sampled_from(_vocabulary), max_size=15).map(" ".join), max_size=8)
questions = st.lists(st.sampled_from([*_vocabulary, "unheard"]), max_size=6).map(" ".join)


def naive(texts: list[str], question: str) -> list[float]:
    """Robertson & Zaragoza (2009), term by term."""
    bags = [Counter(stems(text)) for text in texts]
    mean = max(sum(bag.total() for bag in bags) / len(bags), 1.0) if bags else 1.0
    totals = []
    for bag in bags:
        total = 0.0
        for term in set(content_stems(question) or stems(question)):
            df = sum(term in other for other in bags)
            idf = math.log(1 + (len(bags) - df + 0.5) / (df + 0.5))
            total += idf * bag[term] * 2.2 / (bag[term] + 1.2 * (1 - 0.75 + 0.75 * bag.total() / mean))
        totals.append(total)
    return totals


@given(documents, questions)
def test_bm25_is_the_formula(texts: list[str], question: str) -> None:
    scores = build(texts).scores(question)
    assert scores.shape == (len(texts),)
    assert np.allclose(scores, naive(texts, question), rtol=1e-4, atol=1e-5)
    ranked = sorted(range(len(texts)), key=lambda number: -scores[number])
    for k in (1, 3, 9):
        assert build(texts).best(question, k) == [number for number in ranked if scores[number] > 0][:k]


@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=40))
def test_any_text_is_scored_and_never_below_nought(texts: list[str], question: str) -> None:
    scores = build(texts).scores(question)
    assert np.isfinite(scores).all() and (scores >= 0).all()


@given(documents)
def test_a_rarer_word_tells_more(texts: list[str]) -> None:
    index = build(texts)
    by_df = sorted(index.postings, key=lambda one: len(index.postings[one][0]))
    idfs = [index.idf(one) for one in by_df]
    assert idfs == sorted(idfs, reverse=True)
    assert index.idf("unheard") == pytest.approx(math.log(2 * len(texts) + 2))


@given(st.text())
def test_words_have_true_offsets(text: str) -> None:
    at = 0
    for word, start, end in words(text):
        assert at <= start < end <= len(text)
        assert fold(text[start:end]) == word
        at = end


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Café", "cafe"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("physio’s", "physio"), ("don’t", "don't"),
        ("ﬁne", "fine"), ("hamstrings'", "hamstrings"), ("İt", "it"),
    ],
)  # fmt: skip
def test_fold(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_a_word_is_found_in_any_form_case_and_spelling() -> None:
    index = build(["Stretching your HAMSTRINGS.", "A café in Nice."])
    assert index.scores("hamstring stretches").argmax() == 0
    assert index.scores("CAFE").argmax() == 1
    assert "hamstrings" in index.vocabulary


def test_a_question_of_stop_words_alone_is_still_searched() -> None:
    assert content_stems("who are you?") == []
    assert build(["who are you", "stretch"]).scores("Who are you?").argmax() == 0


def test_stop_words_are_as_words_come_out_of_fold() -> None:
    unreachable = {word for word in STOPWORDS if fold(word) != word and fold(word) not in STOPWORDS}
    assert not unreachable


@given(st.sets(st.text(max_size=3)), st.sets(st.text(max_size=3)))
def test_overlap_is_a_share(wanted: set[str], having: set[str]) -> None:
    share = overlap(wanted, having)
    assert 0 <= share <= 1
    assert share == (len(wanted & having) / len(wanted) if wanted else 0)


def test_stemming_is_the_same_in_every_thread() -> None:
    forms = [
        f"{root}{end}" for root in ("stretch", "hold", "train", "walk") for end in ("", "es", "ing", "ed")
    ] * 50
    stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(stem, forms))
    stem.cache_clear()
    assert together == [stem(form) for form in forms]
