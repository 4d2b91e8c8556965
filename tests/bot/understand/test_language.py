"""Questions in other languages, and English ones that only look it."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questions_by_language import ENGLISH, FOREIGN

from bot.text.tokens import words
from bot.understand.language import language_of, languages, reply_if_foreign

DATA = Path(__file__).resolve().parents[3] / "data"
SAMPLE = [
    path.read_text(encoding="utf-8")
    for folder in ("articles", "guides")
    for path in sorted((DATA / folder).glob("*.md"))
]
VOCABULARY = frozenset(word for text in SAMPLE for word, _, _ in words(text))
REQUIRED = ("es", "fr", "de", "it", "pt", "nl", "pl", "ru", "zh", "ja", "ar", "tr", "hi")


def said(question: str, home: str = "en") -> str | None:
    # Nothing outside the blog counts as English here, which is harder than with the real model's words.
    return reply_if_foreign(
        question, blog_language=lambda: home, vocabulary=VOCABULARY, is_common=lambda word: False
    )


def _code(sentence: str) -> str:
    return next(
        c for c, one in languages().items() if sentence.startswith(one.reply.split("{", maxsplit=1)[0])
    )


def test_no_english_question_is_refused() -> None:
    asked = [*ENGLISH]
    for name in ("article", "sample"):
        lines = (DATA / "eval" / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        asked += [json.loads(line)["question"] for line in lines]
    for path in sorted((DATA / "train" / "reading").glob("*.json")):
        asked += [row["q"] for row in json.loads(path.read_text(encoding="utf-8"))["questions"]]
    assert len(asked) > 4000
    assert [question for question in asked if said(question)] == []


def test_most_short_questions_in_other_languages_are_told_apart_and_answered_in_them() -> None:
    answers = {(code, q): said(q) for code, questions in FOREIGN.items() for q in questions}
    told = {key: _code(answer) for key, answer in answers.items() if answer}
    assert len(told) >= 0.95 * len(answers)
    assert sum(code == own for (own, _), code in told.items()) >= 0.97 * len(told)
    for code in REQUIRED:
        mine = [code == found for (own, _), found in told.items() if own == code]
        assert mine and sum(mine) >= 0.8 * len(FOREIGN[code]), code


def test_a_blog_in_another_language_is_answered_in_its_own() -> None:
    german = ["Rückenschmerzen kommen oft vom langen Sitzen.", "Die Dehnung wird dreißig Sekunden gehalten."]
    assert language_of(german) == "de" and language_of(SAMPLE) == "en" and language_of([]) == "en"
    assert said("Wie lange soll ich die Dehnung halten?", "de") is None
    assert said("How long do I hold the stretch?", "de") == (
        "The language of this blog is German; please ask me in that language, so that I can look it up."
    )
    assert said("¿Por qué me duele la espalda?", "de") == languages()["es"].reply.replace(
        "{language}", "alemán"
    )


def test_a_foreign_word_in_an_english_question_does_not_matter() -> None:
    for question in (
        "what does 坐骨神经痛 mean in the post?",
        "is 'Rückenschmerzen' the same as back pain?",
        "yoga für my back?",
    ):
        assert said(question) is None, question


@pytest.mark.parametrize("code", [code for code in languages() if code != "en"])
def test_every_sentence_names_the_blogs_language(code: str) -> None:
    one = languages()[code]
    assert one.reply.count("{language}") == 1 and "[" not in one.reply


@given(st.text(max_size=80) | st.text(string.ascii_letters + " éüñçßøżşа你な", max_size=60))
def test_any_text_gets_a_sentence_or_none(text: str) -> None:
    answer = said(text)
    assert answer is None or (answer and "{" not in answer)
