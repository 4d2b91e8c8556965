"""Pages of shared answers: what they show, what has none, and that no text acts as markup."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html import unescape
from typing import Any, cast

import pytest
from fake_bot import HOSTILE, STRETCHES, FakeBot
from starlette.testclient import TestClient

from bot.config import BotConfig, Rate
from bot.server import create_api
from bot.server.window import (
    chat_messages,
    continue_conversation,
    link_path,
    packaged_language,
    read_token,
)
from bot.types import Answer

WORDS = packaged_language("en")


def client(bot: FakeBot, **settings: Any) -> TestClient:
    config = BotConfig(**{"rate": (), "rate_total": (), **settings})
    return TestClient(create_api(cast("Any", bot), config), base_url="https://ask.blog.example")


def path_of(question: str) -> str:
    return f"/{link_path(FakeBot().ask(question), 'gen-1')}"


def token_of(question: str) -> str:
    encoded = base64.urlsafe_b64encode(question.encode()).rstrip(b"=").decode()
    return f"{encoded}.gen-1.{'0' * 16}"


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found is not None
    return json.loads(found[1])


def test_a_page_shows_the_answer_with_its_sources_and_says_it_for_machines() -> None:
    page = client(FakeBot()).get(path_of("How do I do it?"))
    assert page.status_code == 200 and page.headers["x-robots-tag"] == "noindex"
    assert '<h1 dir="auto">How do I do it?</h1>' in page.text and 'content="noindex"' in page.text
    assert page.text.count("<blockquote") == 4 and 'href="#source-4"' in page.text
    assert WORDS("shared_changed") not in page.text
    data = data_of(page.text)
    answer = data["mainEntity"]["acceptedAnswer"]
    assert (data["@type"], data["mainEntity"]["name"]) == ("QAPage", "How do I do it?")
    assert "[1]" not in answer["text"] and "Hold for 30 seconds" in answer["text"]
    assert answer["url"] == f"https://ask.blog.example{path_of('How do I do it?')}"
    assert {c["@type"] for c in answer["citation"]} == {"Quotation"}
    assert all(c["text"] in STRETCHES.text for c in answer["citation"])
    assert answer["citation"][0]["isPartOf"]["url"] == STRETCHES.url


def test_a_page_says_that_its_answer_has_changed() -> None:
    shared = path_of("How do I do it?")
    other = shared[:-16] + "0123456789abcdef"
    page = client(FakeBot(live="gen-2")).get(other, headers={"Accept-Language": "de"})
    assert packaged_language("de")("shared_changed") in unescape(page.text)
    # A later generation alone changes nothing.
    assert WORDS("shared_changed") not in client(FakeBot(live="gen-2")).get(shared).text


@pytest.mark.parametrize("question", ["My numb legs worry me", "hello", "What is the capital of Peru?"])
def test_urgent_messages_chat_and_what_the_blog_does_not_say_have_no_page(question: str) -> None:
    assert link_path(FakeBot().ask(question), "gen-1") == ""
    page = client(FakeBot()).get(f"/a/{token_of(question)}")
    assert page.status_code == 404
    assert question not in page.text and "medical help" not in page.text
    assert WORDS("shared_none") in page.text


@pytest.mark.parametrize(
    "token",
    ["", "x", "....", "a.b.c", "%00.gen-1.0123456789abcdef", "A" * 9000, token_of("x" * 301),
     token_of("line\nbreak"), token_of(" "), token_of("why?").upper(), "gA.gen-1.0123456789abcdef", "..%2f..%2fapi"],
)  # fmt: skip
def test_other_tokens_lead_nowhere(token: str) -> None:
    assert read_token(token) is None
    bot = FakeBot()
    assert client(bot).get(f"/a/{token}").status_code == 404
    assert bot.asked == []


@pytest.mark.parametrize(
    "evil", ["</script><script>alert(1)</script>", "<!--<script>", '" onload="x', "&lt;b&gt;"]
)
def test_no_text_acts_as_markup(evil: str) -> None:
    bot = FakeBot()
    page = client(bot, title=evil).get(f"/a/{token_of(f'odd {evil}')}").text
    assert bot.asked and page.count("<script") == 1 and page.count("</script") == 1
    assert "<img" not in page and 'onload="' not in page and "<b>" not in page and "<!--" not in page
    assert data_of(page)["mainEntity"]["name"] == f"odd {evil}"
    assert (
        data_of(page)["mainEntity"]["acceptedAnswer"]["citation"][0]["isPartOf"]["headline"] == HOSTILE.title
    )


def test_an_address_that_is_none_is_not_linked() -> None:
    class Sly(FakeBot):
        def stream(self, *given: Any, **named: Any) -> Any:
            for event in super().stream(*given, **named):
                cited = event.citations if isinstance(event, Answer) else ()
                sly = tuple(replace(c, link="javascript:alert(1)") for c in cited)
                yield replace(event, citations=sly) if isinstance(event, Answer) else event

    page = client(Sly()).get(path_of("How do I do it?")).text
    assert "javascript:" not in page


def test_pages_are_listed_or_off_if_the_owner_says_so() -> None:
    shared = path_of("How do I do it?")
    listed = client(FakeBot(), share="listed").get(shared)
    assert "x-robots-tag" not in listed.headers and "noindex" not in listed.text
    assert client(FakeBot(), share="off").get(shared).status_code == 404


def test_a_page_counts_as_a_question_and_no_page_may_frame_it() -> None:
    http = client(FakeBot(), rate=(Rate(1, 60),))
    pages = [http.get(path_of("How do I do it?")) for _ in range(2)]
    assert [page.status_code for page in pages] == [200, 429]
    assert "frame-ancestors 'none'" in pages[0].headers["content-security-policy"]


@pytest.mark.parametrize(("share", "has_link"), [("unlisted", True), ("off", False)])
def test_the_window_has_the_link_of_an_answer(share: Any, has_link: bool) -> None:
    bot = FakeBot(config=BotConfig(rate=(), rate_total=(), share=share))
    *_, last = continue_conversation(cast("Any", bot), "How do I do it?", (), WORDS)
    html = chat_messages(last, WORDS)[-1]["content"]
    assert (path_of("How do I do it?")[1:] in html) == has_link
    *_, urgent = continue_conversation(cast("Any", bot), "My numb legs worry me", (), WORDS)
    assert "fn-address" not in chat_messages(urgent, WORDS)[-1]["content"]
