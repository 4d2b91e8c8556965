"""What comes over the wire from servers of all kinds, good, slow, broken and hostile."""

from __future__ import annotations

import gzip
import itertools
import shutil
import socketserver
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE
from raw_site import Asked, Site, http_date, moved, page, site

from ingest.errors import DisallowedByRobots, FetchError, PrivateAddress, SourceError, TryLater
from ingest.fetch import connection as wire
from ingest.fetch.client import Fetcher, gunzip

ROBOTS = "/robots.txt"


@pytest.fixture
def server() -> Iterator[Site]:
    with site() as running:
        yield running


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def fetcher(slept: list[float]) -> Iterator[Fetcher]:
    with Fetcher(allow_private=True, sleep=slept.append) as made:
        yield made


def reason(fetcher: Fetcher, url: str, **options: object) -> FetchError:
    """The error, which is as short and plain as all of them are."""
    with pytest.raises(FetchError) as caught:
        fetcher.get(url, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message[0].islower() and len(message) < 200 and not message.endswith("."), message
    assert not any(
        word in message for word in ("Error", "Exception", "Errno", "None", "http11", "h11", "b'")
    ), message
    return caught.value


# Good answers


def test_a_page_and_its_headers(server: Site, fetcher: Fetcher) -> None:
    server.answers["/a%20b?c=1"] = page(
        "<p>Grüße</p>".encode("latin-1"),
        Content_Type='Text/HTML; Charset="ISO-8859-1"',
        ETag='W/"7"',
        Date=http_date(0),
        Last_Modified=http_date(3600),
        Link='</wp-json/>; rel="https://api.w.org/", <feed>; rel=alternate; type="a,b", </x>; rel="Next prev", '
        '<mailto:a@b.c>; rel=author, </y>; rel="alternate"',
        X_Robots_Tag="NoIndex, nofollow",
    )
    fetched = fetcher.get(server.url + "/a b?c=1#there")
    assert fetched.asked == fetched.url == server.url + "/a%20b?c=1"
    assert (fetched.status, fetched.body) == (200, b"<p>Gr\xfc\xdfe</p>")
    assert (fetched.media_type, fetched.charset) == ("text/html", "iso-8859-1")
    assert (fetched.etag, fetched.last_modified) == ('W/"7"', http_date(3600))
    assert fetched.links == {
        "https://api.w.org/": server.url + "/wp-json/",
        "alternate": server.url + "/feed",
        "next": server.url + "/x",
        "prev": server.url + "/x",
    }
    assert fetched.robots == "noindex, nofollow"
    assert fetched.headers["x-robots-tag"] == "NoIndex, nofollow"
    assert server.asked[-1].headers["user-agent"].startswith("Footnote/")
    assert "cookie" not in server.asked[-1].headers


def test_a_page_that_tells_nothing(server: Site, fetcher: Fetcher) -> None:
    server.answers["/"] = b"HTTP/1.1 200 OK\r\n\r\nHello."
    fetched = fetcher.get(server.url)
    assert (fetched.body, fetched.media_type, fetched.charset) == (b"Hello.", "", None)
    assert (fetched.etag, fetched.last_modified, fetched.robots, dict(fetched.links)) == (None, None, "", {})


def test_nothing_changed(server: Site, fetcher: Fetcher) -> None:
    def conditional(asked: Asked) -> bytes:
        if asked.headers.get("if-none-match") == '"7"' or "if-modified-since" in asked.headers:
            return b"HTTP/1.1 304 Not Modified\r\n\r\n"
        return page(ETag='"8"')

    server.answers["/"] = conditional
    assert fetcher.get(server.url).etag == '"8"'
    again = fetcher.get(server.url, etag='"7"')
    assert (again.status, again.body, again.etag) == (304, b"", '"7"')
    assert fetcher.get(server.url, last_modified=http_date(99)).last_modified == http_date(99)
    assert fetcher.get(server.url, etag="a\r\nHost: b").status == 200  # what cannot be sent is not
    server.answers["/"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    assert reason(fetcher, server.url).status == 304


@pytest.mark.parametrize(
    ("ago", "date", "kept"),
    [(3600, True, True), (60, True, True), (59, True, False), (-5, True, False), (3600, False, False)],
)
def test_a_weak_date_is_not_kept(ago: float, date: bool, kept: bool, server: Site, fetcher: Fetcher) -> None:
    fields = {"Last_Modified": http_date(ago)} | ({"Date": http_date(0)} if date else {})
    server.answers["/"] = page(b"Hello.", **fields)
    assert (fetcher.get(server.url).last_modified is not None) is kept


def test_a_connection_serves_again(server: Site, fetcher: Fetcher) -> None:
    server.answers["/1"] = moved("/2")
    server.answers["/2"] = page()
    fetcher.get(server.url + "/1")
    reason(fetcher, server.url + "/missing")
    fetcher.get(server.url + "/2", etag="x")
    assert len(server.asked) == 5
    assert server.connections == 1


# Packed answers


def packed(data: bytes, encoding: str) -> bytes:
    if encoding == "deflate-bare":
        return zlib.compress(data)[2:-4]
    if encoding == "br":
        return bytes(pytest.importorskip("brotli").compress(data, quality=5))
    if encoding == "zstd":
        return bytes(pytest.importorskip("zstandard").compress(data))
    return gzip.compress(data) if encoding == "gzip" else zlib.compress(data)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "deflate-bare", "br", "zstd"])
