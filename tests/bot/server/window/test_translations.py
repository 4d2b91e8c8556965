"""The window's own words: which language a reader gets, and that no language lacks a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.answer import phrases as notes
from bot.config import DEFAULT_TITLE
from bot.safety import AFTER_URGENT
from bot.safety import packaged_guide as flags
from bot.server.feedback.store import REASONS
from bot.server.window.own_sentences import translate_own_sentences, translate_urgent_message
from bot.server.window.translations import (
    ANSWER_PREFIXES,
    CODES,
    FOLDER,
    choose_language,
    load_languages,
    packaged_language,
)
from bot.server.window.urgent import split_urgent
from bot.understand import load_replies
from ingest.article import Article
from ingest.errors import ConfigError

ROOT = Path(__file__).resolve().parents[4]
USED = re.compile(r"""\b(?:words\(|_say\(words, )["'](\w+)["']""")
SAID = re.compile(r"""\bsay\(([^()]*)""")  # in the script; what follows "(", "?" or ":" there is a key


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
    assert choose_language(asked, accepted).code == code


@pytest.mark.parametrize("code", CODES)
def test_no_language_lacks_a_word_or_puts_in_another(code: str) -> None:
    english, other = packaged_language("en").texts, packaged_language(code).texts
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert text.strip()
        assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", text)), key


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.json")) == sorted(CODES)


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    sources = [ROOT / "ui.py", *(ROOT / "bot").rglob("*.py"), *(ROOT / "bot" / "static").rglob("*.js")]
    sources = [
        file for file in sources if not {"desk", "gaps"} & {*file.relative_to(ROOT).parts}
    ]  # these have words of their own
    text = "".join(file.read_text(encoding="utf-8") for file in sources)
    keys = {key for key in packaged_language("en").texts if not key.startswith(ANSWER_PREFIXES)}
    said = {key for inside in SAID.findall(text) for key in re.findall(r'(?:^|[?:] )"(\w+)"', inside)}
    assert len(said) > 40
    assert set(USED.findall(text)) | said | {f"reason_{reason}" for reason in REASONS} <= keys
    unused = {key for key in keys if not re.search(rf"""["']{key}["']""", text)}
    assert not {key for key in unused if not key.startswith("problem_")}  # by the code of a Problem


# --- typography, and which words are ours


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_no_word_was_left_in_english(code: str) -> None:
    same = {
        key
        for key, text in packaged_language(code).texts.items()
        if text == packaged_language("en").texts[key]
    }
    assert {key for key in same if len(packaged_language("en").texts[key].split()) > 2} == set()


def test_french_signs_do_not_stand_alone_on_a_line() -> None:
    for key, text in packaged_language("fr").texts.items():
        assert not re.search(r" [?!;:»]|« ", text), key


def test_the_title_that_is_translated_is_the_default_one() -> None:
    assert packaged_language("en")("title") == DEFAULT_TITLE


POST = Article(id="a", title="A *post*", text="x", url=None, author="Ada", published="2025-06-23")
UNDATED = Article(id="b", title="B", text="x", url=None, author=None, published=None)
OURS = [
    flags().reminder.medical, flags().reminder.crisis, flags().got_help, notes.ABSTAIN, notes.ABSTAIN_EMPTY, notes.WHICH_POST, AFTER_URGENT, notes.DIFFER, notes.NO_DATES, notes.lacks("how often"),
    notes.not_found("does *it* help?"), notes.source(POST), notes.source(UNDATED), notes.nothing_on("knees"), notes.none_from("June 2020"), notes.dated(4, "2020"),
    notes.no_record("author"), notes.no_record("published"), notes.no_record("link"), notes.all_by("Ada"),
    notes.counted(1), notes.counted(7), notes.more(3),
    *(f"{notes.counted(n)} {notes.newest(POST, alone=n == 1)} [1]" for n in (1, 7)),
    f"{notes.counted(7)} {notes.newest(UNDATED, alone=False)} [1]", f"- {notes.title(POST)} [1]",
    f"{notes.title(POST, 'Part')} [2]", notes.NOTHING_MORE, *load_replies().texts.values(),
]  # fmt: skip


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_every_sentence_of_ours_is_said_in_the_readers_language(code: str) -> None:
    for sentence in OURS:
        translated = translate_own_sentences(sentence, packaged_language(code))
        assert translated != sentence, sentence
        assert "June" not in translated or "“June 2020”" in sentence
        assert re.findall(r"\[\d\]", translated) == re.findall(r"\[\d\]", sentence)
        assert ("A \\*post\\*" in translated) == ("A \\*post\\*" in sentence)
        assert translate_own_sentences(sentence, packaged_language("en")) == sentence


def test_what_the_blog_says_is_never_translated() -> None:
    quoted = f"{notes.ABSTAIN} [1]\n\nSit up straight. [2]"
    assert (
        translate_own_sentences(quoted, packaged_language("de"), [notes.ABSTAIN, "Sit up straight."])
        == quoted
    )


@pytest.mark.parametrize("code", [code for code in CODES if code != "en"])
def test_every_urgent_message_comes_in_the_readers_language_first(code: str) -> None:
    words, guide = packaged_language(code), flags("144")
    for message in [
        *(flag.message for flag in guide.flags),
        guide.unsure,
        guide.repeated.medical,
        guide.repeated.crisis,
    ]:
        translated = translate_urgent_message(message, words)
        assert translated and "144" in translated and "{" not in translated
        assert not re.search(r"\b(?:the|call|please|doctor|your)\b", translated)
        urgent, quotes = split_urgent(f"{message}\n\n{AFTER_URGENT}\n\nQuote. [1]")
        assert translate_urgent_message(urgent, words) == translated and quotes.endswith("Quote. [1]")
        assert translate_urgent_message(message, packaged_language("en")) == ""


def test_an_owners_own_urgent_words_stand_alone() -> None:
    assert translate_urgent_message("Ring the surgery on 01234.", packaged_language("es")) == ""


# --- an owner's own words


def test_an_owner_corrects_a_language_and_adds_one(tmp_path: Path) -> None:
    (tmp_path / "de.json").write_text('{"ask": "Los"}', encoding="utf-8")
    (tmp_path / "nl.json").write_text(
        '{"ask": "Vraag", "characters": "{n} van {most}"}', encoding="utf-8-sig"
    )
    (tmp_path / "ar.json").write_text('{"ask": "اسأل"}', encoding="utf-8")
    spoken = load_languages(tmp_path)
    german, dutch = choose_language("de", "", spoken), choose_language("", "nl-BE", spoken)
    assert (german("ask"), german("stop")) == ("Los", packaged_language("de")("stop"))
    assert (dutch.code, dutch("ask"), dutch("stop")) == ("nl", "Vraag", "Stop")
    assert (dutch.direction, choose_language("ar", "", spoken).direction) == ("ltr", "rtl")
    assert packaged_language("de")("ask") != "Los"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("de.json", "{", "not valid JSON"),
        ("de.json", "[]", "one object"),
        ("de.json", '{"aks": "Los"}', "Did you mean ask"),
        ("de.json", '{"ask": 3}', "text in quotes"),
        ("de.json", '{"ask": " "}', "text in quotes"),
        ("de.json", '{"characters": "{n} von {most} {x}"}', r"\{most\} and \{n\} can be used"),
        ("de.json", '{"ask": "{0.x}"}', "nothing can be used"),
        ("deutsch.json", "{}", "short code"),
        ("xx.json", "{}", "short code"),
        ("de.txt", "{}", "no file such as de.json"),
    ],
)
def test_a_broken_file_is_reported_to_its_owner(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        load_languages(tmp_path)


def test_a_missing_folder_is_reported_to_its_owner(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="FOOTNOTE_WORDS"):
        load_languages(tmp_path / "none")
