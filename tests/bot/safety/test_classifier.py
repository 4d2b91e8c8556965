"""The classifier of urgent messages: what it adds to the patterns, what it may dismiss, and how it fares on the unseen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder
from everyday_turns import everyday_turns

from bot.eval.urgent_messages import read_cases
from bot.safety import RedFlags, Urgent, UrgentClassifier, load_classifier, load_guide, packaged_guide
from bot.safety.classifier import Verdict, counted, weighted
from bot.safety.concern import may_be_urgent
from bot.types import Turn
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import Floats, open_embedder
from ingest.errors import EmbedderError

HELD_OUT = Path("data/eval/triage-heldout")
OWN = """
[flags.tiddles]
message = "Call your vet."
patterns = ["cat_gone"]
[concepts]
cat_gone = ["zanzibar stretch"]
"""


ANSWERS = {
    "my foot is floppy": Verdict(True, False),
    "i will not be here next week": Verdict(True, True),
    "how do i stretch?": Verdict(False, False),
    "i have a zanzibar stretch": Verdict(False, False),
    "no feeling between my legs, lost control of my bladder": Verdict(False, False),
}
URGENT = "no feeling between my legs, lost control of my bladder"


class Fixed(UrgentClassifier):
    """Gives the verdicts above."""

    __slots__ = ()

    def verdict(self, message: str, matched: bool, embed: object) -> Verdict:
        return ANSWERS[message]


class Packaged(FakeEmbedder):
    """A fake under the packaged model's name, so that the classifier accepts it."""

    name = DEFAULT_EMBEDDER


def fixed() -> UrgentClassifier:
    real = load_classifier()
    return Fixed(*(getattr(real, name) for name in UrgentClassifier.__slots__))


def urgent(red_flags: RedFlags, message: str) -> Urgent | None:
    found = red_flags.check(message)
    return found if isinstance(found, Urgent) else None


def never(text: str) -> Floats:
    raise AssertionError(f"asked for the vector of {text!r}")


@pytest.fixture(scope="module")
def red_flags() -> RedFlags:
    return RedFlags(packaged_guide(), fixed, Packaged())


def test_it_finds_what_no_pattern_matches(red_flags: RedFlags) -> None:
    raised = urgent(red_flags, "my foot is floppy")
    assert raised is not None and not raised.quotes
    harm = urgent(red_flags, "i will not be here next week")
    assert harm is not None and harm.flag == "self_harm"
    assert red_flags.check("how do i stretch?") is None


def test_where_only_the_classifier_is_sure_the_message_says_so(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[flags.leg_weakness]\noff = true\n", encoding="utf-8")
    raised = urgent(RedFlags(load_guide(own), fixed, Packaged()), "my foot is floppy")
    assert raised is not None and raised.flag == "unsure" and not raised.quotes
    assert "{" not in raised.message and "911" in raised.message


def test_it_may_dismiss_a_pattern_but_not_what_messages_raise_together_or_the_owners(
    red_flags: RedFlags, tmp_path: Path
) -> None:
    assert RedFlags(packaged_guide()).check(URGENT) is not None and red_flags.check(URGENT) is None
    together = red_flags.check("and I have a fever", [Turn("user", "my lower back hurts")])
    assert isinstance(together, Urgent) and together.flag == "infection"
    own = tmp_path / "own.toml"
    own.write_text(OWN, encoding="utf-8")
    theirs = urgent(RedFlags(load_guide(own), fixed, Packaged()), "i have a zanzibar stretch")
    assert theirs is not None and theirs.flag == "tiddles"


def test_without_its_embedding_model_patterns_alone_decide(caplog: pytest.LogCaptureFixture) -> None:
    def missing() -> UrgentClassifier:
        raise EmbedderError("not installed")

    for load, embedder in ((fixed, FakeEmbedder()), (missing, Packaged())):
        caplog.clear()
        alone = RedFlags(packaged_guide(), load, embedder)
        for _ in range(3):
            assert alone.check(URGENT) is not None and alone.check("how do i stretch?") is None
        assert len([r for r in caplog.records if "patterns alone" in r.message]) == 1


def test_pieces_are_of_unit_length_and_the_same_every_time() -> None:
    idf = np.ones(2**17, np.float32)
    numbers, values = weighted("My foot is floppy, floppy!", idf)
    assert len(set(numbers.tolist())) == len(numbers)
    assert float(np.linalg.norm(values)) == pytest.approx(1.0, abs=1e-5)
    again = weighted("My foot is floppy, floppy!", idf)
    assert np.array_equal(numbers, again[0]) and np.array_equal(values, again[1])
    assert len(counted("")[0]) == len(weighted("?!", idf)[0]) == 0


def test_wording_alone_settles_what_is_plain() -> None:
    real = load_classifier()
    message = "I can't feel anything between my legs and I've lost control of my bladder"
    assert RedFlags(packaged_guide()).check(message) is not None
    assert real.verdict(message, True, never).urgent  # no vector is asked for


def test_missing_weights_are_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="Reinstall"):
        load_classifier(tmp_path / "classifier.npz")


