"""The check of a site: each thing that may be wrong with the line on a page has a sentence of its own."""

from __future__ import annotations

import string

import pytest
from small_site import Site, serving

from bot.server.desk.site_check import SiteVerdict, check_site, fetch_page
from bot.server.desk.words import desk_languages
from ingest.errors import DisallowedByRobots, FetchError, PrivateAddress, TryLater
from ingest.fetch import Fetched

BLOG, HOME = "https://blog.example", "https://ask.blog.example/"
LINE = f'<script src="{HOME}widget.js" defer></script>'


def page(
    body: str, *, url: str = f"{BLOG}/", kind: str = "text/html", policy: str = "", raw: bytes = b""
) -> Fetched:
    headers = {"content-security-policy": policy} if policy else {}
    return Fetched(
        url, url, 200, raw or f"<html><body><p>Hello.</p>{body}".encode(), kind, "utf-8", None, None, {}, "", headers
    )  # fmt: skip


def checked(answer: Fetched | FetchError, address: str = "blog.example") -> SiteVerdict:
    def get(url: str) -> Fetched:
        assert url == BLOG
        if isinstance(answer, FetchError):
            raise answer
        return answer

    return check_site(address, (BLOG,), HOME, get)


@pytest.mark.parametrize(
    "body",
    [
        LINE,
        f'<script type="text/plain" data-rocket-src="{HOME}widget.js?v=2"></script>',
        f'<div id="chat"></div><script src="{HOME}widget.js" data-inline="#chat"></script>',
        f"{LINE}<!-- {LINE} -->",
    ],
)
def test_a_line_that_is_right(body: str) -> None:
    assert checked(page(body)).is_good
    policy = "default-src 'self'; script-src 'self' https://ask.blog.example; frame-src *.blog.example"
    assert checked(page(body, policy=policy)).is_good


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (page("<p>No line.</p>"), "missing"),
        (page(LINE.replace("<", "&lt;")), "as_text"),
        (page(f"<!-- {LINE} -->"), "dead"),
        (page('<script src="/widget.js"></script>'), "relative"),
        (page(LINE.replace("https", "http")), "insecure"),
        (page('<script src="https://other.example/widget.js"></script>'), "elsewhere"),
        (page(f'<script src="{HOME}widget.js" data-inline="#chat"></script>'), "no_place"),
        (page(LINE, policy="script-src 'self'"), "policy"),
        (page(LINE, policy="frame-src 'self' https://video.example"), "policy"),
        (page(f"<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">{LINE}"), "policy"),
        (page(LINE, kind="application/pdf"), "no_page"),
        (page("", raw=b"%PDF-1.7 \x00\x01"), "no_page"),
        (page(LINE, url="https://www.blog.example/"), "moved"),
        (PrivateAddress("it is here"), "private"),
        (DisallowedByRobots("no"), "robots"),
        (TryLater("busy", 503), "later"),
        (FetchError("gone", 404), "gone"),
        (FetchError("no", 403), "refused"),
        (FetchError("there is no host"), "unread"),
    ],
)
def test_what_is_wrong_has_a_sentence(found: Fetched | FetchError, verdict: str) -> None:
    result = checked(found)
    assert (result.is_good, result.text) == (False, f"settings_site_{verdict}")
    for words in desk_languages().values():
        slots = {name for _, name, _, _ in string.Formatter().parse(words.texts[result.text]) if name}
        assert slots <= set(result.values)
        assert words(result.text, **result.values)


def test_an_address_that_is_none_or_not_allowed_is_not_fetched() -> None:
    for address, verdict in (
        ("", "bad"),
        ("my blog", "bad"),
        ("ftp://x", "bad"),
        ("https://x.example", "no"),
    ):
        assert checked(page(LINE), address).text == f"settings_site_{verdict}"


def test_the_page_is_fetched_like_any_post_and_not_from_a_private_network() -> None:
    with serving() as site:
        site.put("/", f"<html><body><p>Hi</p>{LINE.replace('https', 'http')}</body></html>")
        assert _verdict(site, allow_private=True) == "settings_site_yes"
        assert _verdict(site, allow_private=False) == "settings_site_private"
        site.put("/robots.txt", "User-agent: *\nDisallow: /\n", kind="text/plain")
        assert _verdict(site, allow_private=True) == "settings_site_robots"


def _verdict(site: Site, *, allow_private: bool) -> str:
    home = HOME.replace("https", "http")
    return check_site(site.url, (site.url,), home, fetch_page(allow_private)).text