def test_unpacked(encoding: str, server: Site, fetcher: Fetcher) -> None:
    text = b"".join(b"Line %d of the post.\n" % n for n in range(20_000))
    name = encoding.partition("-")[0]
    whole = packed(text, encoding)
    server.answers["/"] = page(whole, Content_Encoding=name.upper())
    server.answers["/broken-off"] = page(whole[: len(whole) // 2], Content_Encoding=name)
    server.answers["/empty"] = page(b"", Content_Encoding=name)
    server.answers["/wrong"] = page(b"<p>Not packed at all.</p>", Content_Encoding=name)
    assert fetcher.get(server.url).body == text
    assert name in server.asked[-1].headers["accept-encoding"]
    assert fetcher.get(server.url + "/empty").body == b""
    for path in ("/broken-off", "/wrong"):
        assert "damaged" in str(reason(fetcher, server.url + path))


def test_packed_twice_and_too_often(server: Site, fetcher: Fetcher) -> None:
    layers = [b"Hello."]
    for _ in range(4):
        layers.append(gzip.compress(layers[-1]))
    server.answers["/2"] = page(layers[2], Content_Encoding="gzip, gzip")
    server.answers["/4"] = page(layers[4], Content_Encoding="gzip, gzip, gzip, gzip")
    server.answers["/odd"] = page(b"Hello.", Content_Encoding="rot13")
    assert fetcher.get(server.url + "/2").body == b"Hello."
    assert "packed" in str(reason(fetcher, server.url + "/4"))
    assert "packed" in str(reason(fetcher, server.url + "/odd"))


def test_members_of_gzip_follow_each_other(server: Site, fetcher: Fetcher) -> None:
    two = gzip.compress(b"One. ") + gzip.compress(b"Two.") + b"\0\0\0"
    server.answers["/"] = page(two, Content_Encoding="gzip")
    assert fetcher.get(server.url).body == b"One. Two."
    assert gunzip(two, 9) == b"One. Two."


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_bomb_is_put_out(encoding: str, server: Site, fetcher: Fetcher) -> None:
    """200 MB of zeros; and it is not unpacked much further than what is allowed."""
    bomb = packed(bytes(200 * 2**20), encoding)
    server.answers["/"] = page(bomb, Content_Encoding=encoding)
    server.answers["/twice"] = page(packed(bomb, "gzip"), Content_Encoding=f"{encoding}, gzip")
    tracemalloc.start()
    try:
        for path in ("/", "/twice"):
            assert "larger than 2 MB" in str(reason(fetcher, server.url + path, largest=2 * 2**20))
        assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    finally:
        tracemalloc.stop()


def test_a_gz_file() -> None:
    assert gunzip(gzip.compress(b"<urlset/>"), 100) == b"<urlset/>"
    whole = gzip.compress(bytes(10_000_000))
    for broken in (b"", b"plain", whole[:-9], b"\x1f\x8b\x08" + b"?" * 50):
        with pytest.raises(SourceError):
            gunzip(broken, 2**30)
    with pytest.raises(SourceError, match="larger than 1 MB"):
        gunzip(whole, 2**20)


# Sizes


def test_too_large_is_not_read_to_the_end(server: Site, fetcher: Fetcher) -> None:
    sent = itertools.count()

    def endless(asked: Asked) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while next(sent) < 5000:
            yield bytes(2**16)

    server.answers["/endless"] = endless
    server.answers["/told"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    server.answers["/just"] = page(bytes(1000))
    assert "larger than 1 MB" in str(reason(fetcher, server.url + "/endless", largest=2**20))
    assert next(sent) < 1000
    assert "larger than" in str(reason(fetcher, server.url + "/told"))
    assert len(fetcher.get(server.url + "/just", largest=1000).body) == 1000
    assert "1000" not in str(reason(fetcher, server.url + "/just", largest=999))


# Redirects


def test_redirects_are_followed(server: Site, fetcher: Fetcher) -> None:
    server.answers["/"] = moved("/one", "301 Moved Permanently")
    server.answers["/one"] = moved("two?x=ä", "307 Temporary Redirect")
    server.answers["/two?x=%C3%A4"] = page(b"There.")
    fetched = fetcher.get(server.url)
    assert (fetched.asked, fetched.url) == (server.url + "/", server.url + "/two?x=%C3%A4")
    assert fetched.body == b"There."


def test_redirects_without_end(server: Site, fetcher: Fetcher) -> None:
    server.answers |= {"/a": moved("/b"), "/b": moved("/a"), "/self": moved("/self")}
    server.answers |= {f"/{n}": moved(f"/{n + 1}") for n in range(20)}
    server.answers["/20"] = page()
    assert "circle" in str(reason(fetcher, server.url + "/a"))
    assert "circle" in str(reason(fetcher, server.url + "/self"))
    assert "more than 10 times" in str(reason(fetcher, server.url + "/9"))
    assert fetcher.get(server.url + "/10").status == 200  # ten are fine


@pytest.mark.parametrize(
    "location", ["", " ", "file:///etc/passwd", "javascript:alert(1)", "http://", "//a@b/"]
)
def test_redirects_to_nowhere(location: str, server: Site, fetcher: Fetcher) -> None:
    server.answers["/"] = moved(location)
    assert "redirects" in str(reason(fetcher, server.url))


@pytest.mark.parametrize(
    "path", ["/wp-login.php?redirect_to=x", "/login", "/users/sign_in/", "/signin.aspx", "/SSO"]
)
def test_a_redirect_to_a_login(path: str, server: Site, fetcher: Fetcher) -> None:
    server.answers = {"/post": moved(path), "*": page(), "/how-to-login": moved("/login-tips")}
    assert "log in" in str(reason(fetcher, server.url + "/post"))
    assert fetcher.get(server.url + path).status == 200  # asked for as such, it is a page as any other
    assert fetcher.get(server.url + "/how-to-login").url == server.url + "/login-tips"


def test_a_login_that_robots_may_not_see(server: Site, fetcher: Fetcher) -> None:
    server.answers = {
        ROBOTS: page(b"User-agent: *\nDisallow: /wp-login.php"),
        "/post": moved("/wp-login.php"),
    }
    assert "log in" in str(reason(fetcher, server.url + "/post"))


# Statuses, and trying again


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "there is no such page (404)"),
        (410, "taken down for good (410)"),
        (401, "asks for a password"),
        (403, "refuses to be read by programs (403)"),
        (418, "it sent no page (418)"),
        (204, "empty answer"),
        (206, "only a part"),
        (300, "it sent no page (300)"),
        (501, "busy or broken"),
    ],
)
def test_what_is_no_page(status: int, words: str, server: Site, fetcher: Fetcher) -> None:
    server.answers["/"] = page(b"", f"{status} Whatever")
    error = reason(fetcher, server.url)
    assert error.status == status and words in str(error)
    assert server.paths() == ["/"]
    assert fetcher.get(server.url, accept_status=(status,)).status == status


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_tried_again(status: int, server: Site, fetcher: Fetcher, slept: list[float]) -> None:
    failing = page(b"", f"{status} Whatever")
    server.answers["/"] = [failing, failing, page(b"At last.")]
    server.answers["/never"] = failing
    assert fetcher.get(server.url).body == b"At last."
    assert len(slept) == 2 and 0.5 <= slept[0] <= 1 <= slept[1] <= 1.5
    error = reason(fetcher, server.url + "/never")
    assert isinstance(error, TryLater) and error.status == status
    assert server.paths().count("/never") == 3
    assert fetcher.get(server.url + "/never", accept_status=[status]).status == status
    assert server.paths().count("/never") == 4


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [("7", 7), ("60", 60), (http_date(-30), 30), (http_date(30), 0), ("soon", 0), ("-5", 0), ("1.5", 0)],
)
def test_waits_as_long_as_it_is_asked_to(
    stated: str, seconds: float, server: Site, fetcher: Fetcher, slept: list[float]
) -> None:
    busy = page(b"", "429 Too Many Requests", Retry_After=stated, Date=http_date(0))
    server.answers["/"] = [busy, page()]
    assert fetcher.get(server.url).status == 200
    longest = max(slept)
    assert seconds - 1 < longest <= seconds if seconds else longest <= 1


