"""SIGKILL at any moment of a sync: a reader finds the state before or the state after, whole."""

from __future__ import annotations

import sys

import pytest

from bot.bench import crash


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_fifty_kills() -> None:
    report = crash.run(50)
    assert report.problems == ()
    assert report.between == 0
    assert report.before + report.after == 50
    assert report.before and report.after
