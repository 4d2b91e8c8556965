"""The second net for red flags: what it adds to the patterns, what it may drop, and how it fares on the unseen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.eval.triage import read_cases
from bot.safety.classifier import Alarm, Verdict, counted, load_alarm, pieces, second_look
from bot.safety.rules import load_guide, packaged
from bot.safety.triage import Urgent, triage
from ingest.embedder import Floats, SentenceTransformerEmbedder
from ingest.errors import EmbedderError

HELD_OUT = Path("data/eval/triage-heldout")
OWN = """
[flags.tiddles]
message = "Call your vet."
patterns = ["cat_gone"]
[concepts]
cat_gone = ["zanzibar stretch"]
"""


class Fixed(Alarm):
    """A net that says the same of every message."""

    __slots__ = ()

    def verdict(self, message: str, fired: bool, embed: object) -> Verdict:
        return ANSWERS[message]


ANSWERS = {
    "my foot is floppy": Verdict(True, False),
    "i will not be here next week": Verdict(True, True),
    "how do i stretch?": Verdict(False, False),
    "i have a zanzibar stretch": Verdict(False, False),
    "no feeling between my legs, lost control of my bladder": Verdict(False, False),
}


@pytest.fixture(scope="module")
def net() -> Alarm:
    real = load_alarm()
    return Fixed(*(getattr(real, name) for name in Alarm.__slots__))


def never(text: str) -> Floats:
    raise AssertionError(f"asked for the vector of {text!r}")


def look(net: Alarm, message: str, found: Urgent | None) -> Urgent | None:
    return second_look(message, found, guide=packaged(), net=net, embed=never)


def test_it_raises_an_alarm_where_no_pattern_does(net: Alarm) -> None:
    raised = look(net, "my foot is floppy", None)
    assert raised is not None and raised.flag == "unsure" and not raised.quotes
    assert "{" not in raised.message and "911" in raised.message
    harm = look(net, "i will not be here next week", None)
    assert harm is not None and harm.flag == "self_harm"
    assert look(net, "how do i stretch?", None) is None


def test_it_may_drop_a_pattern_but_not_the_conversations_or_the_owners(net: Alarm, tmp_path: Path) -> None:
    message = "no feeling between my legs, lost control of my bladder"
    found = triage(message)
    assert found is not None and look(net, message, found) is None
    told = Urgent("cauda_equina", "Go now.", quotes=False, repeated=True)
    assert look(net, "how do i stretch?", told) is told
    own = tmp_path / "own.toml"
    own.write_text(OWN, encoding="utf-8")
    guide = load_guide(own)
    theirs = triage("i have a zanzibar stretch", guide=guide)
    assert theirs is not None and theirs.flag == "tiddles"
    kept = second_look("i have a zanzibar stretch", theirs, guide=guide, net=net, embed=never)
    assert kept is theirs


def test_pieces_are_of_unit_length_and_the_same_every_time() -> None:
    idf = np.ones(2**17, np.float32)
    numbers, values = pieces("My foot is floppy, floppy!", idf)
    assert len(set(numbers.tolist())) == len(numbers)
    assert float(np.linalg.norm(values)) == pytest.approx(1.0, abs=1e-5)
    again = pieces("My foot is floppy, floppy!", idf)
    assert np.array_equal(numbers, again[0]) and np.array_equal(values, again[1])
    assert len(counted("")[0]) == len(pieces("?!", idf)[0]) == 0


def test_wording_alone_settles_what_is_plain() -> None:
    real = load_alarm()
    message = "I can't feel anything between my legs and I've lost control of my bladder"
    assert triage(message) is not None
    assert real.verdict(message, True, never).urgent  # no vector is asked for


def test_missing_weights_are_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="Reinstall"):
        load_alarm(tmp_path / "alarm.npz")


@pytest.mark.model
def test_on_messages_that_neither_net_nor_patterns_have_seen() -> None:
    """When this was written: recall .982, false alarms .020; of patterns alone .904 and .054."""
    embedder, real = SentenceTransformerEmbedder(threads=2), load_alarm()
    cases = read_cases(HELD_OUT)
    vectors = dict(
        zip([c.text for c in cases], embedder.embed_passages([c.text for c in cases]), strict=True)
    )
    raised = [
        second_look(
            case.text, triage(case.text), guide=packaged(), net=real, embed=lambda text: vectors[text]
        )
        is not None
        for case in cases
    ]
    red = [r for r, case in zip(raised, cases, strict=True) if case.kind != "ordinary"]
    ordinary = [r for r, case in zip(raised, cases, strict=True) if case.kind == "ordinary"]
    assert len(red) >= 500 and len(ordinary) >= 800
    assert sum(red) / len(red) >= 0.97
    assert sum(ordinary) / len(ordinary) <= 0.025
