"""Ingesting a real WordPress in other ways and in bad health: by feed, by one post, by a list that breaks off.

Needs `tests/real/wordpress.sh start`, else all is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from real_owner import Owner, answers, changes
from real_wordpress import ASKED_FOR, WORDPRESS, WordPress, alone

pytestmark = pytest.mark.real


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    return Owner(tmp_path / "owner")


@pytest.fixture(scope="session")
def wordpress() -> Iterator[WordPress]:
    if not ASKED_FOR or not answers(WORDPRESS):
        pytest.skip("needs tests/real/wordpress.sh start, and FOOTNOTE_TEST_WORDPRESS=http://127.0.0.1:8081")
    with alone():
        yield WordPress()


@pytest.fixture
def blog(wordpress: WordPress) -> Iterator[WordPress]:
    wordpress.reset()
    yield wordpress
    wordpress.reset()


def test_the_api_switched_off_between_two_rounds(blog: WordPress, owner: Owner) -> None:
    owner.ingest(blog.home)
    before = owner.ids()
    blog.run("switch", "rest_off", "on")
    report = owner.ingest(blog.home)
    assert owner.ids() == before
    assert not report.added and not report.removed
    blog.run("switch", "rest_off", "off")
    report = owner.ingest(blog.home)
    assert owner.ids() == before
    assert not report.added and not report.removed


def test_both_ways_say_the_same_of_a_post(blog: WordPress, tmp_path: Path) -> None:
    """Else switching the API on or off would embed the whole blog anew."""
    first, second = Owner(tmp_path / "api"), Owner(tmp_path / "sitemap")
    first.ingest(blog.home)
    blog.run("switch", "rest_off", "on")
    second.ingest(blog.home)
    one, other = first.articles(), second.articles()
    fields = ("title", "text", "url", "author", "published", "tags")
    differ = {
        (address.split("/")[-2], name): (getattr(one[address], name), getattr(other[address], name))
        for address in one.keys() & other.keys()
        for name in fields
        if getattr(one[address], name) != getattr(other[address], name)
    }
    allowed = {("the-long-story-of-my-back", "text")}  # its other pages are pages of their own
    assert not {key: value for key, value in differ.items() if key not in allowed}


def test_a_block_theme(blog: WordPress, owner: Owner) -> None:
    """Without the API, from pages that a theme of today made."""
    blog.run("theme", "twentytwentythree")
    blog.run("switch", "rest_off", "on")
    owner.ingest(blog.home)
    assert owner.ids() == set(blog.published())
    post = owner.articles()[blog.post("questions-readers-ask")]
    assert post.text.startswith("These come up again") and post.text.endswith("ask a doctor.")
    assert ((post.published or "")[:10], post.author) == ("2023-07-07", "Ann Weaver")


def test_an_api_that_no_page_names(blog: WordPress, owner: Owner) -> None:
    blog.run("switch", "rest_hidden", "on")
    owner.ingest(blog.home)
    assert owner.ids() == set(blog.published())


def test_more_posts_than_one_page_of_the_api(blog: WordPress, owner: Owner) -> None:
    bulk = {str(post["url"]) for post in blog.run("bulk", "130")}
    owner.ingest(blog.home)
    assert bulk <= owner.ids()
    assert owner.ids() == set(blog.published())


def test_an_api_that_breaks_off_removes_nothing(blog: WordPress, owner: Owner) -> None:
    blog.run("bulk", "130")
    owner.ingest(blog.home)
    before = owner.ids()
    blog.run("switch", "api_broken", "on")
    blog.run("trash", "same-name")
    report = owner.ingest(blog.home)
    assert not report.removed
    assert owner.ids() == before
    assert report.failed
    blog.run("switch", "api_broken", "off")
    assert owner.ingest(blog.home).removed == (blog.post("same-name"),)


def test_half_of_the_pages_fail(blog: WordPress, owner: Owner) -> None:
    blog.run("switch", "rest_off", "on")
    owner.ingest(blog.home)
    before = owner.ids()
    blog.run("switch", "half_broken", "on")
    report = owner.ingest(blog.home)
    assert not report.removed
    assert owner.ids() == before
    assert len([one for one in report.failed if one.name in before]) >= len(before) // 2 - 2
    assert all("500" in one.reason for one in report.failed if one.name in before)


def test_noindex(blog: WordPress, owner: Owner) -> None:
    """The API does not tell it; a page does."""
    blog.run("switch", "rest_off", "on")
    owner.ingest(blog.home)
    blog.run("noindex", "same-name", "on")
    assert owner.ingest(blog.home).removed == (blog.post("same-name"),)


def test_the_sitemap_by_its_address(blog: WordPress, owner: Owner) -> None:
    owner.ingest(f"{WORDPRESS}/wp-sitemap.xml")
    assert owner.ids() == set(blog.published())
    blog.run("trash", "same-name")
    assert owner.ingest(f"{WORDPRESS}/wp-sitemap.xml").removed == (blog.post("same-name"),)


@pytest.mark.parametrize("excerpts", ["off", "on"])
def test_a_feed_adds_and_never_removes_what_it_no_longer_shows(
    blog: WordPress, owner: Owner, excerpts: str
) -> None:
    blog.run("switch", "feed_excerpts", excerpts)
    feed = f"{WORDPRESS}/feed/"
    owner.ingest(feed)
    first = owner.ids()
    assert first == set(list(blog.published())[-10:])
    assert "Why it helps" in owner.articles()[blog.post("wrists-for-people-who-type")].text
    new = {blog.publish(f"Newer than all {n}") for n in range(5)}
    report = owner.ingest(feed)
    assert set(report.added) == new
    assert not report.removed
    assert owner.ids() == first | new


def test_a_post_of_a_feed_that_was_trashed(blog: WordPress, owner: Owner) -> None:
    """It is not in the feed any more, and its page answers 404: so it is gone."""
    feed = f"{WORDPRESS}/feed/"
    owner.ingest(feed)
    blog.run("trash", "wrists-for-people-who-type")
    assert blog.post("wrists-for-people-who-type") in owner.ingest(feed).removed


def test_a_post_of_a_feed_gets_a_password(blog: WordPress, owner: Owner) -> None:
    feed = f"{WORDPRESS}/feed/"
    owner.ingest(feed)
    blog.run("password", "wrists-for-people-who-type", "sesame")
    owner.ingest(feed)
    stored = owner.articles().get(blog.post("wrists-for-people-who-type"))
    assert stored is None


def test_without_api_and_sitemap_the_feed(blog: WordPress, owner: Owner) -> None:
    blog.run("switch", "rest_off", "on")
    blog.run("switch", "sitemap_off", "on")
    owner.ingest(blog.home)
    assert owner.ids() == set(list(blog.published())[-10:])


def test_losing_the_whole_list_removes_nothing(blog: WordPress, owner: Owner) -> None:
    """Once read whole, now only a feed is left: what that does not show is not gone."""
    owner.ingest(blog.home)
    before = owner.ids()
    blog.run("switch", "rest_off", "on")
    blog.run("switch", "sitemap_off", "on")
    assert not owner.ingest(blog.home).removed
    assert owner.ids() == before


def test_one_post(blog: WordPress, owner: Owner) -> None:
    address = blog.post("wrists-for-people-who-type")
    assert owner.ingest(address).added == (address,)
    assert owner.ingest(address).unchanged == (address,)
    blog.edit("wrists-for-people-who-type", "Rest the wrists on a warm cup of tea instead.")
    assert owner.ingest(address).updated == (address,)
    blog.run("trash", "wrists-for-people-who-type")
    assert owner.ingest(address).removed == (address,)


@pytest.mark.parametrize("slug", ["for-members-the-splits", "a-private-note-to-myself", "no-such-post"])
def test_one_post_that_is_not_public(blog: WordPress, owner: Owner, slug: str) -> None:
    report = owner.ingest(blog.post(slug))
    assert not report.added
    assert report.failed or report.left_out


def test_one_post_then_the_whole_blog(blog: WordPress, owner: Owner) -> None:
    owner.ingest(blog.post("wrists-for-people-who-type"))
    report = owner.ingest(blog.home)
    assert not report.removed
    assert owner.ids() == set(blog.published())
    blog.run("trash", "wrists-for-people-who-type")
    assert owner.ingest(blog.home).removed == (blog.post("wrists-for-people-who-type"),)


def test_the_home_with_and_without_a_slash(blog: WordPress, owner: Owner) -> None:
    """`http://blog` and `http://blog/` are one source."""
    owner.ingest(WORDPRESS)
    report = owner.ingest(blog.home)
    assert changes(report).keys() <= {"failed"}
    blog.run("trash", "same-name")
    assert owner.ingest(WORDPRESS).removed == (blog.post("same-name"),)
