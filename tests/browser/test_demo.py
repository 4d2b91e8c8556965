"""The demo blog: its pages, what ingest makes of them, and where citations of it land in Chromium."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import fragments
import numpy as np
import pytest
from patience import PATIENCE
from processes import assert_announced, started
from starlette.testclient import TestClient

from bot import demo
from ingest.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [str(ROOT / "data" / name) for name in ("articles", "guides")]


@pytest.fixture(scope="module")
def written() -> tuple[demo.Post, ...]:
    return demo.load_posts(SOURCES)


@pytest.fixture
def client(written: tuple[demo.Post, ...]) -> TestClient:
    return TestClient(demo.create_blog("https://chat.example", written))


def test_every_page_has_the_line_once(client: TestClient, written: tuple[demo.Post, ...]) -> None:
    for path in ("/", "/about", *(f"/post/{post.slug}" for post in written)):
        assert client.get(path).text.count('<script src="https://chat.example/widget.js"') == 1
    assert len(written) == 8


def test_pictures_belong_to_posts(client: TestClient, written: tuple[demo.Post, ...]) -> None:
    for post in written:
        assert client.get(f"/pictures/{post.slug}.svg").status_code == 200


def test_a_page_that_is_not_there(client: TestClient) -> None:
    missing = client.get("/post/nothing")
    assert missing.status_code == 404
    assert "noindex" in missing.text


def test_a_taken_port_is_said(written: tuple[demo.Post, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(ConfigError, match=f"Port {port} is taken.*DEMO_PORT"),
            demo.serve_blog(demo.create_blog(None, written), port),
        ):
            pass


def test_the_chat_and_the_blog_need_a_port_each() -> None:
    with pytest.raises(ConfigError, match=r"port each, not 7870 both.*DEMO_PORT"):
        demo.check_ports(7870, 7870)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"Port {port} is taken.*or --port"):
            demo.check_ports(port, 7870)


def test_an_interrupt_of_the_terminal_ends_both_servers_quietly() -> None:
    """Without the model: the chat's bot is a scripted one, and nothing is read."""
    code = (
        "import sys; sys.path.insert(0, 'tests/support'); import bot.startup, fake_bot;"
        "from bot import config, demo; from bot.server import exit_now, serve;"
        "bot.startup.open_bot = fake_bot.FakeBot\n"
        "with demo.serve_blog(demo.create_blog(None, demo.load_posts()), 0) as blog:\n"
        "    print(blog, flush=True); serve(config.BotConfig(port=int(sys.argv[1])))\n"
        "exit_now()"
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with started(
        [sys.executable, "-c", code, str(port)], cwd=ROOT, start_new_session=True, **pipes
    ) as process:
        assert process.stdout is not None
        blog = process.stdout.readline().strip()
        assert_announced(process.stdout, port)
        for served in (f"{blog}/about", f"http://127.0.0.1:{port}/healthz"):
            with urlopen(served, timeout=PATIENCE) as response:
                assert response.status == 200
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does: everything that the terminal started
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_killed_demo_is_started_again_with_its_blog() -> None:
    """In the order of `footnote demo`: first the watchdog, which forks, then the blog's thread."""
    code = (
        "import os, sys; sys.path.insert(0, 'tests/support'); import fake_bot, bot.startup\n"
        "from bot import config, demo; from bot.server import Limits, exit_now, serve, watch\n"
        "bot.startup.open_bot = fake_bot.FakeBot\n"
        "heart = watch(Limits(starting=600, pause=0.1))\n"
        "with demo.serve_blog(demo.create_blog(None, demo.load_posts()), 0) as blog:\n"
        "    print(os.getpid(), blog, flush=True); serve(config.BotConfig(port=int(sys.argv[1])), heart)\n"
        "exit_now()"
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with started([sys.executable, "-c", code, str(port)], cwd=ROOT, **pipes) as process:
        assert process.stdout is not None
        children: set[str] = set()
        for _ in range(2):
            child, blog = process.stdout.readline().split()
            assert_announced(process.stdout, port)
            for served in (f"{blog}/about", f"http://127.0.0.1:{port}/healthz"):
                with urlopen(served, timeout=PATIENCE) as response:
                    assert response.status == 200
            if not children:
                os.kill(int(child), signal.SIGKILL)
            children.add(child)
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)
    assert len(children) == 2 and process.returncode == 0 and "is started again" in err


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with fragments.served(fragments.site()) as found:
        yield found


def test_ingest_reads_the_posts_and_nothing_around_them(address: str, written: tuple[demo.Post, ...]) -> None:
    read = {(a.url or "").rsplit("/", 1)[-1]: a for a in fragments.articles(address, ())}
    assert {slug: a.text.strip() for slug, a in read.items()} == {p.slug: p.markdown.strip() for p in written}


@pytest.mark.browser
def test_a_sample_of_citations_lands_exactly(chromium: Any, address: str) -> None:
    """All of them: python tests/support/fragments.py."""
    all_of_them = [
        quote for a in fragments.articles(address, ("signs", "wix")) for quote in fragments.quotes(a)
    ]
    page = chromium.new_page(viewport={"width": 1000, "height": 700})
    landings = fragments.measure(page, random.Random(5).sample(all_of_them, 10), lambda landing: None)
    page.close()
    missed = [(landing.problem, landing.quote.link) for landing in landings if landing.problem]
    assert missed == []


def test_the_measure_sees_what_is_wrong() -> None:
    rects = [[10.0, 10.0, 60.0, 30.0]]
    exact = np.zeros((100, 100), bool)
    exact[8:32, 10:60] = True
    more, less = exact.copy(), exact.copy()
    more[70:80, 10:60] = True
    less[:, 40:] = False
    assert fragments.compare(exact, rects) == ""
    assert fragments.compare(more, rects).startswith("more than it")
    assert fragments.compare(less, rects) == fragments.PART
    elsewhere = np.zeros((100, 100), bool)
    elsewhere[70:80, 10:60] = True
    assert fragments.compare(elsewhere, rects).startswith("something else")
    assert fragments.compare(np.zeros((100, 100), bool), rects) == "nothing highlighted"
