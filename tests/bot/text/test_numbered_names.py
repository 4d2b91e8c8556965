"""Names with numbers, weekdays and months, and that plain amounts are none."""

from __future__ import annotations

import pytest
from growth import grows_linearly
from hypothesis import given
from texts import texts

from bot.text.numbered_names import codes, months, names


def values(text: str, kind: str, *kinds: str) -> set[str]:
    return {value for found, value in names(text, kinds) if found == kind}


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("What happens in week 6?", "week", {"6"}), ("Weeks 6 to 9 are harder.", "week", {"6", "7", "8", "9"}),
        ("weeks two and five", "week", {"2", "5"}), ("the third week", "week", {"3"}), ("Week 2-4", "week", {"2", "3", "4"}),
        ("Type 2 is commoner than type 1.", "type", {"1", "2"}), ("Stage 3", "stage", {"3"}),
        ("K2 and vitamin K-1", "k", {"1", "2"}), ("between T11/T12", "pair", {"t11/t12"}), ("T11-T12", "t", {"11", "12"}),
        ("omega-3 oils", "omega", {"3"}), ("Wed and Friday", "weekday", {"2", "4"}), ("Tue to Fri", "weekday", {"1", "2", "3", "4"}),
        ("Saturday to Monday", "weekday", {"5", "6", "0"}), ("at weekends", "weekday", {"5", "6"}),
        ("a Grade II sprain", "grade", {"2"}), ("types ii and iii", "type", {"2", "3"}), ("Phases I–III", "phase", {"1", "2", "3"}),
    ],
)  # fmt: skip
def test_names_are_found_with_their_ranges(text: str, kind: str, found: set[str]) -> None:
    assert values(text, kind) == found


@pytest.mark.parametrize(
    "text",
    ["Rest for 3 weeks.", "I run every week 12 km.", "two weeks later", "5000 IU", "It was 2023.", "a week 30 min",
     "We sat in the sun.", "aged 40", "3 sets of 12", "the COVID19 years", "the day I ran", "the week I've been off"],
)  # fmt: skip
def test_amounts_years_and_common_words_are_no_names(text: str) -> None:
    assert not names(text)


def test_a_known_kind_may_be_written_apart_from_its_number() -> None:
    assert values("the plant 7 pose", "plant", "plant") == {"7"}
    assert not names("the plant 7 pose")
    assert codes("The plant7 pose and B9, not week 3.") == {"plant", "b"}


def test_months_go_round_the_year() -> None:
    assert {int(value) for _, value in months("November to February")} == {10, 11, 0, 1}
    assert not months("you may sit in the sun")


@given(texts)
def test_any_text_is_read(text: str) -> None:
    assert all(kind and value for kind, value in names(text) | months(text))


def test_long_texts_take_no_longer_than_they_must() -> None:
    grows_linearly(lambda text: names(text, ("plant",)), "weeks 1 to 2 and plant 4 " * 4000)
