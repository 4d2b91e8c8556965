"""Words shared by quotes and gold, by hand."""

from __future__ import annotations

import pytest

from bot.eval.measures.word_overlap import best_overlap, normalised_words, word_overlap
from bot.eval.sets.case import Case
from ingest.article import Article

TEXT = "Rest the knee for a week. Then walk slowly. Swim if it aches. Tea is no cure."
ARTICLES = {"knee": Article("knee", "Knee", TEXT, None)}


def span(words: str) -> tuple[str, int, int]:
    at = TEXT.index(words)
    return "knee", at, at + len(words)


REST, WALK, SWIM, TEA = (span(f"{s}.") for s in TEXT.rstrip(".").split(". "))


def test_words_are_normalised_as_squads_script_does() -> None:
    assert normalised_words("The knee, A week; an Ache's (then)!") == ["knee", "week", "aches", "then"]
    assert normalised_words("theory and atheism") == ["theory", "and", "atheism"]  # only whole articles go


def test_words_count_as_often_as_both_have_them() -> None:
    overlap = word_overlap("walk, walk and walk slowly", "walk slowly")
    assert overlap == pytest.approx((2 / 5, 1.0, 4 / 7))
    assert word_overlap("walk", "swim") == (0, 0, 0)
    assert word_overlap("", "swim") == (0, 0, 0) and word_overlap("the", "an") == (1, 1, 1)


def test_the_best_alternative_counts() -> None:
    either = Case("1", "What helps?", any=(SWIM, WALK))
    assert best_overlap(either, [WALK], ARTICLES) == (1, 1, 1)
    assert best_overlap(either, [WALK, TEA], ARTICLES) == pytest.approx((3 / 7, 1.0, 0.6))


def test_spans_that_answer_only_together_are_joined() -> None:
    both = Case("1", "What do I do first, and then?", all=(REST, WALK))
    assert best_overlap(both, [REST, WALK], ARTICLES).f1 == 1
    half = best_overlap(both, [REST], ARTICLES)
    assert half.precision == 1 and half.recall == pytest.approx(4 / 7)


def test_all_marked_sentences_together_are_an_alternative() -> None:
    marked = Case("1", "What do I do?", any=(REST, WALK), marked=(REST, WALK))
    assert best_overlap(marked, [REST, WALK], ARTICLES).f1 == 1


def test_a_sentence_that_is_quoted_twice_counts_once() -> None:
    case = Case("1", "What do I do first?", any=(REST,))
    assert best_overlap(case, [REST, REST], ARTICLES).f1 == 1
    assert best_overlap(case, [], ARTICLES) == (0, 0, 0)
