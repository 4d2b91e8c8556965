"""Hold times and repetitions, found only where a step's own words tell them."""

from __future__ import annotations

import pytest

from bot.server.window.hold_times import HoldTime, Repetitions, find_hold_time, find_repetitions

HOLDS = [
    ("Hold for 30 seconds and breathe slowly.", (30, 30)),
    ("Hold for 20-30 seconds, then switch legs.", (20, 30, 2)),
    ("Hold for 20 to 30 seconds.", (20, 30)),
    ("Hold 15 sec.", (15, 15)),
    ("Hold it 10 s.", (10, 10)),
    ("Stay in the stretch for 20 to 30 seconds, then change to the other leg.", (20, 30, 2)),
    ("Stay in downward dog for 30 seconds, then do the stretch again.", (30, 30)),
    ("Hold the stretch for half a minute.", (30, 30)),
    ("Hold this position for 2–3 minutes.", (120, 180)),
    ("Hold for a minute.", (60, 60)),
    ("Hold for up to one minute.", (60, 60)),
    ("Hold for at least twenty seconds.", (20, 20)),
    ("Lean forward and hold for thirty seconds.", (30, 30)),
    ("Bend forward, holding for 20 seconds.", (20, 20)),
    ("Then slowly try to hold this for a minute and a half.", (90, 90)),
    ("After you feel the stretch, hold for 20 seconds.", (20, 20)),
    ("Hold this position, breathing slowly, for 30 seconds.", (30, 30)),
    ("Pull the knee in with a 30-second hold.", (30, 30)),
    ("Lie on your back. Breathe for 30 seconds.", (30, 30)),
    ("You should hold each side for between 15 and 20 seconds.", (15, 20, 2)),
    ("Keep the leg up for 5 seconds.", (5, 5)),
    ("Squeeze for 5 seconds, relax and repeat 10 times.", (5, 5)),
]  # fmt: skip
NO_HOLDS = [
    "",
    "Hold the strap with both hands.",
    "Hold on to a chair.",
    "Hold off for 2 days.",
    "Hold off for 10 minutes if it hurts.",
    "It gets better after 6 weeks.",
    "Many people sit for 8 hours a day.",
    "People sit for 10 minutes at a time.",
    "Start again after 30 seconds.",
    "Rest between the two, and begin after 30 seconds.",
    "Stretch for 10 minutes a day.",
    "Stand up every 30 minutes.",
    "Don't hold it for 60 seconds.",
    "Never hold your breath for 20 seconds.",
    "Avoid holding the stretch for 60 seconds.",
    "Stop if the pain stays for 10 minutes.",
    "If you hold for 20 seconds and it hurts, stop.",
    "The pain may stay for 3 weeks.",
    "Hold for less than 10 seconds.",
    "Walk for 10 minutes.",
    "Hold the chair, then walk for 10 minutes.",
    "Hold it twice.",
    "In the study the hold was 30 cm above the floor.",
    "Take a hot shower for 10 minutes.",
    "The stretch takes 30 seconds.",
]
REPEATED = [
    ("Repeat 3 times.", Repetitions(3, 3)),
    ("Repeat twice.", Repetitions(2, 2)),
    ("Repeat three times for each leg.", Repetitions(3, 3, 2, "side")),
    ("Do the standing stretch three times on each leg.", Repetitions(3, 3, 2, "side")),
    ("Do the seated stretch two or three times in all.", Repetitions(2, 3)),
    ("Repeat two to three times.", Repetitions(2, 3)),
    ("10 reps each side", Repetitions(10, 10, 2, "side")),
    ("Do 8–12 repetitions.", Repetitions(8, 12)),
    ("Do 2 sets of 10.", Repetitions(10, 10, 2, "set")),
    ("Do 3 sets of 8 reps.", Repetitions(8, 8, 3, "set")),
    ("Do three sets.", Repetitions(3, 3)),
    ("On each side, do 5 repetitions.", Repetitions(5, 5, 2, "side")),
    ("Squeeze for 5 seconds, relax and repeat 10 times.", Repetitions(10, 10)),
]
NOT_REPEATED = [
    "",
    "Do this three times a day.",
    "Do the stretch 3 times per week.",
    "Repeat twice daily.",
    "It is three times as strong.",
    "Repeat once.",
    "Repeat 200 times.",
    "Many times it helps.",
    "I tried it three times.",
    "Do not do it three times.",
    "Sit at times.",
    "Repeat the stretch on the other leg.",
]


@pytest.mark.parametrize(("text", "seconds"), HOLDS)
def test_a_hold_time_is_found(text: str, seconds: tuple[int, ...]) -> None:
    assert find_hold_time(text) == HoldTime(*seconds)


@pytest.mark.parametrize("text", NO_HOLDS)
def test_what_is_no_hold_time_is_left_alone(text: str) -> None:
    assert find_hold_time(text) is None


@pytest.mark.parametrize(("text", "expected"), REPEATED)
def test_repetitions_are_found(text: str, expected: Repetitions) -> None:
    assert find_repetitions(text) == expected


@pytest.mark.parametrize("text", NOT_REPEATED)
def test_what_is_no_repetition_is_left_alone(text: str) -> None:
    assert find_repetitions(text) is None
