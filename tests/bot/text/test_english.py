"""The tables of English words, and the patterns made of them."""

from __future__ import annotations

import re

import pytest

from bot.text.english import CARDINALS, ORDINALS, cardinals, either, negation


def test_numbers_and_ordinals() -> None:
    assert CARDINALS["zero"] == 0 and CARDINALS["nineteen"] == 19 and CARDINALS["ninety"] == 90
    assert list(cardinals(2, 4)) == ["two", "three", "four"] and max(cardinals(18, 30).values()) == 30
    assert [ORDINALS[word] for word in ("first", "1st", "second", "12th")] == [1, 1, 2, 12]


@pytest.mark.parametrize(
    ("text", "negated"),
    [("do not bend", True), ("It doesn’t help", True), ("never", True), ("without a mat", True), ("a knot", False), ("note it", False)],
)  # fmt: skip
def test_negation(text: str, negated: bool) -> None:
    assert (re.search(negation("without"), text) is not None) is negated


def test_either_is_one_group() -> None:
    assert re.fullmatch(rf"{either(cardinals(1, 19))} x", "sixteen x") and not re.fullmatch(
        either("ab"), "ab"
    )