# --- everyday turns


def test_no_pattern_matches_an_everyday_turn() -> None:
    red_flags = RedFlags(packaged_guide())
    assert [turn for turn in everyday_turns() if red_flags.check(turn)] == []


def test_without_a_word_of_concern_the_classifier_is_not_asked() -> None:
    def asked() -> UrgentClassifier:
        return Fixed(*(getattr(load_classifier(), name) for name in UrgentClassifier.__slots__))

    red_flags = RedFlags(packaged_guide(), asked, Packaged())  # it knows no message but those above
    for turn in (
        "tell me a bit more",
        "and runny ones?",
        "what for",
        "see you soon",
        "colic",
        "what about gout?",
    ):
        assert red_flags.check(turn) is None
    eggs = [Turn("user", "how long do I boil eggs for a salad?"), Turn("assistant", "Nine minutes. [1]")]
    assert red_flags.check("and for soft ones?", eggs) is None
    with pytest.raises(KeyError):
        red_flags.check("my arm looks odd since lunch")


def test_what_opens_the_way_to_the_classifier() -> None:
    vocabulary = packaged_guide().lexicon.vocabulary
    for message in ("my knee buckles", "he's unconscious", "throte sweling up since lunch", "i wnat to die"):
        assert may_be_urgent(message, vocabulary), message
    for message in (
        "what is colic",
        "hyponatremia",
        "posts about eczema please",
        "tell me about yourself",
        "go on",
        "",
    ):
        assert not may_be_urgent(message, vocabulary), message


def test_where_somebody_is_or_how_they_sleep_is_no_concern_alone() -> None:
    vocabulary = packaged_guide().lexicon.vocabulary
    for message in (
        "we are 15 weeks pregnant and thrilled",
        "my sister would rather not go to hospital",
        "he always wakes before the children",
        "my appointment with the surgeon is in three weeks",
    ):
        assert not may_be_urgent(message, vocabulary), message
    for message in (
        "15 weeks pregnant and dizzy",
        "in hospital with a swollen leg",
        "she sleeps and her lips are blue",
        "the baby has gone very quiet",
    ):
        assert may_be_urgent(message, vocabulary), message


@pytest.fixture(scope="module")
def shipped() -> RedFlags:
    """The check as it is shipped, with the real model."""
    return RedFlags(packaged_guide(), load_classifier, open_embedder(threads=1))


@pytest.mark.model
def test_the_shipped_check_finds_no_everyday_turn_urgent(shipped: RedFlags) -> None:
    eggs = [Turn("user", "how long do I boil eggs for a salad?"), Turn("assistant", "Nine minutes. [1]")]
    turns = tuple(everyday_turns())
    for history, asked in (((), turns[::2]), (eggs, turns[1::8])):
        assert [turn for turn in asked if shipped.check(turn, history)] == []


@pytest.mark.model
def test_on_messages_that_neither_the_classifier_nor_the_patterns_have_seen(shipped: RedFlags) -> None:
    """A tenth of the held-out messages, all of which `footnote eval --gate` asks.

    When this was written, 54 of these 57 were found and none of these 90 was a false alarm.
    """
    cases = read_cases(HELD_OUT)[::10]
    raised = [shipped.check(case.text) is not None for case in cases]
    red = [r for r, case in zip(raised, cases, strict=True) if case.kind != "ordinary"]
    ordinary = [r for r, case in zip(raised, cases, strict=True) if case.kind == "ordinary"]
    assert (len(red), len(ordinary)) == (57, 90)
    assert sum(red) >= 54 and sum(ordinary) <= 1
