"""Headings as questions that read well, and headings that make none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings import by_id, chunks
from subject import HEALTH

from bot.answer.heading_questions import _Casing, _casing, heading_questions
from ingest.article import Article, Piece, render


def made(
    *headings: str, body: str = "The Achilles tendon. Yes, NASA and the iliac bone.", **named: object
) -> list[str]:
    text = "".join(f"## {heading}\n\n{body}\n\n- one thing\n- another\n\n" for heading in headings)
    article = Article("a", "A post", text)
    return [q for q, _ in heading_questions(chunks(article), by_id([article]), subject=HEALTH, **named)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Four stretches that help", "Which four stretches help?"), ("7 Stretches That Ease Back Pain", "Which 7 stretches ease back pain?"),
        ("10 Benefits of Yoga", "What are the 10 benefits of yoga?"), ("Hamstring Stretch Benefits", "What are the hamstring stretch benefits?"),
        ("💪 Best Stretches 🔥", "What are the best stretches?"), ("WHY SITTING HURTS YOUR BACK", "Can you tell me why sitting hurts your back?"),
        ("Part 2 – Foam Rolling Mistakes", "What are the foam rolling mistakes?"), ("1. Wall Stretch", "How do I do the wall stretch?"),
        ("Is Rolling Safe?", "Is rolling safe?"), ("IS ROLLING SAFE?", "Is rolling safe?"), ("Q: Can I run?", "About “A post”: can I run?"),
        ("How long should I hold a stretch", "About “A post”: how long should I hold a stretch?"), ("Why You Should Stretch", "About “A post”: why should I stretch?"),
        ("How glute massage can help", "How can glute massage help?"), ("When the pain gets worse", "Can you tell me when the pain gets worse?"),
        ("What sciatica is", "What is sciatica?"), ("How to sit", "About “A post”: how do I sit?"), ("Kinds of massage", "Which kinds of massage are there?"),
        ("Achilles Tendon Pain", "What does the blog say about Achilles tendon pain?"), ("#2 Cat-Cow", "How do I do the cat-cow?"),
        ("Understanding Your Pelvis", "What does the blog say about your pelvis?"), ("3. Drink Water", "What does the blog say about “Drink water”?"),
        ("Related Conditions: NASA Back and IT Band", "What does the blog say about NASA back and IT band?"),
    ],
)  # fmt: skip
def test_headings_as_questions(heading: str, question: str) -> None:
    assert made(heading) == [question]


@pytest.mark.parametrize(
    "heading",
    [
        "Introduction", "Conclusion 🎉", "FAQ", "The Bottom Line:", "5", "***", "🎉", "Step 1: Sit down", "Day 3", "A" * 100, "word " * 30,
        "Where it hurts", "Is it safe?", "What causes it", "My story", "Subscribe", "Leave this", "Why not",
    ],
)  # fmt: skip
def test_headings_that_make_no_question(heading: str) -> None:
    assert made(heading) == []


@pytest.mark.parametrize("heading", ["What works", "What helps", "When can I swim?", "How to begin"])
def test_a_heading_that_leans_on_its_post_is_offered_with_its_title(heading: str) -> None:
    (question,) = made(heading)
    assert question.startswith("About “A post”: ")


def test_a_word_of_the_title_or_the_tags_names_the_subject() -> None:
    article = Article("a", "Swimming after a sprain", "## When can I swim?\n\nIn a week.\n", tags=("diving",))
    (question,) = (q for q, _ in heading_questions(chunks(article), by_id([article]), subject=HEALTH))
    assert question == "When can I swim?"


def test_what_was_asked_is_not_offered_and_nothing_twice() -> None:
    assert made("What sciatica is", "What sciatica is", asked="what's sciatica??") == []
    assert made("What sciatica is", "What is sciatica?") == ["What is sciatica?"]


def test_a_blog_that_is_not_in_english_offers_its_headings() -> None:
    assert made("Dehnen für Läufer", "Fazit", english=False) == ["Dehnen für Läufer"]


@given(st.lists(st.text(min_size=1, max_size=60), max_size=5))
def test_any_headings_make_one_line_questions(headings: list[str]) -> None:
    text = render(
        [
            p
            for h in headings
            for p in (Piece("heading", " ".join(h.split()) or "x", 2), Piece("paragraph", "Text."))
        ]
    )
    article = Article("a", "T", text)
    for question, _ in heading_questions(chunks(article), by_id([article]), subject=HEALTH):
        assert question.endswith("?") and "\n" not in question and len(question) < 200


WORDS = "Achilles achilles IT it NASA's rock'n'roll O’Hara o’hara knee2 KNEE Well-being, _x x".split()


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from(WORDS), st.booleans())
def test_the_case_of_a_word_is_what_the_sentences_say(body: list[str], word: str, shouted: bool) -> None:
    """Against the two patterns that say what it means, looked for in the whole text."""
    text = " ".join(body)
    casing = _casing(Article("a", "T", text))
    for part in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", word):
        assert (part.lower() in casing.words) == bool(re.search(rf"\b{re.escape(part.lower())}\b", text))
        assert (part in casing.inside) == bool(re.search(rf"[a-z,] {re.escape(part)}\b", text))
        assert casing.in_sentence(part.upper() if shouted else part)


def test_a_post_of_many_headings_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def counting(article: Article) -> _Casing:
        looked.append(article.id)
        return _casing(article)

    monkeypatch.setattr("bot.answer.heading_questions._casing", counting)
    assert len(made(*(f"How to rest number {n}" for n in range(60)))) == 60
    assert looked == ["a"]
