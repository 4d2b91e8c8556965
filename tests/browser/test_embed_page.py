"""/embed: what it says, what it refuses to repeat, and that the line works where each platform puts it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any, cast

import pytest
from fake_bot import FakeBot
from starlette.testclient import TestClient

from bot.config import read_origins
from bot.server import create_api
from bot.server.widget.install_page import (
    Options,
    address_warnings,
    check_blog,
    install_line,
    wix_frame_origin,
)

BLOG = "https://www.blog.example"


def client(base: str = "https://ask.blog.example", origins: tuple[str, ...] = (BLOG,)) -> TestClient:
    bot = FakeBot()
    return TestClient(
        create_api(cast("Any", bot), replace(bot.config, allowed_origins=origins)), base_url=base
    )


def test_the_line_names_this_server() -> None:
    page = client().get("/embed")
    assert page.status_code == 200
    assert "https://ask.blog.example/widget.js" in page.text
    assert 'class="warning"' not in page.text


def test_the_line_holds_what_was_chosen_and_nothing_else() -> None:
    plain = install_line(
        "https://a.example/", Options.read({"theme": "auto", "position": "right", "colour": "#0d5c63"})
    )
    untouched = 'data-no-optimize="1" data-no-minify="1" data-cfasync="false" nowprocket'
    assert plain == f'<script src="https://a.example/widget.js" {untouched} defer></script>'
    given = {
        "title": ' Ask "us" ',
        "colour": "#A2472C",
        "position": "left",
        "theme": "dark",
        "lang": "de",
        "offset": "96",
    }
    assert install_line("https://a.example/", Options.read(given)) == (
        '<script src="https://a.example/widget.js" data-title="Ask &quot;us&quot;" data-colour="#a2472c" '
        f'data-position="left" data-offset="96px" data-theme="dark" data-lang="de" {untouched} defer></script>'
    )
    for odd in ("20", "20px", "-5", "9999", "1e3", "calc(1px)", "٣"):
        assert "offset" not in install_line("https://a.example/", Options.read({"offset": odd}))


def test_in_the_page_comes_with_its_place() -> None:
    text = install_line("https://a.example/", Options.read({"place": "inline", "position": "left"}))
    assert text.startswith('<div id="footnote" style="min-height:640px"></div>\n')
    assert 'data-inline="#footnote"' in text
    assert "data-position" not in text


@pytest.mark.parametrize("path", ["/embed", "/embed/preview"])
def test_nothing_that_is_given_becomes_markup(path: str) -> None:
    nasty = '"><script>alert(1)</script>$line'
    names = ("title", "greeting", "colour", "position", "theme", "lang", "place", "blog")
    text = client().get(path, params=dict.fromkeys(names, nasty)).text
    assert "<script>alert" not in text


@pytest.mark.parametrize("host", ['a"><b', "a b", "user@evil.example", "evil.example/x"])
def test_a_host_that_is_none_is_not_repeated(host: str) -> None:
    text = client().get("/embed", headers={"host": host}).text
    assert "evil.example" not in text
    assert 'a"><b' not in text


def test_policies() -> None:
    page, preview = client().get("/embed"), client().get("/embed/preview")
    for response in (page, preview):
        assert "script-src 'self';" in response.headers["content-security-policy"]
        assert "unsafe" not in response.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in preview.headers["content-security-policy"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:7860/", "http://192.168.1.5/", "http://localhost/", "https://box.local/"])  # fmt: skip
def test_it_warns_of_an_address_that_readers_cannot_reach(address: str) -> None:
    assert "your readers cannot" in address_warnings(address)[0]


def test_it_warns_of_plain_http() -> None:
    assert "plain http" in address_warnings("http://ask.blog.example/")[0]
    assert address_warnings("https://ask.blog.example/") == []


@pytest.mark.parametrize("blog", [BLOG, "www.blog.example", "https://www.blog.example/post/one"])
def test_a_blog_on_the_list_is_let_in(blog: str) -> None:
    good, said = check_blog(blog, (BLOG,), "https://ask.blog.example/")
    assert good
    assert "https://blog.example" in said  # without www it is another site


def test_a_blog_that_is_not_allowed_sees_the_whole_setting() -> None:
    good, said = check_blog("other.example", (BLOG,), "https://ask.blog.example/")
    assert not good
    assert f'FOOTNOTE_ALLOWED_ORIGINS="{BLOG} https://other.example"' in said


def test_an_https_blog_cannot_show_an_http_chat() -> None:
    assert not check_blog(BLOG, (BLOG,), "http://ask.blog.example/")[0]


def test_no_address_is_no_verdict() -> None:
    assert "no address" in check_blog("<b>hello there", (), "https://a.example/")[1]


@pytest.mark.parametrize(
    ("blog", "frames"),
    [
        ("https://www.your-blog.com", "https://www-your-blog-com.filesusr.com"),
        ("https://ada.wixsite.com", "https://ada-wixsite-com.filesusr.com"),
    ],
)
def test_where_wix_serves_html_elements_from(blog: str, frames: str) -> None:
    assert wix_frame_origin(blog) == frames


@pytest.mark.parametrize(
    ("blog", "named"),
    [("", "https://www.your-blog.com"), ("ada.example/post", "https://ada.example"), ("localhost", "https://www.your-blog.com")],
)  # fmt: skip
def test_the_setting_for_wix_lets_in_the_blog_and_its_frames(blog: str, named: str) -> None:
    page = client().get("/embed", params={"blog": blog}).text
    setting = re.search(r'id="wix-setting">FOOTNOTE_ALLOWED_ORIGINS="([^<]*)"<', unescape(page))
    assert setting
    assert read_origins(setting[1]) == (BLOG, named, wix_frame_origin(named))
