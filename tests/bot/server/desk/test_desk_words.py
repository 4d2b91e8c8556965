"""The desk's texts: the same in each language, and safe to put into a page without escaping."""

from __future__ import annotations

import re

import pytest

from bot.server.desk.words import desk_languages, mark, translate

SLOT = re.compile(r"\{\w+\}")
ENGLISH = desk_languages()["en"].texts


@pytest.mark.parametrize("code", [code for code in desk_languages() if code != "en"])
def test_each_language_has_each_text_with_its_values(code: str) -> None:
    texts = desk_languages()[code].texts
    assert list(texts) == list(ENGLISH)
    wrong = [key for key in texts if sorted(SLOT.findall(texts[key])) != sorted(SLOT.findall(ENGLISH[key]))]
    same = [key for key in texts if texts[key] == ENGLISH[key] and len(texts[key]) > 12]
    assert (wrong, same) == ([], [])


def test_no_text_has_what_html_or_json_would_escape() -> None:
    bad = [
        key
        for words in desk_languages().values()
        for key in words.texts
        if re.search(r"[<>&\"'\\\n]|@@", words(key))
    ]
    assert bad == []


def test_marks_become_words() -> None:
    page = f"<h1>{mark('tab_posts')}</h1>".encode()
    assert translate(page, desk_languages()["fr"]) == b"<h1>Articles</h1>"
    with pytest.raises(KeyError):
        mark("tab_nothing")
