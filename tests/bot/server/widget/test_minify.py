"""What is served of the widget is made from what is read of it. That it works is seen in Chromium (test_widget.py)."""

from __future__ import annotations

import pytest

from bot.server.widget.minify import NAMES, build, minify_script
from bot.server.widget.script import BUILT


@pytest.mark.parametrize("name", NAMES)
def test_what_is_served_is_made_from_the_current_script(name: str) -> None:
    pytest.importorskip("minify", reason="tdewolff-minify is not installed; `make check` installs it")
    assert (BUILT / name).read_text(encoding="utf-8") == build(name), "run `make widget`"


def test_a_script_that_is_none_is_an_error() -> None:
    pytest.importorskip("minify", reason="tdewolff-minify is not installed; `make check` installs it")
    with pytest.raises(ValueError):
        minify_script("const = (;")
