"""Lists of an answer as step cards: numbered, without benefit lines, with time for both sides."""

from __future__ import annotations

import re

import pytest
from fake_bot import cite

from bot.server.window import packaged_language
from bot.server.window.footnotes import without_heading_footnotes
from bot.server.window.how_to import find_how_tos
from bot.server.window.html import render_answer
from bot.types import Answer
from ingest.article import Article, blocks

TEXTS = packaged_language("en")


def how_to(*items: str, heading: str = "Calf stretch", sign: str = "- ") -> Answer:
    """An answer that quotes a section whole: its heading as a bold line, then its items."""
    listed = "\n".join(f"{n}. {item}" if sign == "1" else f"- {item}" for n, item in enumerate(items, 1))
    article = Article("calf", "Calves", f"## {heading}\n\n{listed}\n")
    citations = tuple(cite(article, n, quote) for n, quote in enumerate((heading, *items), 1))
    lines = "\n".join(
        f"{f'{n - 1}. ' if sign == '1' else '- '}{item} [{n}]" for n, item in enumerate(items, 2)
    )
    text = f"**{heading}** [1]\n\n{lines}"
    return Answer("How do I stretch my calf?", "How do I stretch my calf?", text, citations, "answered", 0.9)


def texts_of(answer: Answer) -> list[str]:
    steps = find_how_tos(answer, list(blocks(answer.text)))
    return [answer.text[s.block.start : s.block.end] for found in steps.values() for s in found]


def test_steps_are_numbered_and_the_benefit_at_the_end_is_no_step() -> None:
    answer = how_to(
        "Face a wall and step back with one foot.",
        "Hold for 20 seconds, then switch legs.",
        "This stretch helps your ankles to bend.",
        "Do it every day.",
    )
    assert len(texts_of(answer)) == 2
    html = render_answer(answer, 0, TEXTS)
    assert html.count('class="fn-step"') == 2 and '<ol class="fn-steps">' in html
    assert html.index("</ol>") < html.index("This stretch helps") < html.index("Do it every day")


def test_a_note_inside_the_list_belongs_to_the_step_before_it() -> None:
    answer = how_to("Kneel down.", "This should not hurt.", "Hold for 30 seconds.", "Stand up.")
    (steps,) = find_how_tos(answer, list(blocks(answer.text))).values()
    assert [len(step.below) for step in steps] == [1, 0, 0]


@pytest.mark.parametrize(
    "action",
    ["This time hold for 30 seconds.", "Do the other side.", "Use this strap.", "Thighs stay still."],
)
def test_an_action_stays_a_step(action: str) -> None:
    assert len(texts_of(how_to("Kneel down.", "Hold for 30 seconds.", action))) == 3


@pytest.mark.parametrize(
    ("items", "sides"),
    [
        (("Step back.", "Hold for 20 seconds, then switch legs."), 2),
        (("Step back.", "Hold for 20 seconds on each side."), 2),
        (("Step back.", "Hold for 20 seconds.", "Repeat on the other leg."), 2),
        (("Step back.", "Hold for 20 seconds.", "Change sides."), 2),
        (("Step back.", "Hold for 20 seconds.", "Relax."), 1),
        (("Step back.", "Keep both feet flat and hold for 20 seconds."), 1),
        (("Lay one foot on the other leg.", "Hold for 20 seconds."), 1),
    ],
)
def test_a_hold_on_both_sides_has_time_for_both(items: tuple[str, ...], sides: int) -> None:
    answer = how_to(*items, sign="1")
    (steps,) = find_how_tos(answer, list(blocks(answer.text))).values()
    assert [step.hold_time.sides for step in steps if step.hold_time] == [sides]


def test_a_heading_is_no_footnote_and_the_first_step_is_number_one() -> None:
    shown = without_heading_footnotes(how_to("Kneel down.", "Hold for 30 seconds."))
    assert shown.text == "**Calf stretch**\n\n- Kneel down. [1]\n- Hold for 30 seconds. [2]"
    assert [(c.number, c.quote) for c in shown.citations] == [(1, "Kneel down."), (2, "Hold for 30 seconds.")]
    assert re.findall(r"\[(\d)\]", shown.text) == ["1", "2"]


def test_a_heading_that_is_the_answer_keeps_its_footnote() -> None:
    alone = how_to("Kneel down.")
    only = Answer("q", "q", "**Calf stretch** [1]", alone.citations[:1], "answered", 0.9)
    assert without_heading_footnotes(only) == only
    inside = Answer("q", "q", "Calf stretch [1] is one. [2]", alone.citations, "answered", 0.9)
    assert without_heading_footnotes(inside) == inside
