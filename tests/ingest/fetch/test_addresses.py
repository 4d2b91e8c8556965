"""Who may be asked: readings of addresses, public or not, and nobody else is ever connected to."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_site import moved, page, site

from ingest.errors import FetchError, PrivateAddress
from ingest.fetch.addresses import is_public, may_have_pages, parse_address
from ingest.fetch.client import Fetcher

PUBLIC = "93.184.215.14"


class Recorder(httpcore.NetworkBackend):
    """Opens nothing but what `leads` sends to a test's own server; remembers every attempt."""

    def __init__(self, leads: Callable[[str, int], int | None] = lambda host, port: None) -> None:
        self.attempts: list[tuple[str, int]] = []
        self._leads = leads

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.attempts.append((host, port))
        local = self._leads(host, port)
        if local is None:
            raise httpcore.ConnectError("not in a test")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", local, timeout)


def guarded(
    resolve: Callable[[str, int], list[str]], recorder: Recorder, *, allow_private: bool = False
) -> Fetcher:
    return Fetcher(resolve=resolve, sockets=recorder, sleep=lambda seconds: None, allow_private=allow_private)


# One reading


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("HTTP://Blog.Example", "http://blog.example/"),
        (" https://blog.example:443/a?b=c#d\n", "https://blog.example/a?b=c"),
        ("http://blog.example:80./", None),
        ("http://blog.example.:8080", "http://blog.example:8080/"),
        ("https://blog.example/ä b?q=ü|", "https://blog.example/%C3%A4%20b?q=%C3%BC%7C"),
        ("https://blog.example/100%25/%e4", "https://blog.example/100%25/%e4"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://my_blog.-odd-.example/", "https://my_blog.-odd-.example/"),
        ("http://[2606:4700:0::1]:81/", "http://[2606:4700::1]:81/"),
        ("http://１２７.０.０.１/", "http://127.0.0.1/"),  # full-width digits: read, then refused as private
        ("http://①②⑦。⓪。⓪。①/", "http://127.0.0.1/"),
        ("http://8.8.8.8./", "http://8.8.8.8/"),
        ("http://127.1/", None),
        ("http://0x7f.1/", None),
        ("http://2130706433/", None),
        ("http://0177.0.0.1/", None),
        ("http://0x7f000001/", None),
        ("http://1.2.3.256/", None),
        ("http://blog.0x10/", None),
        ("http://a@blog.example/", None),
        ("http://a:b@blog.example/", None),
        ("http://@blog.example/", None),
        ("http://blog.example\\@127.0.0.1/", None),
        ("http:\\\\127.0.0.1/", None),
        ("http://blog%2eexample/", None),
        ("http://127.0.0.1%20/", None),
        ("http://[::1%25eth0]/", None),
        ("http://[fe80::1%eth0]/", None),
        ("http://[::1]x/", None),
        ("http://[127.0.0.1]/", None),
        ("http://::1/", None),
        ("http://blog..example/", None),
        ("http://./", None),
        ("http:///path", None),
        ("http:path", None),
        ("http://" + "a" * 64 + ".example", None),
        ("http://blog.example:99999/", None),
        ("http://blog.example:0/", None),
        ("http://blog.example:-1/", None),
        ("http://blog.example:８０/", None),
        ("http://blog.exa\tmple/", None),
        ("http://blog.example/\r\nHost: other", None),
        ("http://blog.example/\ud800", None),
        ("http://blog.example/" + "a" * 9000, None),
        ("ftp://blog.example/", None),
        ("file:///etc/passwd", None),
        ("javascript:alert(1)", None),
        ("blog.example", None),
        ("", None),
    ],
)
def test_an_address_has_one_reading_or_none(stated: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(FetchError) as caught:
            parse_address(stated)
        assert str(caught.value)[0].islower()
    else:
        assert str(parse_address(stated)) == read
        assert parse_address(read) == parse_address(stated)


def test_relative_to_another() -> None:
    base = parse_address("https://blog.example/a/b?c")
    assert str(parse_address("../d", base)) == "https://blog.example/d"
    assert str(parse_address("//Other.example", base)) == "https://other.example/"
    assert str(parse_address("?e", base)) == "https://blog.example/a/b?e"


@given(st.text(max_size=60) | st.text("ht/p:[]@.\\%?#01x７。٠a", max_size=30).map(lambda t: "http://" + t))
def test_any_text_is_read_to_the_same_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except FetchError:
        return
    assert str(address).isascii()
    assert parse_address(str(address)) == address


# Public or not


@pytest.mark.parametrize(
    "number",
    """
    8.8.8.8 1.1.1.1 93.184.215.14 172.32.0.1 100.63.255.255 100.128.0.1 169.253.0.1 192.0.1.1 11.0.0.1
    2606:4700:4700::1111 2a00:1450:4001:81b::200e ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
    """.split(),
)
def test_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    "number",
    """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.255 168.63.129.16 169.254.169.254
    169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1
    198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::ffff:10.0.0.1 ::ffff:0:127.0.0.1
    64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 64:ff9b:1::808:808 100::1 2001::1 2001:0:4136:e378::1 2001:db8::1
    2001:10::1 2002:7f00:1::1 2002:a9fe:a9fe:: 2002:c0a8:101::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1
    fe80::1%eth0 2606:4700::1%eth0 fec0::1 ff02::1 ff0e::1 4000::1 2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:7f00:1
    localhost 127.1 0x7f000001 1.2.3 1.2.3.4.5
    """.split(),
)
def test_not_public(number: str) -> None:
    assert not is_public(number)


