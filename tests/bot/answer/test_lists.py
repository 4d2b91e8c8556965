"""Lists asked for by name: numbered headings or items, and nothing when more is asked."""

from __future__ import annotations

import pytest
from subject import HEALTH

from bot.answer.lists.names import members_named
from ingest.article import Article

POST = Article(
    "a",
    "Tight calves",
    "## Calf Stretches for Sore Feet\n\nHere are some:\n\n### 1. Wall Stretch\n\n- Lean in.\n- Hold.\n\n"
    "### 2. Towel Stretch\n\n- Sit.\n- Pull.\n\n## Tips\n\n- Drink.\n- Rest.\n",
)


@pytest.mark.parametrize(
    ("question", "first", "count"),
    [
        ("which stretches do you recommend?", "1. Wall Stretch", 2),
        ("list the stretches", "1. Wall Stretch", 2),
        ("What are the best calf stretches?", "1. Wall Stretch", 2),
        ("what tips are there?", "Drink.", 2),
        ("which stretches help with sciatica?", "", 0),
        ("which of the stretches uses a towel?", "", 0),
        ("how long do I hold the stretches?", "", 0),
        ("what stretch is done at a wall?", "", 0),
    ],
)
def test_named_lists(question: str, first: str, count: int) -> None:
    members = members_named(question, POST, HEALTH)
    assert len(members) == count
    if members:
        assert POST.text[members[0].start : members[0].end] == first
