"""axe-core finds nothing to complain of, in each state of each page: two of the four views of tests/support/axe.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe import STATES, TOURS, VIEWS, Look, Site, opened, script, site

pytestmark = pytest.mark.browser
SOME = (VIEWS[0], VIEWS[3])  # both widths, both schemes; python tests/support/axe.py has the others, too


@pytest.fixture(scope="module")
def axe() -> str:
    return script()


@pytest.fixture(scope="module")
def on(axe: str) -> Iterator[Site]:
    with site() as served:
        yield served


@pytest.mark.parametrize(("width", "scheme"), SOME)
@pytest.mark.parametrize("tour", TOURS, ids=lambda tour: tour.__name__)
def test_nothing_is_wrong(chromium: Any, on: Site, axe: str, tour: Any, width: int, scheme: str) -> None:
    look = Look(axe)
    tour(chromium, on, look, width, scheme)
    assert look.wrong == []
    assert len(look.runs) >= {"window": len(STATES), "pages": 7, "widget": 6}[tour.__name__]


def test_what_is_wrong_is_seen(chromium: Any, on: Site, axe: str) -> None:
    look = Look(axe)
    with opened(chromium, on.chat, 360, "light") as page:
        page.wait_for_selector(".fn-welcome .fn-chip")
        page.evaluate("document.querySelector('.fn-lead').style.color = '#ddd'")
        look.at(page, "pale")
    assert [one.split(": ")[:2] for one in look.wrong] == [["pale", "color-contrast"]]