@given(st.integers(0, 2**32 - 1))
def test_clothes_do_not_make_an_address_public(number: int) -> None:
    four = ipaddress.IPv4Address(number)
    if not is_public(str(four)):
        mapped, nat64, six_to_four = 0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112
        for inside in (mapped | number, nat64 | number, six_to_four | number << 80 | 1, number):
            assert not is_public(str(ipaddress.IPv6Address(inside)))


def test_ports() -> None:
    assert all(may_have_pages(port) for port in (80, 443, 8000, 8080, 8443, 3000))
    assert not any(may_have_pages(port) for port in (22, 25, 2375, 3306, 5432, 6379, 11211, 27017))


# Nobody else is connected to

_INSIDE = ("localhost", "localdomain", ".internal", "metadata", "redirect-server", "ip6-", "1u.ms")


def as_dns_would(host: str, port: int) -> list[str]:
    """A stub: names that are known to lead inside do, all others are public."""
    if host.startswith(("o177", "0o177", "q177")):
        return ["127.0.0.1"]
    if any(part in host for part in ("nip.io", "xip.io", "metadata")):
        return ["169.254.169.254"]
    return ["127.0.0.1"] if any(part in host for part in _INSIDE) else [PUBLIC]


def test_collected_tricks_reach_nothing_private(shared: Path) -> None:
    lines = (shared / "eval" / "security" / "ssrf_urls.jsonl").read_text(encoding="utf-8").splitlines()
    tricks = [json.loads(line)["text"] for line in lines]
    assert len(tricks) > 150
    recorder = Recorder()
    refused = 0
    with guarded(as_dns_would, recorder) as fetcher:
        for trick in tricks:
            before = len(recorder.attempts)
            with pytest.raises(FetchError):
                fetcher.get(trick)
            refused += len(recorder.attempts) == before
    assert {host for host, _ in recorder.attempts} == {PUBLIC}
    assert all(port in (80, 443) for _, port in recorder.attempts)
    assert refused > 140


@pytest.mark.parametrize("numbers", [["10.0.0.1"], [PUBLIC, "::1"], ["fe80::1%eth0"], ["no number"]])
def test_one_private_address_is_enough(numbers: list[str]) -> None:
    recorder = Recorder()
    with guarded(lambda host, port: numbers, recorder) as fetcher, pytest.raises(PrivateAddress) as caught:
        fetcher.get("https://blog.example/")
    assert recorder.attempts == []
    assert "--allow-private" in str(caught.value)


def test_allow_private_skips_that_check_only() -> None:
    recorder = Recorder()
    with guarded(lambda host, port: ["10.0.0.1"], recorder, allow_private=True) as fetcher:
        with pytest.raises(FetchError):
            fetcher.get("http://blog.example:6379/")
        assert ("10.0.0.1", 6379) in recorder.attempts
        for refused in ("http://a:b@blog.example/", "http://127.1/", "file:///etc/passwd"):
            recorder.attempts.clear()
            with pytest.raises(FetchError):
                fetcher.get(refused)
            assert recorder.attempts == []


