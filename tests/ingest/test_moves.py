"""A renamed folder, another spelling of an address, a new domain: each post is in the index once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import FakeEmbedder
from small_blog import ids, index_at
from small_site import Site, serving

from ingest.article import Article, Inventory, Item, LeftOut, LoadFailure
from ingest.index import Index
from ingest.sources import loader, memory_in
from ingest.sync import SyncReport, sync

NAMES = ("oil", "chain", "saddle")


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return index_at(tmp_path / "index")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "care").mkdir(parents=True)
    for name in NAMES:
        (folder / "care" / f"{name}.md").write_text(text_of(name))
    return folder


def text_of(name: str, price: int = 4) -> str:
    return f"# The {name}\n\nA new {name} costs {price} euros in our shop, and we fit it while you wait."


def ingest(index: Index, *sources: Path | str, prune: bool = False, dry_run: bool = False) -> SyncReport:
    with loader(memory=memory_in(index.path), allow_private=True) as load:
        names = [str(source) for source in sources]
        return sync(names, index=index, embedder=FakeEmbedder, load=load, prune=prune, dry_run=dry_run)


def texts(index: Index) -> list[str]:
    with index.reading() as store:
        return [article.text for article in store.articles()]


def test_a_renamed_folder_is_the_same_blog(index: Index, shop: Path) -> None:
    ingest(index, shop)
    new = shop.rename(shop.with_name("store"))
    assert set(ingest(index, new, dry_run=True).removed) == {f"shop/care/{name}.md" for name in NAMES}
    report = ingest(index, new)
    assert set(report.removed) == {f"shop/care/{name}.md" for name in NAMES}
    assert ids(index) == [f"store/care/{name}.md" for name in sorted(NAMES)]
    assert report.notes == ("3 posts have moved to a new place; they were removed from the old one.",)
    assert ingest(index, new).notes == ()


def test_what_was_edited_on_the_way_does_not_leave_its_old_price(index: Index, shop: Path) -> None:
    ingest(index, shop)
    new = shop.rename(shop.with_name("store"))
    (new / "care" / "oil.md").write_text(text_of("oil", price=9))
    (new / "care" / "bell.md").write_text(text_of("bell"))
    ingest(index, new)
    assert len(ids(index)) == 4
    assert not any("oil costs 4" in text for text in texts(index))


def test_what_did_not_come_along_is_named_and_goes_when_the_owner_insists(index: Index, shop: Path) -> None:
    ingest(index, shop)
    new = shop.rename(shop.with_name("store"))
    (new / "care" / "oil.md").unlink()
    report = ingest(index, new)
    assert "shop/ is gone, and one post from it" in report.notes[1]
    assert "shop/care/oil.md" in ids(index)
    assert ingest(index, new, prune=True).removed == ("shop/care/oil.md",)


def test_a_folder_that_moved_earlier_is_put_in_order(index: Index, shop: Path) -> None:
    """An index that already has every post twice."""
    new = shop.with_name("store")
    shutil.copytree(shop, new)
    ingest(index, shop, new)
    assert len(ids(index)) == 6
    shutil.rmtree(shop)
    ingest(index, new)
    assert len(ids(index)) == 3


def test_a_second_copy_moves_nothing(index: Index, shop: Path) -> None:
    ingest(index, shop)
    other = shop.with_name("store")
    shutil.copytree(shop, other)
    report = ingest(index, other)
    assert (len(report.added), report.removed, report.notes) == (3, (), ())


def test_another_folder_alone_removes_nothing(index: Index, shop: Path, tmp_path: Path) -> None:
    ingest(index, shop)
    shutil.rmtree(shop)  # perhaps its disk is not plugged in
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "hello.md").write_text("# Hello\n\nWe have opened a second workshop by the river.")
    report = ingest(index, tmp_path / "news")
    assert report.removed == ()
    assert "shop/ is gone, and 3 posts from it" in report.notes[0]


# -- the web


def page(name: str, address: str, listed_by: str, price: int = 4) -> Article:
    text = text_of(name, price).partition("\n\n")[2]
    return Article(address, f"The {name}", text, url=address, origin=f"{listed_by} {address}".strip())


def put(index: Index, *items: Item) -> SyncReport:
    return sync(["x"], index=index, embedder=FakeEmbedder, load=lambda *_, **__: iter(items))


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        for name in NAMES:
            served.post(name, f"A new {name} costs 7 euros in our shop, and we fit it while you wait.")
        served.sitemap(*(f"{name}/" for name in NAMES), at="/sitemap.xml")
        yield served


@pytest.mark.parametrize("lister", ["listing:{}/", "feed:{}/feed", ""])
def test_another_spelling_of_an_address_is_the_same_post(index: Index, site: Site, lister: str) -> None:
    """Stored with https, and listed with http now; what the old address gives is not even asked."""
    secure = site.url.replace("http://", "https://")
    put(index, *(page(name, f"{secure}/{name}", lister.format(secure)) for name in NAMES))
    report = ingest(index, site.home())
    assert len(report.removed) == 3 and not report.failed
    assert all(key.startswith("http://") for key in ids(index))
    assert not any("4 euros" in text for text in texts(index))


def test_so_it_is_in_a_feed_but_what_a_feed_does_not_show_stays(index: Index, site: Site) -> None:
    secure = site.url.replace("http://", "https://")
    put(index, *(page(name, f"{secure}/{name}/", f"feed:{secure}/feed") for name in NAMES))
    body = "<p>A new oil costs 7 euros in our shop, and we fit it while you wait. " * 3 + "</p>"
    site.feed(
        f"<title>The oil</title><link>{{}}/oil/</link><description><![CDATA[{body}]]></description>",
        at="/feed",
    )
    ingest(index, f"{site.url}/feed")
    assert sorted(ids(index)) == sorted([f"{site.url}/oil/", f"{secure}/chain/", f"{secure}/saddle/"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://shop.example/oil", "https://shop.example/oil"),
        ("https://www.shop.example/oil", "https://shop.example/oil/"),
        ("http://shop.example/oil/index.html", "https://www.shop.example/oil"),
        ("https://shop.example/?p=7", "https://www.shop.example/?p=7"),
    ],
)
@pytest.mark.parametrize(
    "lister", ["", "export:x.xml", "feed:https://shop.example/feed", "listing:https://shop.example/"]
)
def test_an_address_that_is_spelt_otherwise(index: Index, old: str, new: str, lister: str) -> None:
    put(index, page("oil", old, "listing:http://shop.example/"), page("lamp", "http://shop.example/lamp", ""))
    report = put(index, page("oil", new, lister, price=8))
    assert report.removed == (old,)
    assert sorted(ids(index)) == sorted([new, "http://shop.example/lamp"])


@pytest.mark.parametrize(
    "other", ["https://shop.example/oil?p=2", "https://shop.example/oils", "https://my.shop.example/oil"]
)
def test_another_address_is_another_post(index: Index, other: str) -> None:
    put(index, page("oil", "http://shop.example/oil", ""))
    assert put(index, page("oil", other, "")).removed == ()


def test_posts_that_are_in_it_twice_already_are_put_in_order(index: Index) -> None:
    both = page("oil", "http://shop.example/oil", ""), page("oil", "https://shop.example/oil", "")
    put(index, *both)
    assert len(ids(index)) == 2
    assert put(index, both[1]).removed == ("http://shop.example/oil",)


NEW = "listing:https://new.example/"


def test_a_new_domain_takes_the_posts_along(index: Index) -> None:
    old = [page(name, f"https://old.example/{name}", "listing:https://old.example/") for name in NAMES]
    put(index, *old)
    new = [page(name, f"https://new.example/blog/{name}", NEW) for name in NAMES[:2]]
    report = put(index, Inventory(f"{NEW} ", 2), *new)
    assert set(report.removed) == {"https://old.example/oil", "https://old.example/chain"}
    assert "https://old.example/saddle" in ids(index)


@pytest.mark.parametrize("kind", ["feed", "edited", "page", "failing"])
def test_less_than_a_whole_list_or_the_same_text_moves_nothing(index: Index, kind: str) -> None:
    put(index, page("oil", "https://old.example/oil", "listing:https://old.example/"))
    lister = {"feed": "feed:https://new.example/feed", "page": ""}.get(kind, NEW)
    new = page("oil", "https://new.example/oil", lister, price=5 if kind == "edited" else 4)
    items: list[Item] = [Inventory(None if kind in ("feed", "page") else f"{NEW} "), new]
    if kind == "failing":
        items.append(LoadFailure(f"{NEW} https://new.example/x", "x", "it broke off", incomplete=True))
    assert put(index, *items).removed == ()
    assert len(ids(index)) == 2


def test_an_address_is_not_lost_to_a_file_without_one(index: Index, tmp_path: Path) -> None:
    put(index, page("oil", "https://old.example/oil", "listing:https://old.example/"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "oil.md").write_text(text_of("oil"))
    assert ingest(index, tmp_path / "own").removed == ()


# -- moved and edited

TEXT = [
    "Oil the chain once a week.",
    "Wipe it first.",
    "One drop a link is enough.",
    "Turn the pedals slowly.",
]
OLD, OLD_LIST = "https://old.example/oil", "listing:https://old.example/"


def care(address: str, listed_by: str, *lines: str, title: str = "Chain care") -> Article:
    return Article(
        address, title, " ".join(lines or TEXT), url=address, origin=f"{listed_by} {address}".strip()
    )


def put_both(index: Index, old: list[Item], new: list[Item]) -> SyncReport:
    """Two sites in one run."""
    found = {"old": old, "new": new}
    return sync(
        ["old", "new"], index=index, embedder=FakeEmbedder, load=lambda *names, **_: iter(found[names[0]])
    )


def gone_from_old() -> list[Item]:
    """The old site's list does not name the post any more; so many are gone at once that it is doubted."""
    names = ("a", "b", "c")
    left = [LeftOut(f"{OLD_LIST} https://old.example/{n}", n, "it is gone", gone=True) for n in names]
    return [Inventory(f"{OLD_LIST} "), *left, care("https://old.example/home", OLD_LIST, title="Home")]


