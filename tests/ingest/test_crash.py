"""SIGKILL at any moment of a sync: a reader finds the state before or the state after, whole."""

from __future__ import annotations

import sys

import pytest

from bot.bench import crash

ROUNDS = 16


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_kills_leave_the_state_before_or_after() -> None:
    report = crash.run(ROUNDS, real=1)
    assert report.problems == ()
    assert report.between == 0
    assert report.before + report.after == ROUNDS
    assert report.before and report.after