def test_other_services_are_left_alone() -> None:
    recorder = Recorder()
    with guarded(lambda host, port: [PUBLIC], recorder) as fetcher:
        with pytest.raises(FetchError, match="port 6379"):
            fetcher.get("http://blog.example:6379/")
        with pytest.raises(FetchError, match="port 25"):
            fetcher.robots_sitemaps("http://blog.example:25/")
    assert recorder.attempts == []


def test_a_name_that_changes_its_mind_is_asked_once() -> None:
    """DNS rebinding: the checked address is the one connected to, though the next answer is another."""
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with site() as server:
        server.answers["/post"] = page(b"Hello.")
        recorder = Recorder(lambda host, port: server.port if host == PUBLIC else None)
        with guarded(rebinding, recorder) as fetcher:
            assert fetcher.get("http://blog.example/post").body == b"Hello."
    assert asked == ["blog.example"]  # one connection, for robots.txt and the page
    assert recorder.attempts == [(PUBLIC, 80)]


def test_a_new_connection_is_checked_anew() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    with site() as server:
        closing = page(b"Hello.", Connection="close")
        server.answers = {"/robots.txt": closing, "/post": closing}
        recorder = Recorder(lambda host, port: server.port)
        with (
            guarded(lambda host, port: next(answers), recorder) as fetcher,
            pytest.raises(PrivateAddress),
        ):
            fetcher.get("http://blog.example/post")
    assert recorder.attempts == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "to",
    """
    http://127.0.0.1/ http://inside.example/ //169.254.169.254/latest http://[::1]/ http://2130706433/
    http://user@blog.example/ file:///etc/passwd javascript:alert(1) gopher://localhost:25/ http://blog.example:22/
    data:text/html,hello http://blog.example\\@127.0.0.1/ http://[::ffff:7f00:1]/ about:blank
    """.split(),
)
def test_each_redirect_is_checked(to: str) -> None:
    with site() as server:
        server.answers["/post"] = moved(to)
        recorder = Recorder(lambda host, port: server.port)

        def resolve(host: str, port: int) -> list[str]:
            return ["192.168.0.7"] if host == "inside.example" else [PUBLIC]

        with guarded(resolve, recorder) as fetcher, pytest.raises(FetchError):
            fetcher.get("http://blog.example/post")
        assert server.paths() == ["/post"]
    assert set(recorder.attempts) == {(PUBLIC, 80)}


def test_robots_txt_that_redirects_inside_is_not_followed() -> None:
    with site() as server:
        server.answers["/robots.txt"] = moved("http://127.0.0.1:2375/")
        recorder = Recorder(lambda host, port: server.port)
        with guarded(lambda host, port: [PUBLIC], recorder) as fetcher:
            assert fetcher.robots_sitemaps("http://blog.example/") == ()
    assert recorder.attempts == [(PUBLIC, 80)]


def test_the_second_address_is_tried_when_the_first_is_down() -> None:
    with site() as server:
        server.answers["/post"] = page(b"Hello.")
        recorder = Recorder(lambda host, port: server.port if host == "8.8.8.8" else None)
        with guarded(lambda host, port: [PUBLIC, "8.8.8.8"], recorder) as fetcher:
            assert fetcher.get("http://blog.example/post").body == b"Hello."
    assert recorder.attempts == [(PUBLIC, 80), ("8.8.8.8", 80)]


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_NONAME, "unknown"), OSError("odd")])
def test_no_such_host(error: OSError) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise error

    with (
        guarded(resolve, Recorder()) as fetcher,
        pytest.raises(FetchError, match=r"there is no host blog\.example") as caught,
    ):
        fetcher.get("https://blog.example/")
    assert caught.value.status is None


def test_a_number_is_not_resolved() -> None:

    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    with site() as server, Fetcher(resolve=resolve, allow_private=True) as fetcher:
        server.answers["/"] = page(b"Hello.")
        assert fetcher.get(server.url).body == b"Hello."
