"""What is quoted of a reading: kinds of answers, lists and their items, parts, posts that differ."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings import by_id, reading
from subject import HEALTH
from texts import texts

from bot.answer import phrases as notes
from bot.answer.citations import footnote, verify
from bot.answer.disagreements import values
from bot.answer.draft import Draft, join
from bot.answer.lists import without_other_steps
from bot.answer.lists.places import places_asked
from bot.answer.quotes import quote_lines
from bot.understand.answer_type import ANSWER_TYPES, answer_type_of
from ingest.article import Article

CALVES = Article(
    "c",
    "Calm calves",
    "Calves get tight from running. They carry your weight all day. A roller loosens them in two minutes. "
    "Roll slowly over each calf.\n\n## Steps\n\n1. Sit on the floor.\n2. Put the roller under one calf.\n3. Roll to the knee.\n"
    "4. Change legs.\n\n## Tips\n\nKeep these in mind:\n\n- Breathe out.\n- Never roll a bone.\n- Drink water.\n",
)  # fmt: skip


def lines(question: str, odds: dict[str, float], *articles: Article) -> list[str]:
    blog = list(articles) or [CALVES]
    written, citations = footnote(
        quote_lines(question, reading(blog, odds), by_id(blog), HEALTH), by_id(blog)
    )
    assert verify("\n".join(written), citations, by_id(blog))
    return [re.sub(r" \[\d+\]", "", line) for line in written]


def test_the_sentence_that_holds_the_kind_of_answer_is_quoted_alone() -> None:
    odds = {"Roll slowly": 0.4, "A roller": 0.3, "Calves get": 0.2}
    assert lines("how long do I roll?", odds) == ["A roller loosens them in two minutes."]
    assert len(lines("tell me about rolling", odds)[0].split(". ")) >= 3


def test_beside_the_best_sentence_less_is_enough() -> None:
    beside = lines("tell me about rolling", {"A roller": 0.5, "Roll slowly": 0.09})
    assert beside == ["A roller loosens them in two minutes. Roll slowly over each calf."]
    assert lines("tell me about rolling", {"A roller": 0.5, "Calves get": 0.09}) == [
        "A roller loosens them in two minutes."
    ]


def test_another_post_needs_more_than_the_same_one() -> None:
    other = Article("o", "Ovens", "Roll the dough thin. It rests for an hour.")
    best = {"A roller": 0.5, "Calves get": 0.2}
    assert len(lines("tell me about rolling", best, CALVES, other)[0].split(". ")) == 2
    shown = " ".join(lines("tell me about rolling", {"A roller": 0.5, "Roll the dough": 0.2}, CALVES, other))
    assert "A roller" in shown and "dough" not in shown
    shown = " ".join(lines("tell me about rolling", {"A roller": 0.5, "Roll the dough": 0.3}, CALVES, other))
    assert "dough" in shown


def test_what_is_lacking_is_said_before_what_there_is() -> None:
    said = lines("how often do I roll?", {"Roll slowly": 0.6})
    assert said == [notes.lacks("how often"), "Roll slowly over each calf."]


@pytest.mark.parametrize(
    ("question", "name", "gives", "gives_not"),
    [
        ("how long do I hold it", "duration", "Hold for 20-30 seconds.", "Hold and switch legs."),
        ("how many minutes?", "duration", "It takes half an hour.", "Hold it three times."),
        ("How often should I stretch?", "frequency", "Stretch twice a day.", "Hold for 30 seconds."),
        ("how many times a week", "frequency", "Make it part of your daily routine.", "Repeat it."),
        ("how many reps", "count", "Repeat two to three times.", "Repeat until tired."),
        ("which leg first?", "side", "Begin with the left leg.", "Begin slowly."),
        ("why does it hurt?", "why", "It hurts because the nerve is pinched.", "Stretch often."),
    ],
)  # fmt: skip
def test_kinds(question: str, name: str, gives: str, gives_not: str) -> None:
    kind = answer_type_of(question)
    assert kind is not None and kind.name == name
    assert kind.answer.search(gives) and not kind.answer.search(gives_not)
    assert answer_type_of("what is sciatica?") is None


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("the first two steps", [0, 1]), ("just the last step", [3]), ("what is step 3?", [2]), ("steps 2 and 4", [1, 3]),
        ("steps 2 to 4", [1, 2, 3]), ("the third tip", [2]), ("the last 2 steps please", [2, 3]), ("step 9", []), ("the first step", [0]),
        ("all the steps", None), ("how many steps are there", None), ("what do I do first", None), ("first thing in the morning", None),
    ],
)  # fmt: skip
def test_items_asked_for_by_place(question: str, places: list[int] | None) -> None:
    assert places_asked(question, 4, HEALTH) == places


def test_a_list_whole_or_by_the_items_asked_for() -> None:
    odds = {"Sit on": 0.5, "Put the": 0.2, "Roll to": 0.1, "Change": 0.1}
    whole = [
        "1. Sit on the floor.",
        "2. Put the roller under one calf.",
        "3. Roll to the knee.",
        "4. Change legs.",
    ]
    source = notes.source(CALVES, dated=False)  # "Steps" says nothing by itself
    assert lines("how do I roll my calves?", odds) == [source, *whole]
    assert lines("the first two steps of rolling", odds) == [source, *whole[:2]]
    assert lines("just the last step of rolling", odds) == [source, whole[3]]
    assert lines("step 9 of rolling", odds) == []


def test_the_lists_of_all_that_are_named() -> None:
    poses = Article(
        "p",
        "Poses",
        "## 1. Cat Pose\n\n- Kneel.\n- Round your back.\n\n## 2. Cobra Pose\n\n- Lie down.\n- Lift your chest.\n\n"
        "## 3. Tree Pose\n\n- Lift a foot.\n- Balance.\n",
    )
    said = lines("how do I do the cat and the tree pose?", {"Round": 0.8, "Balance": 0.1}, poses)
    assert said == [
        "**1\\. Cat Pose**",
        "- Kneel.",
        "- Round your back.",
        "**3\\. Tree Pose**",
        "- Lift a foot.",
        "- Balance.",
    ]


def test_a_line_that_introduces_a_list_brings_its_list() -> None:
    said = lines("who should keep what in mind?", {"Keep these": 0.9, "Drink": 0.05})
    assert said == ["**Tips**", "- Breathe out.", "- Never roll a bone.", "- Drink water."]


OLD = Article(
    "o", "Rolling [1]", "Roll each calf for 30 seconds.\n\nDo not roll a sore calf.\n", published="2023-01-02"
)
NEW = Article(
    "n", "Rolling again", "Roll each calf for two minutes.\n\nRoll a sore calf.\n", published="2025-03-04"
)
YEARLESS = Article("y", "Rolling in June", "Roll each calf for 90 seconds to 2 minutes.\n", published="Jun 9")
UNDATED = Article("u", "On rolling", "Roll each calf for ten minutes.\n")


def test_posts_that_differ_are_both_quoted_with_their_dates_newest_first() -> None:
    odds = {"Roll each calf for 30": 0.5, "Roll each calf for two": 0.3, "Roll each calf for ten": 0.2}
    assert lines("how long do I roll each calf?", odds, UNDATED, OLD, NEW) == [
        notes.DIFFER,
        "From “Rolling again” (4 March 2025):", "Roll each calf for two minutes.",
        "From “Rolling \\[1\\]” (2 January 2023):", "Roll each calf for 30 seconds.",
        "From “On rolling”:", "Roll each calf for ten minutes.",
    ]  # fmt: skip
    assert (
        lines("can I roll a sore calf?", {"Do not roll": 0.5, "Roll a sore": 0.4}, OLD, NEW)[0]
        == notes.DIFFER
    )
    odds = {"Roll each calf for 90": 0.5, "Roll each calf for ten": 0.4}
    assert [x for x in lines("how long do I roll each calf?", odds, UNDATED, YEARLESS) if x.startswith("From")] == [
        "From “Rolling in June” (Jun 9):", "From “On rolling”:",
    ]  # fmt: skip


def test_posts_that_agree_or_speak_of_other_things_do_not_differ() -> None:
    odds = {"Roll each calf for 90": 0.5, "Roll each calf for two": 0.4}
    assert notes.DIFFER not in lines("how long do I roll each calf?", odds, YEARLESS, NEW)
    other = Article("t", "Thighs", "Massage a thigh for ten minutes.\n")
    assert notes.DIFFER not in lines("how long?", {"Roll each calf for two": 0.5, "Massage": 0.4}, NEW, other)
    alike = [
        Article("a", "Seated roll", "Roll it for 5 minutes.\n"),
        Article("b", "Standing roll", "Roll it for 9 minutes.\n"),
    ]
    assert notes.DIFFER not in lines(
        "how long do I roll it?", {"Roll it for 5": 0.5, "Roll it for 9": 0.4}, *alike
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("duration", "for 20 to 30 seconds", ("time", 20, 30)), ("duration", "half an hour", ("time", 1800, 1800)), ("duration", "a minute", ("time", 60, 60)),
        ("frequency", "twice a day", ("rate", 2, 2)), ("frequency", "every other day", ("rate", 0.5, 0.5)),
        ("frequency", "3-4 times per week", ("rate", 3 / 7, 4 / 7)), ("frequency", "daily", ("rate", 1, 1)),
        ("count", "repeat three times", ("times", 3, 3)), ("count", "two sets", ("set", 2, 2)),
        ("duration", "for two months", ("time", 5_184_000, 5_184_000)), ("duration", "every two days", None), ("count", "three times a day", None),
        ("amount", "200 grams of flour", ("mass", 200, 200)), ("amount", "half a litre", ("volume", 0.5, 0.5)), ("frequency", "three times per arm, every day", ("rate", 1, 1)),
    ],
)  # fmt: skip
def test_values(kind: str, text: str, value: tuple[str, float, float] | None) -> None:
    found = values(next(k for k in ANSWER_TYPES if k.name == kind), text)
    rounded = [(unit, round(low, 3), round(high, 3)) for unit, low, high in found]
    assert rounded == ([(value[0], round(value[1], 3), round(value[2], 3))] if value else [])


def test_the_part_that_is_not_answered_is_named() -> None:
    answer = tuple(quote_lines("how long?", reading([CALVES], {"A roller": 0.9}), by_id([CALVES]), HEALTH))
    two = [Draft("how long?", answer, 0.9), Draft("what [1] costs it? (roller)", (), 0.1)]
    written, citations = footnote(join(two), by_id([CALVES]))
    assert written[-1] == "The blog does not seem to say: “what \\[1\\] costs it”."
    assert verify("\n".join(written), citations, by_id([CALVES]))
    assert join([Draft("a?", (), 0.1), Draft("b?", (), 0.1)]) == []


def test_a_part_is_not_called_unanswered_where_its_nearest_sentence_is_quoted() -> None:
    answer = tuple(quote_lines("how long?", reading([CALVES], {"A roller": 0.9}), by_id([CALVES]), HEALTH))
    span = next((e.passage.chunk.article_id, e.start, e.end) for line in answer for e in line.evidence)
    assert join([Draft("how long?", answer, 0.9), Draft("what?", (), 0.3, nearest=(span,))]) == list(answer)


def test_what_two_parts_quote_is_quoted_once() -> None:
    answer = tuple(quote_lines("how long?", reading([CALVES], {"A roller": 0.9}), by_id([CALVES]), HEALTH))
    assert join([Draft("how long?", answer, 0.9), Draft("how many minutes?", answer, 0.9)]) == list(answer)


@given(
    st.text(max_size=40)
    | st.sampled_from(["how do I do the steps", "how often?", "list all the tips", "is it safe"]),
    st.lists(texts, min_size=1, max_size=3),
)
def test_whatever_is_composed_is_verified_and_what_has_no_marker_is_a_note(
    question: str, blog: list[str]
) -> None:
    articles = [Article(str(n), f"Post {n} [1]", text, published="2020") for n, text in enumerate(blog)]
    draft = join(
        [
            Draft(
                question,
                tuple(quote_lines(question, reading(articles, {"hold": 0.5}), by_id(articles), HEALTH)),
                0.9,
            )
        ]
    )
    written, citations = footnote(draft, by_id(articles))
    assert not citations or verify("\n".join(written), citations, by_id(articles))
    notes_in_it = {line.text for line in draft if line.kind == "note"}
    own = {
        notes.DIFFER,
        *(notes.lacks(k.missing) for k in ANSWER_TYPES),
        *(notes.source(a, dated=d) for a in articles for d in (True, False)),
    }
    assert notes_in_it <= own
    assert all(re.search(r"\[\d+\](?:\*\*)?$|\[\d+\] ", line) for line in written if line not in notes_in_it)


@pytest.mark.parametrize(
    ("limit", "comes_along"),
    [("Never use it for longer than a week.", True), ("The maximum is 80 ml.", True), ("Stop if the skin reddens.", True),
     ("Keep it in the fridge.", False)],
)  # fmt: skip
def test_an_amount_brings_the_limit_that_follows(limit: str, comes_along: bool) -> None:
    oil = Article("o", "Oil", f"Rub in 20 ml of oil. {limit} The smell stays.")
    said = lines("how many ml of oil?", {"Rub in": 0.6}, oil)
    assert (limit in said[0]) is comes_along
    assert "smell" not in said[0]


TEA = Article(
    "t",
    "Tea at home",
    "Boiling water is bad for white tea. Green tea is tea whose leaves were steamed.\n\n## New hours\n\n"
    "From May the shop keeps these hours:\n\n| Day | Open |\n|---|---|\n| Monday | 9 to 5 |\n| Friday | 9 to 8 |\n\nRing first.\n\n"
    "## A rule\n\nThere is one rule:\n\nWarm the pot.\n\n## News\n\nTwo teas get dearer in June. Sencha costs 9 pounds. Assam costs 7 pounds. Milk stays free.\n\n"
    "## Making it\n\nGood tea takes two stages.\n\n- Pour.\n- Wait.\n",
)  # fmt: skip


def test_what_defines_comes_first() -> None:
    said = lines("what is green tea?", {"Boiling": 0.5, "Warm": 0.3, "Green tea": 0.02}, TEA)
    assert said[0] == "Green tea is tea whose leaves were steamed."


def test_a_lead_in_brings_what_it_introduces() -> None:
    said = lines("what changes in May?", {"From May": 0.6}, TEA)
    assert said[0] == "From May the shop keeps these hours:"
    assert "9 to 8" in said[-1] and not any("Ring" in line for line in said)
    assert lines("what is the rule?", {"There is": 0.6}, TEA) == ["There is one rule:", "Warm the pot."]


def test_a_number_of_things_brings_as_many() -> None:
    said = lines("what gets dearer?", {"Two teas": 0.6}, TEA)
    assert said == ["Two teas get dearer in June. Sencha costs 9 pounds. Assam costs 7 pounds."]
    assert lines("what stages does tea go through?", {"Good tea": 0.6}, TEA) == [
        "Good tea takes two stages.",
        "- Pour.",
        "- Wait.",
    ]


def test_steps_of_another_subject_are_no_how_to() -> None:
    read = reading([CALVES], {"Put the roller": 0.6})
    assert without_other_steps("how do I repair a tent?", read, by_id([CALVES])).sentences != read.sentences
    kept = without_other_steps("how do I repair a tent?", read, by_id([CALVES])).sentences
    assert kept and all(one.sentence.kind != "number" for one in kept)
    assert without_other_steps("how do I roll my calves?", read, by_id([CALVES])) is read
    assert without_other_steps("how long do I hold it?", read, by_id([CALVES])) is read
