"""No compiled pattern of the packages may backtrack exponentially: `re` holds the interpreter's lock meanwhile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pattern_attack
import pytest

from bot.server.guard.proxy import _PAIR
from bot.understand.split_questions import parts_of

ROOT = Path(__file__).parents[1]
HARD_LIMIT = 600  # seconds; far beyond what any machine needs unless a pattern hangs


def test_no_pattern_of_the_packages_is_exponential() -> None:
    paths = [str(ROOT), str(ROOT / "tests" / "support")]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pattern_attack"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            timeout=HARD_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as hung:
        output = hung.stdout.decode() if isinstance(hung.stdout, bytes) else hung.stdout or ""
        pytest.fail(f"a pattern hangs: {output.splitlines()[-1:]}")
    assert done.returncode == 0, [
        line for line in done.stdout.splitlines() if "EXPONENTIAL" in line
    ] or done.stderr
    tried = int(done.stdout.split(maxsplit=1)[0])
    assert tried > 400, f"only {tried} patterns were found"


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:\W*(?:so|but)\b\W*)*\d",
        r"(?:<!--.*?-->\s*)*<p>",
        r"(\w+\s?)+$",
        r"(?:a|a)*b",
        r"(a+)+b",
        r"(?:-?\w*-?)*;",
        r"(?:(?:the )?\w+ ?)+\?",
    ],
)
def test_the_attack_finds_what_is_exponential(pattern: str) -> None:
    assert pattern_attack.explodes(re.compile(pattern, re.DOTALL))


@pytest.mark.parametrize("pattern", [r"a*a*a*a*b", r"\s+$", r".*.*=.*;", r"(?>(?:a+)+)b"])
def test_the_attack_does_not_object_to_what_is_merely_slow(pattern: str) -> None:
    assert not pattern_attack.explodes(re.compile(pattern, re.DOTALL))


def test_a_question_of_many_openings_is_split_at_once() -> None:
    question = "how long does it take? " + "well, ok, so, " * 30 + "nothing"
    assert parts_of(question) == (question,)


@pytest.mark.parametrize("unit", ["a", " ", "a=", '\\"', "for=1 "])
def test_the_header_of_a_proxy_is_read_in_linear_time(unit: str) -> None:
    once, twice = (pattern_attack.seconds(_PAIR, unit * n + "!") for n in (20_000, 40_000))
    assert twice < pattern_attack.CERTAIN or twice < 3 * once
    assert [m[1] for m in _PAIR.finditer('for=192.0.2.1;proto=https; host="a.example"')] == [
        "for",
        "proto",
        "host",
    ]
