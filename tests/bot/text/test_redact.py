"""What tells who somebody is goes; what readers of a blog on exercises write all day stays whole."""

from __future__ import annotations

import re

import pytest
from growth import grows_linearly
from hypothesis import given
from hypothesis import strategies as st

from bot.text.redact import redact


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("write to ann.b+blog@mail.example.org please", "write to [e-mail] please"),
        ("ANN@EXAMPLE.ORG, or bob@example.co.uk.", "[e-mail], or [e-mail]."),
        ("<ann@example.org> (mailto:ann@example.org)", "<[e-mail]> (mailto:[e-mail])"),
        ("ann＠example。org", "[e-mail]"),
        ("j.doe@uni-köln.de", "[e-mail]"),
        ("ann @ example.org or ann@ example . org", "[e-mail] or [e-mail]"),
        ("ann (at) example (dot) org, ann[at]example[punkt]de", "[e-mail], [e-mail]"),
        ("I am ann at example dot org", "I am [e-mail]"),
        ("ann at mail dot example dot org", "[e-mail]"),
        ("ann at gmx punkt de", "[e-mail]"),
        ("ana arroba correo punto es", "[e-mail]"),
        ("anna chiocciola posta punto it", "[e-mail]"),
        ("anne arobase poste point fr", "[e-mail]"),
        ("root@localhost", "[e-mail]"),
        ("ask @ann_b or ＠bob.c", "ask [name] or [name]"),
        ("call +41 79 123 45 67 now", "call [number] now"),
        ("(079) 123-45-67, 0791234567, 079/123.45.67, 079'123'45'67", "[number], [number], [number], [number]"),
        ("+1 (415) 555‑0132", "[number]"),
        ("٠٧٩١٢٣٤٥٦٧ and ０７９１２３４５６７", "[number] and [number]"),
        ("born 12.03.1974 or 1974-03-12", "born [number] or [number]"),
        ("account CH93 0076 2011 6238 5295 7", "account CH[number]"),
        ("https://u:secret@x.example/p/q?mail=a#frag", "https://x.example/p/q"),
        ("www.x.example/p?token=abc", "www.x.example/p"),
        ("http://[broken and https://:99999999/x", "[address] and [address]"),
        ("https://x.example:8080/unsubscribe/ann@example.org", "https://x.example:[e-mail]"),
    ],
)  # fmt: skip
def test_what_tells_who_somebody_is_goes(typed: str, kept: str) -> None:
    assert redact(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "hold 20-30 seconds, 3 times",
        "3 sets of 10-12 reps, 20–30 s rest, 2x/week",
        "It hurts at one point near the hip, at this point when I bend",
        "ends at that point it hurts; at some point us runners stop",
        "Look at the dot in the picture",
        "squats @ home. Then rest",
        "3 x 10 @ 20 kg, 5x5 @80%, 3x10@20kg, 3x8@22.5kg",
        "Should I (a) ice. Or (b) heat?",
        "between L4/L5 and S1, C6-C7; 120/80",
        "in 2019, 2020 and 2021",
        "from 5:30 to 6:45 pm, 10.000 steps, 1.5-2 kg",
        "week 1-2 3-4 5-6",
        "C'est chez moi, à ce point de douleur",
        "Halte ich das an dem Punkt 20 bis 30 Sekunden?",
        "90/90 stretch, 4-7-8 breathing, 20 10 20",
        "Why does my back ache? <b>not markup</b> & so on",
        "",
    ],
)
def test_ordinary_words_about_exercises_stay(typed: str) -> None:
    assert redact(typed) == typed


def test_it_takes_rather_too_much_of_digits_than_too_little() -> None:
    """As the file says; if this is ever made finer, the file has to say so."""
    assert redact("10 20 30 40") == "[number]"


@pytest.mark.parametrize(
    "piece",
    ["a", "a.", "a-", "1 ", "1()", "(", "@", "a@", "@a", "a at ", "a at b dot ", "x (at) a dot ", "www.", "x://",
     "a@b.aa", " ", "ät punkt ", "é", "a@1"],
)  # fmt: skip
def test_nothing_typed_takes_long(piece: str) -> None:
    text = (piece * 8000)[:8000]  # as much as is ever looked at
    grows_linearly(redact, text)


@given(st.text(st.sampled_from("ab@.＠ 0189-+()/:w?#[]\n"), max_size=120))
def test_no_address_and_no_long_number_is_left_whatever_is_around_it(text: str) -> None:
    left = redact(text)
    assert not re.search(r"[\w.+-][@＠][a-z]", left)
    assert not re.search(r"\d{7}", left)