@pytest.mark.parametrize(
    ("stated", "words"), [("61", "2 minutes"), ("7200", "2 hours"), (http_date(-864000), "10 days")]
)
def test_does_not_wait_for_long(
    stated: str, words: str, server: Site, fetcher: Fetcher, slept: list[float]
) -> None:
    server.answers["/"] = page(b"", "503 Busy", Retry_After=stated, Date=http_date(0))
    assert words in str(reason(fetcher, server.url))
    assert (server.paths(), slept) == (["/"], [])


def test_three_tries_for_all_hops_together(server: Site, fetcher: Fetcher) -> None:
    broken = page(b"", "503 Busy")
    server.answers = {"/a": [broken, moved("/b")], "/b": [broken, moved("/c")], "/c": [broken, page()]}
    assert reason(fetcher, server.url + "/a").status == 503
    assert server.paths() == ["/a", "/a", "/b", "/b", "/c"]


def test_nobody_there(fetcher: Fetcher, slept: list[float]) -> None:
    with site() as gone:
        url = gone.url
    assert "nothing answers at" in str(reason(fetcher, url))
    assert len(slept) == 2
    reason(fetcher, url + "/other")  # it was found out with robots.txt, and is known by now
    assert len(slept) == 2


# robots.txt


def test_robots_are_asked_first_and_once(server: Site, fetcher: Fetcher) -> None:
    rules = b"User-agent: *\nDisallow: /\n\nUser-agent: footnote\nDisallow: /private\nSitemap: /map.xml\nSitemap: ftp://a/b"
    server.answers = {
        ROBOTS: page(rules, Content_Type="text/plain"),
        "*": page(),
        "/odd": moved("/private/2"),
    }
    assert fetcher.get(server.url + "/post").status == 200
    assert isinstance(reason(fetcher, server.url + "/private/1"), DisallowedByRobots)
    assert isinstance(reason(fetcher, server.url + "/odd"), DisallowedByRobots)
    assert fetcher.robots_sitemaps(server.url + "/any") == (server.url + "/map.xml",)
    assert [asked.path for asked in server.asked] == [ROBOTS, "/post", "/odd"]


