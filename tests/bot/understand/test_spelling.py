"""Typing mistakes: against a naive distance, and what is never touched."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from subject import HEALTH

from bot.eval.sets.folder import read_set
from bot.retrieve.bm25 import build
from bot.text.tokens import STOPWORDS, content_stems, words
from bot.understand.clean import plain_words
from bot.understand.spelling import correct, nearest, similar_start, sound_key
from ingest.embedder import open_embedder

ROOT = Path(__file__).resolve().parents[3]

BLOG = (
    "hamstring",
    "hamstrings",
    "stretch",
    "back",
    "pain",
    "sciatica",
    "seated",
    "standing",
    "massage",
    "pelvis",
    "tight",
)
EVERYDAY = {"plates", "pilates", "kitchen", "hold", "knee", "long"}
short = st.text("abest", min_size=1, max_size=10)


def mend(question: str) -> str:
    return correct(question, vocabulary=BLOG, is_common=lambda word: word in EVERYDAY)


def edits(a: str, b: str) -> int:
    """Optimal string alignment, by its definition."""
    table = [[i + j if 0 in (i, j) else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            best = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, table[i - 2][j - 2] + 1)
            table[i][j] = best
    return table[-1][-1]


@given(short, st.lists(short, max_size=6))
def test_the_nearest_word_is_the_nearest_that_a_slip_explains(word: str, vocabulary: list[str]) -> None:
    limit = 1 if len(word) < 8 else 2
    near = [
        (edits(word, other), -len(other), other)
        for other in vocabulary
        if len(other) >= 4 and other[0] in word[:2] and edits(word, other) <= limit
        if len(word) != 4 or sorted(word) == sorted(other)
    ]
    assert nearest(word, vocabulary) == (min(near)[2] if near else None)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tihgt hamstirngs", "tight hamstrings"),
        ("HAMSTRNIG pain", "hamstring pain"),
        ("siatica?", "sciatica?"),
        ("bakc, pian", "back, pain"),
        ("massge's", "massage"),
        ("the seatd one", "the seated one"),
        ("wihch stretch", "which stretch"),
    ],
)
def test_mistakes_are_corrected_and_all_else_stays(typed: str, meant: str) -> None:
    assert mend(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "pilates", "stretching and stretched", "bcak", "nee pain", "xyzzy", "COVID-19", "l5s1", "don't", "what's up?", "bck",
        "", "???", "你好", "the plates in my kitchen",
    ],
)  # fmt: skip
def test_what_is_known_short_or_far_from_all_stays(question: str) -> None:
    expected = {"bcak": "back"}.get(question, question)
    assert mend(question) == expected


@given(st.lists(st.sampled_from([*BLOG, *sorted(EVERYDAY), *sorted(STOPWORDS)]), max_size=8).map(" ".join))
def test_a_question_without_mistakes_is_left_alone(question: str) -> None:
    assert mend(question) == question


@given(st.text())
def test_any_text_comes_back_and_mending_it_again_changes_nothing(text: str) -> None:
    once = mend(text)
    assert mend(once) == once


def test_an_empty_blog_mends_nothing_but_everyday_words() -> None:
    assert correct("hamstirngs", vocabulary=(), is_common=lambda word: False) == "hamstirngs"


def test_heavy_mistakes_against_rightly_spelt_rare_words() -> None:
    """On questions written for this, with the sample blog's words: how many are corrected, how many spoilt."""
    articles = read_set(ROOT / "data/eval/sample").articles
    texts = [f"{article.title}\n{article.text}" for article in articles]
    pairs = {pair for text in texts for pair in pairwise([word for word, _, _ in words(text)])}
    count = open_embedder().count  # the tokeniser alone

    def corrected(typed: str) -> str:
        return correct(
            typed,
            vocabulary=build(texts).vocabulary,
            is_common=lambda word: count(word) == 1,
            adjacent=lambda first, second: (first, second) in pairs,
        )

    wrong, right = (
        [
            json.loads(line)
            for line in (ROOT / f"data/eval/spelling/{name}.jsonl").read_text(encoding="utf-8").split("\n")
            if line
        ]
        for name in ("misspelt", "right")
    )
    found = [
        set(content_stems(r["meant"])) <= set(content_stems(plain_words(corrected(r["typed"]), HEALTH)))
        for r in wrong
    ]
    spoilt = [r["typed"] for r in right if corrected(r["typed"]) != r["typed"]]
    assert len(found) >= 80 and sum(found) >= 0.88 * len(found), sum(found)
    assert len(right) >= 100 and len(spoilt) <= 0.07 * len(right), spoilt


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("syatica", "sciatica"), ("masage thearpy", "massage thearpy"), ("backpain", "back pain"), ("howlong", "how long"),
        ("stif back", "stiff back"), ("tigt", "tigt"), ("ask Mandy Strech", "ask Mandy Strech"), ("Tight Hamstirng", "Tight hamstring"),
        ("stretchers", "stretchers"), ("wie lange soll ich stretchen", "wie lange soll ich stretchen"),
    ],
)  # fmt: skip
def test_by_ear_joined_doubled_named_and_foreign(typed: str, meant: str) -> None:
    blog = {*BLOG, "stiff", "stretching"}
    assert (
        correct(
            typed,
            vocabulary=blog,
            is_common=lambda word: word in {"ask", "stretch", "lange"},
            adjacent=lambda first, second: (first, second) == ("back", "pain"),
        )
        == meant
    )


def test_of_two_that_are_equally_near_the_conversations_word_wins() -> None:
    blog = {"thighs", "tight"}
    assert nearest("thight", blog) == "thighs" and nearest("thight", blog, preferred={"tight"}) == "tight"


@pytest.mark.parametrize(
    ("one", "other"),
    [("sciatica", "syatica"), ("buttocks", "buttox"), ("tight", "tite"), ("chronic", "cronick"), ("circulation", "circulashun")],
)  # fmt: skip
def test_what_sounds_the_same_has_the_same_key(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other) and similar_start(one, other)
    assert sound_key(one) != sound_key(one + "able")
