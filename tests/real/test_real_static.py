"""Ingesting blogs that generators of static sites made: Jekyll, Hugo, Pelican, MkDocs.

`tests/real/static.sh start` serves one by each; what changes or fails is built into the test's own
folder. A generator that is not there is skipped.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_owner import SECRETS, Owner, answers, changes
from real_static import SERVED, Generated, found, generated, slug_of, slugs

pytestmark = pytest.mark.real


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    return Owner(tmp_path / "owner")


@pytest.fixture(params=["jekyll", "hugo", "pelican", "mkdocs"])
def static(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Generated]:
    """One blog by each generator."""
    yield from generated(request.param, tmp_path)


@pytest.fixture(params=["jekyll", "hugo", "mkdocs"])
def listed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Generated]:
    """Blogs with a sitemap."""
    yield from generated(request.param, tmp_path)


@pytest.fixture(params=["jekyll", "hugo", "pelican"])
def fed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Generated]:
    """Blogs with a feed."""
    yield from generated(request.param, tmp_path)


@pytest.mark.parametrize("address", SERVED)
def test_a_static_blog_that_is_served(owner: Owner, address: str) -> None:
    address = address.rstrip("/")
    if not answers(address):
        pytest.skip(f"nothing answers at {address}: tests/real/static.sh start")
    report = owner.ingest(f"{address}/")
    assert found(owner) == slugs()
    assert all(one.startswith(f"{address}/") for one in owner.ids())
    assert not report.failed
    assert not owner.ingest(f"{address}/").updated


def test_home(static: Generated, owner: Owner) -> None:
    report = owner.ingest(static.home)
    assert found(owner) == slugs()
    assert not report.failed
    texts = " ".join(article.text for article in owner.articles().values()).lower()
    assert not [word for word in SECRETS if word in texts]


def test_what_is_said_of_a_post(static: Generated, owner: Owner) -> None:
    owner.ingest(static.home)
    articles = {slug_of(address): article for address, article in owner.articles().items()}
    post = articles["stretching-in-the-heat"]
    assert post.title == "Stretching in the heat"
    assert articles["stretching-and-strength"].title == "Stretching & strength, “friends” or foes?"
    if static.generator != "mkdocs":  # which shows neither
        assert (post.published or "").startswith("2022-07-01")
        assert post.author == "Dara Lind"


def test_a_static_post_keeps_its_shape_and_nothing_around_it(static: Generated, owner: Owner) -> None:
    owner.ingest(static.home)
    text = {slug_of(address): article.text for address, article in owner.articles().items()}
    assert "## What happens in the nerve" in text["why-stretching-feels-good"]
    assert text["why-stretching-feels-good"].startswith("A good stretch feels like a window")
    assert text["why-stretching-feels-good"].endswith("easier in the third week.")
    assert "2. Draw the towel towards you" in text["a-towel-for-the-hamstrings"]
    assert "| Wednesday | Back and chest | 12 |" in text["a-weekly-plan"]
    assert "![Elbows no higher than the shoulders.]" in text["shoulders-in-a-doorway"]
    assert text["a-short-note"] == "New class on Thursdays, half past six, bring a towel."


def test_unchanged_pages_are_not_sent_again(listed: Generated, owner: Owner) -> None:
    owner.ingest(listed.home)
    listed.site.log.clear()
    report = owner.ingest(listed.home)
    assert not changes(report)
    pages = [status for path, status in listed.site.log if slug_of(path) in slugs()]
    assert pages == [304] * len(slugs())


def test_rebuilding_without_a_change(static: Generated, owner: Owner) -> None:
    owner.ingest(static.home)
    static.build()
    report = owner.ingest(static.home)
    assert not changes(report)
    assert report.chunks_embedded == 0


def test_an_edited_static_post(static: Generated, owner: Owner) -> None:
    owner.ingest(static.home)
    file = static.file("feet-first")
    file.write_text(file.read_text() + "\nWarm socks help too, in January.\n")
    static.build()
    for path in static.site.folder.rglob("*"):
        os.utime(path, (time.time() - 3600,) * 2)
    report = owner.ingest(static.home)
    assert [slug_of(one) for one in report.updated] == ["feet-first"]
    assert not report.added and not report.removed


def test_a_new_static_post(static: Generated, owner: Owner) -> None:
    owner.ingest(static.home)
    head = "---\ntitle: Hands and fingers\ndate: 2023-05-20\nauthor: Dara Lind\ntags: [hands]\n---\n\n"
    (static.posts / "2023-05-20-hands-and-fingers.md").write_text(
        f"{head}Make a fist, then a star, ten times.\n"
    )
    static.build()
    report = owner.ingest(static.home)
    assert [slug_of(one) for one in report.added] == ["hands-and-fingers"]
    assert not report.removed


def test_a_deleted_static_post(static: Generated, owner: Owner) -> None:
    """Gone from the list, or (where there is only a feed) gone from the feed and answering 404."""
    owner.ingest(static.home)
    static.file("a-weekly-plan").unlink()
    static.build()
    report = owner.ingest(static.home)
    assert [slug_of(one) for one in report.removed] == ["a-weekly-plan"]
    assert found(owner) == slugs(static.posts)


def test_a_sitemap_by_its_address(listed: Generated, owner: Owner) -> None:
    owner.ingest(f"{listed.home}sitemap.xml")
    assert found(owner) == slugs()
    listed.file("a-weekly-plan").unlink()
    listed.build()
    assert [slug_of(one) for one in owner.ingest(f"{listed.home}sitemap.xml").removed] == ["a-weekly-plan"]


def test_a_feed_by_its_address(fed: Generated, owner: Owner) -> None:
    assert fed.feed
    report = owner.ingest(fed.feed)
    assert found(owner) == slugs()
    assert not report.failed
    texts = {slug_of(address): article.text for address, article in owner.articles().items()}
    assert texts["what-a-physio-told-me"].endswith("four minutes, every day, for six weeks.")


def test_home_and_feed_give_one_post_once(fed: Generated, owner: Owner) -> None:
    assert fed.feed
    owner.ingest(fed.home)
    before = owner.ids()
    report = owner.ingest(fed.feed)
    assert owner.ids() == before
    assert not report.removed and not report.added


def test_one_static_page(static: Generated, owner: Owner, tmp_path: Path) -> None:
    owner.ingest(static.home)
    address = next(one for one in owner.ids() if slug_of(one) == "feet-first")
    alone = Owner(tmp_path / "alone")
    assert alone.ingest(address).added == (address,)
    assert alone.ingest(address).unchanged == (address,)


def test_half_of_the_static_pages_answer_500(listed: Generated, owner: Owner) -> None:
    owner.ingest(listed.home)
    before = owner.ids()
    broken = set(sorted(slugs())[::2])
    listed.site.fails = lambda path: slug_of(path) in broken
    listed.file("feet-first").unlink()
    listed.build()
    report = owner.ingest(listed.home)
    assert {slug_of(one.name) for one in report.failed} >= broken - {"feet-first"}
    assert all("500" in one.reason for one in report.failed if slug_of(one.name) in broken)
    gone = {slug_of(one) for one in report.removed}
    assert gone <= {"feet-first"}  # the list itself was whole
    assert owner.ids() >= before - set(report.removed)


def test_a_sitemap_that_answers_500(listed: Generated, owner: Owner) -> None:
    owner.ingest(listed.home)
    before = owner.ids()
    listed.site.fails = lambda path: path.startswith("/sitemap.xml")
    report = owner.ingest(listed.home)
    assert not report.removed
    assert owner.ids() == before
    assert report.failed


def test_a_sitemap_that_is_cut_off(listed: Generated, owner: Owner) -> None:
    owner.ingest(listed.home)
    before = owner.ids()
    sitemap = listed.site.folder / "sitemap.xml"
    sitemap.write_bytes(sitemap.read_bytes()[: sitemap.stat().st_size // 2])
    report = owner.ingest(listed.home)
    assert not report.removed
    assert owner.ids() == before
    assert report.failed


def test_an_empty_sitemap(listed: Generated, owner: Owner) -> None:
    """A build that went wrong."""
    owner.ingest(listed.home)
    before = owner.ids()
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    (listed.site.folder / "sitemap.xml").write_text(f'<urlset xmlns="{space}"></urlset>')
    report = owner.ingest(listed.home)
    assert not report.removed
    assert owner.ids() == before


def test_the_server_is_down(listed: Generated, owner: Owner) -> None:
    owner.ingest(listed.home)
    before = owner.ids()
    listed.site.fails = lambda path: True
    report = owner.ingest(listed.home)
    assert owner.ids() == before
    assert report.failed