@pytest.mark.parametrize(
    "answer",
    [
        page(b"", "404 Not Found"),
        page(b"", "403 Forbidden"),
        moved("/robots.txt"),
        moved("/login"),
        page(b"<html>Not found, says this page</html>"),
        page(b"Disallow: /", Content_Encoding="gzip"),
        page(b"\xef\xbb\xbf\xff\xfe\0\n" * 100),
        page(b"User-agent: *\n" + b"Allow: /*a*b*c$\n" * 100_000),
    ],
    ids=range(8),
)
def test_robots_that_forbid_nothing(answer: bytes, server: Site, fetcher: Fetcher) -> None:
    server.answers = {ROBOTS: answer, "*": page()}
    assert fetcher.get(server.url + "/post").status == 200


def test_robots_that_fail_forbid_all_for_now(server: Site, fetcher: Fetcher) -> None:
    server.answers = {ROBOTS: page(b"", "500 Oh"), "*": page()}
    for path in ("/1", "/2"):
        error = reason(fetcher, server.url + path)
        assert isinstance(error, TryLater) and error.status == 500 and "robots.txt" in str(error)
    assert server.paths() == []
    assert len(server.asked) == 3  # tried three times, then kept


def test_only_the_beginning_of_long_robots_counts(server: Site, fetcher: Fetcher) -> None:
    rules = b"User-agent: *\nDisallow: /first\n" + b"# comment\n" * 60_000 + b"Disallow: /last\n"
    server.answers = {ROBOTS: page(rules), "*": page()}
    assert isinstance(reason(fetcher, server.url + "/first"), DisallowedByRobots)
    assert fetcher.get(server.url + "/last").status == 200


