"""What a sync removes, and what it refuses to believe, where the sources are on the web."""

from __future__ import annotations

import pytest

from ingest.article import LeftOut, LoadFailure, Seen
from ingest.index import Stored
from ingest.plan import plan
from ingest.sources import Listing, page_of, preferred_origin

SITE = "listing:https://b.example/ "
FEED = "feed:https://b.example/feed "


def page(name: str) -> str:
    return f"https://b.example/{name}"


def stored(*names: str, prefix: str = SITE) -> dict[str, Stored]:
    return {page(name): Stored("1", f"{prefix}{page(name)}") for name in names}


def seen(name: str, version: str = "1", prefix: str = SITE) -> Seen:
    return Seen(page(name), version, f"{prefix}{page(name)}")


def failed(name: str, *, incomplete: bool = False) -> LoadFailure:
    return LoadFailure(f"{SITE}{page(name)}", page(name), "it did not answer", incomplete)


def out(name: str, prefix: str = SITE, *, gone: bool = False) -> LeftOut:
    return LeftOut(f"{prefix}{page(name)}", page(name), "the page is gone (404)", gone)


def site(*found: Seen | LoadFailure | LeftOut) -> Listing:
    return Listing("https://b.example/", SITE, found)


def feed(*found: Seen | LoadFailure | LeftOut) -> Listing:
    return Listing("https://b.example/feed", None, found)


def removed(held: dict[str, Stored], *listings: Listing, prune: bool = False) -> list[str]:
    return [key.rpartition("/")[2] for key in plan(held, listings, prune=prune).removed]


def test_what_a_site_no_longer_lists_goes() -> None:
    assert removed(stored("a", "b", "c"), site(seen("a"), seen("c"))) == ["b"]


def test_what_a_feed_no_longer_lists_stays() -> None:
    assert removed(stored("a", "b", prefix=FEED), feed(seen("a", prefix=FEED))) == []


def test_two_lists_of_one_site_do_not_touch_each_other() -> None:
    held = stored("a") | stored("b", prefix="listing:https://b.example/de/ ")
    assert removed(held, site(seen("a"))) == []


@pytest.mark.parametrize("gone", [True, False])
def test_a_page_that_says_it_is_no_post_goes_whatever_listed_it(gone: bool) -> None:
    for prefix in (SITE, FEED, ""):
        held = stored("a", "b", "c", prefix=prefix)
        source = feed(seen("a", prefix=prefix), seen("b", prefix=prefix), out("c", prefix, gone=gone))
        assert removed(held, source) == ["c"]


def test_a_single_page_that_is_gone_goes() -> None:
    held = stored("a", "b", prefix="")
    assert removed(held, Listing(page("a"), None, (out("a", "", gone=True),))) == ["a"]


def test_a_page_that_fails_stays() -> None:
    names = "abcdef"
    rest = (seen(name) for name in names[1:])
    assert removed(stored(*names, "z"), site(failed("a"), *rest)) == ["z"]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ((seen("a"), seen("b"), failed("sitemap-2", incomplete=True)), "could not be read to its end"),
        ((seen("a"), seen("b"), failed("c")), "1 of the 3 pages"),
        ((seen("a"), out("b", gone=True), out("c", gone=True)), "are gone all at once"),
        ((out("a"), out("b"), out("c")), "lists no articles now"),
        ((), "lists no articles now"),
    ],
)
def test_a_site_in_trouble_loses_nothing(
    found: tuple[Seen | LoadFailure | LeftOut, ...], message: str
) -> None:
    done = plan(stored("a", "b", "c", "d"), [site(*found)])
    assert done.removed == ()
    assert [message in note for note in done.notes] == [True]
    assert "removed" in done.notes[0]


def test_the_owner_may_insist_but_not_on_half_a_list() -> None:
    held = stored("a", "b", "c", "d")
    assert removed(held, site(), prune=True) == ["a", "b", "c", "d"]
    assert removed(held, site(seen("a"), failed("b"), failed("c")), prune=True) == ["d"]
    assert removed(held, site(seen("a"), failed("x", incomplete=True)), prune=True) == []


def test_the_trouble_is_reported_even_if_nothing_is_missing() -> None:
    assert plan(stored("a"), [site(seen("a"), failed("b"))]).notes == (
        "1 of the 2 pages of https://b.example/ could not be read, so nothing was removed.",
    )


def test_a_wall_takes_back_what_was_seen_behind_it() -> None:
    """Three pages with one text: the pages' reader takes the first back by a failure at its origin."""
    done = plan(stored("a", "b"), [site(seen("a", "wall"), failed("b"), failed("c"), failed("a"))])
    assert done.updated == done.removed == ()
    assert len(done.failed) == 3


def test_a_post_stays_with_what_lists_it_best() -> None:
    best, middle, least = f"{SITE}{page('a')}", f"{FEED}{page('a')}", page("a")
    for new, old, kept in (
        (least, best, best),
        (middle, best, best),
        (best, middle, best),
        (least, middle, middle),
        (middle, least, middle),
        ("file:///blog/a.md", best, "file:///blog/a.md"),
        (best, "file:///blog/a.md", best),
    ):
        assert preferred_origin(new, old) == kept
        done = plan({page("a"): Stored("1", old)}, [feed(Seen(page("a"), "1", new))])
        assert [one.origin for one in done.moved] == ([] if kept == old else [kept])


def test_the_same_page_found_twice_is_one() -> None:
    done = plan({}, [site(seen("a")), feed(seen("a", prefix=FEED))])
    assert (done.added, done.failed) == ((page("a"),), ())
    done = plan({}, [site(seen("a")), feed(seen("a", "edited meanwhile", prefix=FEED))])
    assert (done.added, done.failed) == ((page("a"),), ())


def test_places() -> None:
    assert page_of(f"{SITE}{page('a')}") == page_of(page("a")) == page("a")
