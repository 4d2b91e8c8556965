"""Ingesting a real WordPress on this machine: `tests/real/wordpress.sh start`, else all is skipped.

What a test changes in the blog is put back before the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from real_owner import SECRETS, Owner, answers, changes
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


WAYS: dict[str, tuple[tuple[str, ...], ...]] = {"api": (), "sitemap": (("switch", "rest_off", "on"),)}
"""Ways to a whole list of posts, and what must be switched for them."""


@pytest.fixture(params=WAYS)
def way(blog: WordPress, request: pytest.FixtureRequest) -> WordPress:
    """The blog, as it is and with its API switched off."""
    for words in WAYS[request.param]:
        blog.run(*words)
    return blog


def test_exactly_the_published_posts(way: WordPress, owner: Owner) -> None:
    report = owner.ingest(way.home)
    assert owner.ids() == set(way.published())
    assert set(report.added) == owner.ids()
    assert not report.removed and not report.updated


def test_nothing_that_is_not_public_is_stored(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    for article in owner.articles().values():
        everything = f"{article.title} {article.text}".lower()
        assert not [word for word in SECRETS if word in everything], article.id


def test_title_author_date_and_tags(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    stored = owner.articles()
    wrong: dict[tuple[str, str], object] = {}
    for address, post in way.published().items():
        article = stored[address]
        if article.author != post["author"]:
            wrong[address, "author"] = article.author
        if (article.published or "")[:10] != post["date"][:10]:  # the day that visitors see
            wrong[address, "published"] = article.published
        if not set(post["tags"]) <= set(article.tags):
            wrong[address, "tags"] = article.tags
        if post["title"] and "<" not in post["title"] and article.title != post["title"]:
            wrong[address, "title"] = article.title
    assert not wrong


def test_titles_hold_no_markup(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    stored = owner.articles()
    assert stored[way.post("hips-and-hamstrings-1")].title == "Hips & hamstrings: a “gentle” plan – part one"
    assert stored[way.post("without-a-title")].title  # made from the text


def test_headings_lists_captions_and_tables_are_kept(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    text = {address.split("/")[-2]: article.text for address, article in owner.articles().items()}
    assert "## The side stretch" in text["loosen-your-neck-at-the-desk"]
    assert "### When to stop" in text["loosen-your-neck-at-the-desk"]
    assert "2. Hold for twenty seconds and breathe out slowly." in text["loosen-your-neck-at-the-desk"]
    assert "![The back heel stays on the floor.]" in text["a-calf-stretch-at-the-wall"]
    assert "| Hamstrings | 45 | 3 |" in text["how-long-to-hold-a-stretch-a-table"]
    assert "![The rounded half of the movement.]" in text["morning-cat-and-cow"]
    assert "[caption" not in text["morning-cat-and-cow"]
    assert "- Knees under the hips" in text["morning-cat-and-cow"]
    assert "  - Bend the knee if it pulls behind it." in text["stretching-with-a-chair"]
    assert "Week one" in text["hips-and-hamstrings-1"]  # below the "more" mark


def test_what_surrounds_a_post_is_not_in_it(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    around = (
        "kettle boils",
        "Leave a comment",
        "Leave a Reply",
        "Recent Posts",
        "Proudly powered",
        "Skip to content",
    )
    for article in owner.articles().values():
        assert not [words for words in around if words.lower() in article.text.lower()], article.id


def test_a_post_in_several_pages_is_whole(blog: WordPress, owner: Owner) -> None:
    owner.ingest(blog.home)
    text = owner.articles()[blog.post("the-long-story-of-my-back")].text
    assert "fig tree that I did not need" in text and "knee-to-chest" in text and "with my legs" in text


def test_the_second_time_nothing_changes(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    report = owner.ingest(way.home)
    assert changes(report).keys() <= {"failed"}  # the posts without text
    assert set(report.unchanged) == owner.ids() == set(way.published())
    assert report.chunks_embedded == 0


def test_an_edit(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    address = way.edit("wrists-for-people-who-type", "Rest the wrists on a warm cup of tea instead.")
    report = owner.ingest(way.home)
    assert report.updated == (address,)
    assert not report.added and not report.removed
    assert "warm cup of tea" in owner.articles()[address].text


def test_a_new_post(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    address = way.publish("Ankles on a kerb", "--tags", "ankles")
    report = owner.ingest(way.home)
    assert report.added == (address,)
    assert not report.updated and not report.removed


@pytest.mark.parametrize("act", ["trash", "delete", "private", "draft", "password", "schedule"])
def test_a_post_that_is_no_longer_public_goes(way: WordPress, owner: Owner, act: str) -> None:
    owner.ingest(way.home)
    words = {"password": ["sesame"], "schedule": ["2036-01-01T09:00"]}.get(act, [])
    way.run(act, "wrists-for-people-who-type", *words)
    report = owner.ingest(way.home)
    assert report.removed == (way.post("wrists-for-people-who-type"),)
    assert not report.added and not report.updated
    assert owner.ids() == set(way.published())


def test_a_post_comes_back_out_of_the_bin(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    way.run("trash", "same-name")
    assert owner.ingest(way.home).removed == (way.post("same-name"),)
    way.run("untrash", "same-name")
    assert owner.ingest(way.home).added == (way.post("same-name"),)


def test_a_new_slug(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    new = way.one("edit", "same-name-2", "--slug", "the-mat-came-back")
    report = owner.ingest(way.home)
    assert (report.added, report.removed) == ((new,), (way.post("same-name-2"),))


def test_new_permalinks_for_all_posts(way: WordPress, owner: Owner) -> None:
    owner.ingest(way.home)
    way.run("permalinks", "dated")
    owner.ingest(way.home)
    assert owner.ids() == set(way.published())


def test_plain_permalinks(blog: WordPress, owner: Owner) -> None:
    """`/?p=7`, and the API at `/?rest_route=/`."""
    blog.run("permalinks", "plain")
    owner.ingest(blog.home)
    assert owner.ids() == set(blog.published())
    assert changes(owner.ingest(blog.home)).keys() <= {"failed"}


def test_plain_permalinks_without_the_api(blog: WordPress, owner: Owner) -> None:
    """robots.txt and the sitemap's usual address answer 404 then; `/?sitemap=index` does not."""
    blog.run("permalinks", "plain")
    blog.run("switch", "rest_off", "on")
    owner.ingest(blog.home)
    assert owner.ids() == set(blog.published())
