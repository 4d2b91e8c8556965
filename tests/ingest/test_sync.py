"""From sources to the index: what is added, updated, left, removed, reported; and what is embedded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from conftest import FakeEmbedder
from small_blog import CONFIG, ask, ids, index_at, ingest, load, post

from ingest.article import Article, LoadFailure, Seen
from ingest.embedder import Floats
from ingest.errors import (
    EmbedderError,
    FootnoteError,
    IndexCorrupt,
    IndexMissing,
    NotInIndex,
)
from ingest.index import Index, Stored
from ingest.plan import Plan, plan
from ingest.sources import Listing
from ingest.sync import forget
from ingest.token_vectors import TokenVectors

# -- plan: pure

FOLDER = "file:///blog/"
A, B = (Stored(f"{name}1", f"file:///blog/{name}.md") for name in "ab")
WEB = Stored("w1", "https://blog.example/w")


def seen(name: str, version: int = 1, origin: str | None = None) -> Seen:
    return Seen(name, f"{name}{version}", origin or f"file:///blog/{name}.md")


def broken(name: str, *, incomplete: bool = False) -> LoadFailure:
    return LoadFailure(f"file:///blog/{name}.md", name, "broken", incomplete)


def folder(*found: Seen | LoadFailure) -> Listing:
    return Listing("blog", FOLDER, found)


def single(*found: Seen | LoadFailure) -> Listing:
    return Listing("one", None, found)


@pytest.mark.parametrize(
    ("stored", "listings", "wanted"),
    [
        pytest.param({}, [], {}, id="nothing"),
        pytest.param({}, [folder(seen("a"), seen("b"))], {"added": "ab"}, id="first time"),
        pytest.param({"a": A, "b": B}, [folder(seen("a"), seen("b"))], {"unchanged": "ab"}, id="the same"),
        pytest.param(
            {"a": A, "b": B},
            [folder(seen("a", 2), seen("b"))],
            {"updated": "a", "unchanged": "b"},
            id="edited",
        ),
        pytest.param({"a": A, "b": B}, [folder(seen("a"))], {"unchanged": "a", "removed": "b"}, id="deleted"),
        pytest.param({"a": A, "b": B}, [folder(seen("a"), broken("b"))], {"unchanged": "a"}, id="broken"),
        pytest.param({"a": A, "b": B}, [folder(broken("a"), broken("b"))], {}, id="all broken"),
        pytest.param(
            {"a": A, "b": B},
            [folder(seen("a"), broken("x", incomplete=True))],
            {"unchanged": "a"},
            id="broken off",
        ),
        pytest.param({"a": A, "b": B}, [folder()], {}, id="suddenly empty"),
        pytest.param({"a": A, "b": B}, [single(seen("a"))], {"unchanged": "a"}, id="a file prunes nothing"),
        pytest.param({"a": A, "w": WEB}, [folder(seen("a"))], {"unchanged": "a"}, id="from elsewhere"),
        pytest.param(
            {"a": A, "x": Stored("x1", "file:///blog-old/x.md")},
            [folder(seen("a"))],
            {"unchanged": "a"},
            id="a folder whose name begins the same",
        ),
        pytest.param(
            {"a": A},
            [folder(Seen("A", "a1", A.origin))],
            {"added": "A", "removed": "a"},
            id="given another id",
        ),
        pytest.param(
            {"a": A, "b": B},
            [single(Seen("A", "a1", A.origin))],
            {"added": "A", "removed": "a"},
            id="given another id, as a single file",
        ),
        pytest.param(
            {"a": A},
            [folder(seen("a", origin="file:///blog/moved.md"))],
            {"unchanged": "a"},
            id="moved to another file",
        ),
        pytest.param(
            {"p": Stored("1", "file:///e.xml"), "q": Stored("2", "file:///e.xml")},
            [single(Seen("r", "3", "file:///e.xml"))],
            {"added": "r"},
            id="an export holds many",
        ),
        pytest.param({}, [folder(seen("a")), folder(seen("a"))], {"added": "a"}, id="listed twice"),
        pytest.param(
            {"a": A, "b": B},
            [folder(seen("a")), single(seen("b"))],
            {"unchanged": "ab"},
            id="in another source of the same run",
        ),
    ],
)
def test_plan(stored: Mapping[str, Stored], listings: Sequence[Listing], wanted: dict[str, str]) -> None:
    """Ids are single letters here, and `wanted` strings of them."""
    found = plan(stored, listings)
    kinds = ("added", "updated", "unchanged", "removed")
    assert {kind: "".join(ids) for kind in kinds if (ids := getattr(found, kind))} == wanted


def test_an_empty_folder_prunes_only_if_the_owner_insists() -> None:
    found = plan({"a": A, "b": B}, [folder()])
    assert "2 from there; none was removed" in found.notes[0] and "--prune" in found.notes[0]
    insisted = plan({"a": A, "b": B}, [folder()], prune=True)
    assert insisted.removed == ("a", "b") and not insisted.notes


def test_a_listing_that_broke_off_prunes_nothing_even_then() -> None:
    found = plan({"a": A, "b": B}, [folder(seen("a"), broken("x", incomplete=True))], prune=True)
    assert not found.removed
    assert "could not be read to its end" in found.notes[0]


def test_two_articles_with_one_address() -> None:
    found = plan({}, [folder(seen("a"), Seen("a", "other", "file:///blog/copy.md"))])
    assert found.added == ("a",)
    assert [failure.origin for failure in found.failed] == ["file:///blog/copy.md"]
    assert "same address" in found.failed[0].reason


def test_a_moved_article_is_noted_under_its_new_place() -> None:
    moved = seen("a", origin="file:///blog/moved.md")
    assert plan({"a": A}, [folder(moved)]).moved == (moved,)


def test_no_article_at_all_is_worth_a_note() -> None:
    assert plan({}, [folder()]) == Plan((), (), (), (), (), (), ("No articles were found in blog.",))


# -- sync


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    made = tmp_path / "posts"
    post(made, "calves", "Calves", "Stretch your calves against a wall.", "Hold on.", "Breathe.")
    post(made, "bread", "Bread", "Knead the dough until it is smooth.")
    return made


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return index_at(tmp_path / "index")


def test_first_and_second_time(index: Index, posts: Path) -> None:
    first = ingest(index, posts)
    assert sorted(first.added) == ["posts/bread.md", "posts/calves.md"]
    assert (first.chunks_embedded, first.chunks_reused) == (4, 0)
    model = FakeEmbedder()
    second = ingest(index, posts, embedder=model)
    assert sorted(second.unchanged) == sorted(first.added)
    assert not second.added and not model.embedded
    assert json.loads(json.dumps(second.to_dict()))["unchanged"] == sorted(first.added)


def test_nothing_changed_does_not_even_load_the_model(index: Index, posts: Path) -> None:
    from ingest.sync import sync

    ingest(index, posts)

    def fail() -> FakeEmbedder:
        raise AssertionError

    assert sync([str(posts)], index=index, embedder=fail, load=load).unchanged
    (posts / "bread.md").unlink()
    assert sync([str(posts)], index=index, embedder=fail, load=load).removed == ("posts/bread.md",)


def test_an_edit_embeds_only_the_section_it_is_in(index: Index, posts: Path) -> None:
    ingest(index, posts)
    post(posts, "calves", "Calves", "Stretch your calves on a stair, heels down.", "Hold on.", "Breathe.")
    model = FakeEmbedder()
    report = ingest(index, posts, embedder=model)
    assert report.updated == ("posts/calves.md",)
    assert [text for text in model.embedded if "stair" not in text] == []
    assert (report.chunks_embedded, report.chunks_reused) == (1, 2)
    assert ask(index, "stretch calves")[0].endswith("heels down.")
    with index.reading() as store:
        store.check()
        text = store.article("posts/calves.md").text
        pieces = store.chunks("posts/calves.md")
        assert all(text[piece.start : piece.end] == piece.text for piece in pieces)
        tokens = TokenVectors.from_bytes(store.tokens([pieces[2].id])[pieces[2].id])
        assert tokens.vectors[-1] @ FakeEmbedder().embed_query("breathe") > 0.6  # of its signs alone


def test_a_new_title_embeds_the_whole_article(index: Index, posts: Path) -> None:
    ingest(index, posts)
    post(posts, "calves", "Legs", "Stretch your calves against a wall.", "Hold on.", "Breathe.")
    report = ingest(index, posts)
    assert (report.chunks_embedded, report.chunks_reused) == (3, 0)
    with index.reading() as store:
        store.check()


def test_a_new_tag_embeds_nothing(index: Index) -> None:
    def tagged(*tags: str) -> Iterator[Article | LoadFailure]:
        return iter([Article("a", "A", "Knead the dough.", tags=tags, origin="x")])

    ingest(index, Path("x"), load=lambda *_, **__: tagged())
    report = ingest(index, Path("x"), load=lambda *_, **__: tagged("bread"))
    assert report.updated == ("a",) and (report.chunks_embedded, report.chunks_reused) == (0, 1)
    with index.reading() as store:
        assert store.article("a").tags == ("bread",)


def test_what_vanished_is_gone_and_a_broken_file_keeps_its_old_text(index: Index, posts: Path) -> None:
    ingest(index, posts)
    (posts / "bread.md").unlink()
    (posts / "calves.md").write_text("BROKEN\n\n")
    report = ingest(index, posts)
    assert report.removed == ()  # it lists no article now, only one that is broken
    post(posts, "tea", "Tea", "Steep the leaves.")
    report = ingest(index, posts)
    assert report.removed == ("posts/bread.md",)
    assert [(failed.name, failed.reason) for failed in report.failed] == [("calves.md", "it is broken")]
    assert ids(index) == ["posts/calves.md", "posts/tea.md"]
    assert not any("dough" in text for text in ask(index, "knead dough", 9))


def test_one_file_prunes_nothing_and_takes_an_address(index: Index, posts: Path) -> None:
    ingest(index, posts)
    report = ingest(index, posts / "bread.md", url="https://blog.example/bread")
    assert (report.added, report.removed) == (("https://blog.example/bread",), ("posts/bread.md",))
    assert ids(index) == ["https://blog.example/bread", "posts/calves.md"]


def test_a_post_that_is_given_an_address_is_there_once(index: Index, posts: Path) -> None:
    ingest(index, posts)
    post(posts, "bread", "https://blog.example/bread | Bread", "Knead the dough until it is smooth.")
    ingest(index, posts)
    assert ids(index) == ["https://blog.example/bread", "posts/calves.md"]
    (posts / "bread.md").rename(posts / "loaf.md")
    report = ingest(index, posts)
    assert "https://blog.example/bread" in report.unchanged and not report.removed
    assert ids(index) == ["https://blog.example/bread", "posts/calves.md"]
    (posts / "loaf.md").unlink()
    assert ingest(index, posts).removed == ("https://blog.example/bread",)


def test_an_unmounted_folder_loses_nothing(index: Index, posts: Path) -> None:
    ingest(index, posts)
    shutil.rmtree(posts)
    gone = ingest(index, posts)
    assert "does not exist" in gone.failed[0].reason and not gone.removed
    posts.mkdir()
    empty = ingest(index, posts)
    assert not empty.removed and "--prune" in empty.notes[0]
    assert len(ids(index)) == 2
    assert len(ingest(index, posts, prune=True).removed) == 2
    assert ids(index) == [] and ask(index, "dough") == []


def test_an_empty_folder_makes_no_index(index: Index, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "No articles" in ingest(index, tmp_path / "none").notes[0]
    with pytest.raises(IndexMissing), index.reading():
        pass


def test_sources_side_by_side(index: Index, posts: Path, tmp_path: Path) -> None:
    guides = tmp_path / "guides"
    post(guides, "tea", "Tea", "Steep the leaves.")
    assert len(ingest(index, posts, guides).added) == 3
    assert ingest(index, posts).removed == ()
    (guides / "tea.md").unlink()
    post(guides, "rice", "Rice", "Wash the rice.")
    assert ingest(index, posts, guides).removed == ("guides/tea.md",)


class Fussy(FakeEmbedder):
    """Cannot embed what speaks of poison."""

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        if any("poison" in text for text in texts):
            raise FootnoteError("this text cannot be embedded")
        return super().embed_tokens(texts)


def test_one_article_that_cannot_be_embedded_does_not_stop_the_rest(index: Index, posts: Path) -> None:
    post(posts, "apple", "Apple", "This is poison.")
    report = ingest(index, posts, embedder=Fussy())
    assert sorted(report.added) == ["posts/bread.md", "posts/calves.md"]
    assert [(failed.name, failed.reason) for failed in report.failed] == [
        ("posts/apple.md", "this text cannot be embedded")
    ]
    post(posts, "bread", "Bread", "Bread with poison.")
    assert [failed.name for failed in ingest(index, posts, embedder=Fussy()).failed] == [
        "posts/apple.md",
        "posts/bread.md",
    ]
    assert ask(index, "knead dough")[0].endswith("smooth.")  # the old version stays
    assert index.generation() == "gen-1"


class Gone(FakeEmbedder):
    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        raise EmbedderError(f"there is no model for {len(texts)} texts")


@pytest.mark.parametrize("rebuild", [False, True])
def test_without_a_model_nothing_goes_live(index: Index, posts: Path, rebuild: bool) -> None:
    ingest(index, posts)
    post(posts, "tea", "Tea", "Steep the leaves.")
    with pytest.raises(EmbedderError):
        ingest(index, posts, embedder=Gone(), rebuild=rebuild)
    assert len(ids(index)) == 2 and index.generation() == "gen-1"


class Interrupted(FakeEmbedder):
    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        raise KeyboardInterrupt(len(texts))


def test_ctrl_c_leaves_the_live_index(index: Index, posts: Path) -> None:
    ingest(index, posts)
    post(posts, "tea", "Tea", "Steep the leaves.")
    with pytest.raises(KeyboardInterrupt):
        ingest(index, posts, embedder=Interrupted())
    assert len(ids(index)) == 2
    assert sorted(entry.name for entry in index.path.iterdir()) == ["current", "gen-1", "write.lock"]
    assert len(ingest(index, posts).added) == 1


def test_a_name_that_is_no_text_is_reported(index: Index) -> None:
    odd = Article("posts/caf\udce9.md", "Café", "Text.", origin="file:///caf%E9.md")
    report = ingest(index, Path("x"), load=lambda *_, **__: iter([odd]))
    assert "no text" in report.failed[0].reason
    json.dumps(report.to_dict()).encode()
    report.failed[0].name.encode()


def test_many_articles_go_in_by_batches(index: Index) -> None:
    def many() -> Iterator[Article | LoadFailure]:
        for n in range(300):
            text = f"## One\n\nPost {n} says {n}.\n\n## Two\n\nAgain, {n} it is."
            yield Article(f"p{n}", f"P{n}", text, origin=f"x{n}")

    sizes: list[int] = []

    class Counting(FakeEmbedder):
        def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
            sizes.append(len(texts))
            return super().embed_tokens(texts)

    report = ingest(index, Path("x"), embedder=Counting(), load=lambda *_, **__: many())
    assert report.chunks_embedded == 600 == sum(sizes)
    assert sizes[:2] == [256, 256] and len(sizes) == 3
    with index.reading() as store:
        store.check(sample=600)


def test_a_rebuild_embeds_everything_even_without_its_source(index: Index, posts: Path) -> None:
    ingest(index, posts)
    (posts / "bread.md").unlink()
    report = ingest(index, posts / "calves.md", rebuild=True)
    assert report.chunks_embedded == 4 and report.unchanged == ("posts/calves.md",)
    assert ids(index) == ["posts/bread.md", "posts/calves.md"]
    report = ingest(index, posts, rebuild=True)
    assert report.removed == ("posts/bread.md",)
    assert ids(index) == ["posts/calves.md"]


def test_a_rebuild_of_an_unreadable_index(index: Index, posts: Path) -> None:
    ingest(index, posts)
    (index.path / "gen-1" / "articles.db").write_bytes(b"garbage " * 1000)
    with pytest.raises(IndexCorrupt, match="--rebuild"), index.reading():
        pass
    (posts / "bread.md").unlink()
    report = ingest(index, posts)
    assert "has been rebuilt" in report.notes[0] and "only what the sources gave" in report.notes[1]
    assert ids(index) == ["posts/calves.md"]
    assert ingest(index, posts).notes == ()


def test_forgetting(index: Index, posts: Path) -> None:
    with pytest.raises(IndexMissing):
        forget(index, "posts/bread.md")
    ingest(index, posts)
    with pytest.raises(NotInIndex, match="nonsense"):
        forget(index, "nonsense")
    assert index.generation() == "gen-1"
    forget(index, "posts/bread.md")
    assert ids(index) == ["posts/calves.md"]
    assert not any("dough" in text for text in ask(index, "knead dough", 9))


def test_progress_is_reported(index: Index, posts: Path) -> None:
    from ingest.sync import sync

    reported: list[tuple[str, int, int | None]] = []
    sync(
        [str(posts)],
        index=index,
        embedder=FakeEmbedder,
        load=load,
        progress=lambda phase, done, total: reported.append((phase, done, total)),
    )
    assert (
        ("reading", 0, None) in reported and ("embedding", 1, 2) in reported and reported[-1][0] == "checking"
    )


def test_the_first_line_of_each_message_is_for_people(index: Index, posts: Path) -> None:
    ingest(index, posts)
    other = index_at(index.path, type(CONFIG)(embedder="other", max_tokens=40))
    with pytest.raises(FootnoteError) as caught:
        ingest(other, posts)
    assert str(index.path) not in str(caught.value) and "Error" not in str(caught.value)


def test_with_the_real_loader_what_vanished_from_a_folder_goes(index: Index, tmp_path: Path) -> None:
    """Its origins and the folder's own URI must agree, odd names included."""
    from ingest.sync import sync

    odd = tmp_path / "my posts é#%"
    odd.mkdir()
    for name in ("one", "two ü", "three"):
        (odd / f"{name}.md").write_text(f"# {name.title()}\n\nThis is post {name}, about stretching.\n")
    (tmp_path / "link").symlink_to(odd)

    assert len(sync([str(odd)], index=index, embedder=FakeEmbedder).added) == 3
    (odd / "two ü.md").unlink()
    report = sync([str(tmp_path / "link")], index=index, embedder=FakeEmbedder)
    assert len(report.removed) == 1 and len(report.unchanged) == 2
    single = sync([str(odd / "one.md")], index=index, embedder=FakeEmbedder)
    assert not single.added and not single.removed
    missing = sync([str(tmp_path / "none"), str(odd)], index=index, embedder=FakeEmbedder)
    assert len(missing.failed) == 1 and len(missing.unchanged) == 2