@pytest.mark.parametrize(("stated", "delay"), [(b"3", 3), (b"600", 10), (b"nan", 0), (b"-1", 0), (b"x", 0)])
def test_crawl_delay(stated: bytes, delay: float, server: Site, fetcher: Fetcher, slept: list[float]) -> None:
    server.answers = {ROBOTS: page(b"User-agent: *\nCrawl-delay: " + stated), "*": page()}
    fetcher.get(server.url + "/1")
    fetcher.get(server.url + "/2")
    # After robots.txt, and after the first page; a clock that nobody's sleep moves shows their sum.
    assert [round(seconds) for seconds in slept] == ([delay, 2 * delay] if delay else [])


@given(st.binary(max_size=400) | st.text("Usr-agent:*Dilow/$\n #Sitemap0.9", max_size=300).map(str.encode))
@settings(deadline=None, max_examples=60)
def test_any_robots(rules: bytes) -> None:
    from ingest.fetch.addresses import parse_address
    from ingest.fetch.robots import read

    origin = parse_address("https://blog.example/robots.txt")
    found = read(rules.decode("utf-8-sig", "replace"), origin)
    assert 0 <= found.delay <= 10
    assert found.allow(origin) in (True, False)


# Pace


def test_two_at_once(server: Site) -> None:
    now, most, lock = 0, 0, threading.Lock()

    def slow(asked: Asked) -> bytes:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.03)
        with lock:
            now -= 1
        return page()

    server.answers = {"*": slow, ROBOTS: page(b"")}
    with Fetcher(allow_private=True) as fetcher, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: fetcher.get(f"{server.url}/{n}").status, range(12)))
    assert found == [200] * 12
    assert most == 2
    assert len(server.asked) == 13  # robots.txt once for all threads


def test_public_hosts_get_a_pause(server: Site, slept: list[float]) -> None:
    import httpcore

    class Local(httpcore.SyncBackend):
        def connect_tcp(self, *_: object, **__: object) -> httpcore.NetworkStream:
            return super().connect_tcp("127.0.0.1", server.port)

    server.answers["*"] = page()
    clock = itertools.count(0.0, 0.0001).__next__
    with Fetcher(
        resolve=lambda host, port: ["8.8.8.8"], sockets=Local(), sleep=slept.append, clock=clock
    ) as public:
        public.get("http://blog.example/")
        public.get("http://blog.example/")
    assert [round(seconds, 1) for seconds in slept] == [0.1, 0.2]  # time stands still here


# Time


