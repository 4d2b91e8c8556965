"""The window's own words: which language a reader gets, and that no language lacks a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.words import CODES, FOLDER, words_for, words_in

ROOT = Path(__file__).resolve().parents[2]
USED = re.compile(r"""\b(?:words\(|say\(|_say\(words, )["'](\w+)["']""")


@pytest.mark.parametrize(
    ("asked", "accepted", "code"),
    [
        ("", "", "en"),
        ("de", "fr", "de"),
        ("pt-BR", "", "pt"),
        ("xx", "it-IT,it;q=0.9,en;q=0.8", "it"),
        ("", "nl, es;q=0.5, fr;q=0.7", "fr"),
        ("", "de;q=0, en", "en"),
        ("", "*", "en"),
        ("../../etc", "\x00;q=9,de;;q", "en"),
        ("EN_us", "DE", "de"),
    ],
)
def test_a_reader_gets_the_language_they_ask_for(asked: str, accepted: str, code: str) -> None:
    assert words_for(asked, accepted).code == code


@pytest.mark.parametrize("code", CODES)
def test_no_language_lacks_a_word_or_puts_in_another(code: str) -> None:
    english, other = words_in("en").said, words_in(code).said
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert text.strip()
        assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", text)), key


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.json")) == sorted(CODES)


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    sources = [ROOT / "ui.py", *(ROOT / "bot").glob("*.py"), *(ROOT / "bot" / "static").glob("*.js")]
    text = "".join(file.read_text(encoding="utf-8") for file in sources)
    keys = set(words_in("en").said)
    assert set(USED.findall(text)) <= keys
    unused = {key for key in keys if not re.search(rf"""["']{key}["']""", text)}
    assert not {key for key in unused if not key.startswith("problem_")}  # by the code of a Problem