EDITED = (*TEXT[:3], "Turn the pedals fast.")


def test_an_edited_post_at_a_new_domain_leaves_the_old_site_that_does_not_list_it(index: Index) -> None:
    put(
        index,
        Inventory(f"{OLD_LIST} "),
        care(OLD, OLD_LIST),
        page("lamp", "https://old.example/lamp", OLD_LIST),
    )
    new: list[Item] = [Inventory(f"{NEW} "), care("https://new.example/oil", NEW, *EDITED)]
    report = put_both(index, gone_from_old(), new)
    assert OLD in report.removed
    assert "https://old.example/lamp" in ids(index), "what came nowhere else stays in doubt"


@pytest.mark.parametrize(
    "kind", ["another title", "half of it", "too short", "list broken off", "old not read"]
)
def test_what_may_be_another_post_or_still_there_stays(index: Index, kind: str) -> None:
    short = TEXT[:2] if kind == "too short" else TEXT
    put(index, Inventory(f"{OLD_LIST} "), care(OLD, OLD_LIST, *short))
    lines = {"half of it": (*TEXT[:2], "Buy a brush.", "Keep it dry."), "too short": (*TEXT[:2], "Ride.")}
    title = "Chains" if kind == "another title" else "Chain care"
    new: list[Item] = [
        Inventory(f"{NEW} "),
        care("https://new.example/oil", NEW, *lines.get(kind, EDITED), title=title),
    ]
    old = gone_from_old()
    if kind == "list broken off":
        old.append(LoadFailure(OLD_LIST, "old", "it broke off", incomplete=True))
    report = put(index, *new) if kind == "old not read" else put_both(index, old, new)
    assert OLD not in report.removed
    assert OLD in ids(index)


def test_a_file_that_is_gone_goes_when_it_comes_edited_elsewhere(index: Index, tmp_path: Path) -> None:
    for name in ("shed", "barn"):
        (tmp_path / name).mkdir()
    (tmp_path / "shed" / "care.md").write_text(f"# Chain care\n\n{' '.join(TEXT)}")
    ingest(index, tmp_path / "shed")
    (tmp_path / "shed" / "care.md").unlink()
    (tmp_path / "barn" / "chains.md").write_text(f"# Chain care\n\n{' '.join(EDITED)}")
    assert ingest(index, tmp_path / "barn").removed == ("shed/care.md",)