def test_no_answer(server: Site, slept: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READ", 0.1)
    done = threading.Event()

    def silent(asked: Asked) -> bytes:
        done.wait(PATIENCE)
        return page()

    server.answers["/silent"] = silent
    with Fetcher(allow_private=True, sleep=slept.append) as fetcher:
        error = reason(fetcher, server.url + "/silent")
    done.set()
    assert isinstance(error, TryLater) and "did not answer within" in str(error)
    assert server.paths() == ["/silent"] * 3


@pytest.mark.parametrize("where", ["head", "body", "chunks", "interim"])
def test_a_byte_at_a_time(where: str, server: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte is quick, but the whole may not take longer than it may."""
    monkeypatch.setattr("ingest.fetch.client.TOTAL", 0.4)
    starts = {
        "head": b"HTTP/1.1 200 OK\r\nX-Long: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "interim": b"",
    }
    drops = {"chunks": b"1\r\na\r\n", "interim": b"HTTP/1.1 102 Wait\r\n\r\n"}

    dropped = 0

    def drip(asked: Asked) -> Iterator[bytes]:
        nonlocal dropped
        yield starts[where]
        for _ in range(1000):
            time.sleep(0.01)
            dropped += 1
            yield drops.get(where, b"a")

    server.answers = {"/drip": drip, ROBOTS: page(b"")}
    with Fetcher(allow_private=True) as fetcher:
        assert "completely" in str(reason(fetcher, server.url + "/drip"))
    assert dropped < 1000
    assert server.paths() == ["/drip"]  # a server as slow as that is not asked again


# Broken and hostile

OK = b"HTTP/1.1 200 OK\r\n"
BROKEN = [
    b"",
    b"\r\n\r\n",
    b"Hello.",
    b"\0" * 1000,
    b"\xff\xfe" * 500,
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"220 mail.example ESMTP\r\n",
    b"HTTP/1.1\r\n\r\n",
    b"HTTP/1.1 abc OK\r\n\r\n",
    b"HTTP/1.1 99 Low\r\n\r\n",
    b"HTTP/1.1 1000 High\r\n\r\n",
    b"HTTP/1.1 999 High\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 100 Go on\r\n\r\n",
    OK[:9],
    OK,
    OK + b"Content-Length: 10\r\n\r\nHell",
    OK + b"Content-Length: -1\r\n\r\nHello",
    OK + b"Content-Length: ten\r\n\r\nHello",
    OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nHello",
    OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nHello!",
    OK + b"No colon\r\n\r\nHello",
    OK + b": no name\r\n\r\nHello",
    OK + b"Bad\0Name: x\r\n\r\nHello",
    OK + b"X: a\0b\r\n\r\nHello",
    OK + b"X-Long: " + b"a" * 300_000 + b"\r\n\r\nHello",
    OK + b"X: y\r\n" * 50_000 + b"\r\nHello",
    OK + b"Transfer-Encoding: chunked\r\n\r\nHello",
    OK + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nHello\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nHello",
    OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nHelloHello\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\nHello",
    OK + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 200_000 + b"\r\nHello\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: gzip\r\n\r\nHello",
    OK + b"Content-Encoding: gzip\r\n\r\nHello",
    OK + b"Content-Encoding: br\r\n\r\nHello",
    OK + b"Content-Encoding: zstd\r\n\r\nHello",
    OK + b"Content-Encoding: compress\r\n\r\nHello",
    OK + b"Content-Encoding: " + b"gzip," * 500 + b"gzip\r\n\r\nHello",
    b"HTTP/1.1 302 Found\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\0\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: http://b\xc3\xa4d@x/\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:99999/\r\n\r\n",
    b"HTTP/1.1 429 Busy\r\nRetry-After: " + b"9" * 400 + b"\r\nContent-Length: 0\r\n\r\n",
]


@pytest.mark.parametrize("answer", BROKEN, ids=range(len(BROKEN)))
def test_broken_answers_have_plain_reasons(answer: bytes, server: Site, fetcher: Fetcher) -> None:
    server.answers["/"] = lambda asked: iter([answer])
    reason(fetcher, server.url)


ODD = [
    OK + b"Content-Type: \r\n\r\nHello",
    OK + b"Content-Type: ;;;charset=;,\r\nLink: <<<>>>;;rel=,<\r\nX-Robots-Tag: \xff\r\n\r\nHello",
    OK + b"Link: <http://[::1>; rel=a, <//a@b>; rel=b, <" + b"x" * 9000 + b">; rel=c\r\n\r\nHello",
    OK + b"Link: " + b"<a>; rel=" * 9000 + b"\r\n\r\nHello",
    OK + b"ETag: \xff\r\nLast-Modified: yesterday\r\nDate: \xff 99 Foo 99999 99:99:99\r\n\r\nHello",
    OK + b"ETag: " + b"x" * 50_000 + b"\r\nSet-Cookie: a=b; expires=\xff\r\n\r\nHello",
    OK
    + b"Last-Modified: Mon, 01 Jan 0001 00:00:00 +9999\r\nDate: Fri, 31 Dec 9999 23:59:59 -9999\r\n\r\nHello",
    OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\nTrailer: x\r\n\r\n",
    b"HTTP/1.0 200\r\n\r\nHello",
    b"HTTP/9.9 200 OK\r\n\r\nHello",
    b"HTTP/1.1 100 Go on\r\n\r\n" * 50 + OK + b"\r\nHello",
]


@pytest.mark.parametrize("answer", ODD, ids=range(len(ODD)))
def test_odd_answers_are_read(answer: bytes, server: Site, fetcher: Fetcher) -> None:
    server.answers["/"] = lambda asked: iter([answer])
    fetched = fetcher.get(server.url)
    assert fetched.body == b"Hello"
    assert fetched.etag is None and fetched.last_modified is None


_PARTS = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 302 Found",
    b"\r\n",
    b"\r\n\r\n",
    b"Content-Length: 5",
    b"Location: /",
    b":",
]
_PARTS += [
    b"Transfer-Encoding: chunked",
    b"5\r\nHello\r\n",
    b"0\r\n\r\n",
    b"Content-Encoding: gzip",
    b"\x1f\x8b\x08\0",
]
_PARTS += [
    b"Link: <a>; rel=b",
    b"Retry-After: 1",
    b"HTTP/1.1 503 Busy",
    b"Content-Encoding: deflate",
    b"\0",
    b"\xff",
]


def test_any_bytes(server: Site, fetcher: Fetcher) -> None:
    """Nothing but a FetchError leaves, whatever comes."""

    @given(st.binary(max_size=200) | st.lists(st.sampled_from(_PARTS), max_size=14).map(b"".join))
    @settings(deadline=None, max_examples=150)
    def check(answer: bytes) -> None:
        server.answers["/"] = lambda asked: iter([answer])
        try:
            assert fetcher.get(server.url, accept_status=(503,)).status in (200, 503)
        except FetchError as error:
            assert str(error)

    check()


@pytest.mark.parametrize(
    "url", ["", "blog", "ftp://a/", "http://", "http://a b/", "http://127.0.0.1:1x/", "\0"]
)
def test_what_is_no_address(url: str, fetcher: Fetcher) -> None:
    reason(fetcher, url)


def test_private_by_default(server: Site) -> None:
    with Fetcher() as fetcher:
        for url in (server.url, "http://localhost:8000/", f"http://[::1]:{server.port}/"):
            with pytest.raises(PrivateAddress, match="--allow-private"):
                fetcher.get(url)
    assert server.connections == 0


def test_a_closed_one_opens_again(server: Site, fetcher: Fetcher) -> None:
    server.answers["/"] = page()
    fetcher.get(server.url)
    fetcher.close()
    assert fetcher.get(server.url).status == 200
    assert server.connections == 2


def test_proxies_of_the_environment_are_not_used(
    server: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    server.answers["/"] = page()
    assert fetcher.get(server.url).status == 200


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of our own for blog.example, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl program to make a certificate")
    place = tmp_path_factory.mktemp("tls")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=blog.example"
    command += f" -addext subjectAltName=DNS:blog.example -keyout {place}/key -out {place}/cert"
    subprocess.run([openssl, *command.split()], check=True, capture_output=True)
    both = place / "both.pem"
    both.write_bytes((place / "key").read_bytes() + (place / "cert").read_bytes())
    return both


@pytest.fixture
def secure(server: Site, certificate: Path) -> tuple[Site, list[str]]:
    """The server behind TLS, and the names it was asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    names: list[str] = []
    context.sni_callback = lambda connection, name, _: names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.answers["*"] = page(b"Hello.")
    return server, names


def test_the_certificate_is_checked_against_the_name(
    secure: tuple[Site, list[str]], certificate: Path, slept: list[float]
) -> None:
    server, names = secure
    believed = ssl.create_default_context(cafile=str(certificate))

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with Fetcher(allow_private=True, resolve=resolve, tls=believed) as fetcher:
        assert fetcher.get(f"https://blog.example:{server.port}/").body == b"Hello."
        assert server.asked[-1].headers["host"] == f"blog.example:{server.port}"
        assert names == ["blog.example"]
        assert "certificate is not valid" in str(reason(fetcher, f"https://other.example:{server.port}/"))


def test_a_certificate_nobody_vouches_for(secure: tuple[Site, list[str]], fetcher: Fetcher) -> None:
    error = reason(fetcher, f"https://127.0.0.1:{secure[0].port}/")
    assert "its certificate is not valid" in str(error) and not isinstance(error, TryLater)


class _Plain(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(10)
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_no_tls_where_it_was_expected(fetcher: Fetcher) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Plain) as plain:
        threading.Thread(target=plain.serve_forever, args=(0.02,), daemon=True).start()
        port = plain.server_address[1]
        assert "no secure connection" in str(reason(fetcher, f"https://127.0.0.1:{port}/"))
        plain.shutdown()


def test_nothing_is_imported_before_it_is_needed() -> None:
    import sys

    code = "import sys, ingest.fetch; print([m for m in ('httpcore', 'httpx', 'tenacity', 'protego') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
