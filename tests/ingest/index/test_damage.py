"""Files that were damaged on the disk: the right error, and the next ingest repairs them by itself."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from small_blog import CONFIG, ask, index_at, ingest, post, two_posts

from ingest.errors import IndexCorrupt, IndexDamaged, IndexError_
from ingest.index import Index, flat_search
from ingest.index.disk import disk_errors

_PAGE = 16384  # bytes of a page of articles.db


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    return two_posts(tmp_path / "posts")


@pytest.fixture
def index(tmp_path: Path, posts: Path) -> Index:
    index = index_at(tmp_path / "index")
    ingest(index, posts)
    return index


@pytest.fixture
def very_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any index counts as one that is searched by Chroma."""
    monkeypatch.setattr(flat_search, "MOST", 0)


def overwrite(file: Path) -> None:
    file.write_bytes(b"no database " * 400)


def scramble(file: Path) -> None:
    """Only what lies in the middle, so that it opens."""
    data = file.read_bytes()
    file.write_bytes(data[:_PAGE] + b"\xa5" * (len(data) - _PAGE - 4096) + data[-4096:])


def blank_a_page(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:_PAGE] + bytes(_PAGE) + data[2 * _PAGE :])


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def damage_search(index: Index, harm: Callable[[Path], None]) -> None:
    harm(index.path / str(index.generation()) / "chroma" / "chroma.sqlite3")


HARMS = [overwrite, scramble, blank_a_page, cut]


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_search_index_is_named_and_then_repaired(
    very_large: None, index: Index, posts: Path, harm: Callable[[Path], None]
) -> None:
    damage_search(index, harm)
    with pytest.raises(IndexCorrupt, match="footnote ingest"):
        ask(index_at(index.path), "kettle")
    report = ingest(index, posts)  # though no post has changed
    assert report.chunks_embedded == 0 and "search index" in report.notes[0]
    assert ask(index, "descale the kettle")[0].endswith("month.")
    assert ingest(index, posts).notes == ()


@pytest.mark.parametrize("harm", [overwrite, scramble, cut])
def test_so_is_that_of_an_older_version_without_checksums(
    very_large: None, index: Index, posts: Path, harm: Callable[[Path], None]
) -> None:
    (index.path / "gen-1" / "checksums.json").unlink()
    assert ask(index_at(index.path), "lamp")
    damage_search(index, harm)
    assert "search index" in ingest(index, posts).notes[0]
    assert ask(index, "dust the lamp")[0].endswith("cloth.")


def test_the_real_check_repairs_it_too(index: Index, posts: Path) -> None:
    """A writer that first meets the damage in its copy does not speak of room on the disk."""
    damage_search(index, overwrite)
    ingest(Index(index.path, CONFIG), posts)
    assert ask(index, "dust the lamp")[0].endswith("cloth.")


@pytest.mark.parametrize("harm", HARMS)
def test_damaged_articles_are_read_again_from_their_sources(
    index: Index, posts: Path, harm: Callable[[Path], None]
) -> None:
    harm(index.path / "gen-1" / "articles.db")
    report = ingest(index, posts)
    assert "has been rebuilt" in report.notes[0]
    assert ask(index, "descale the kettle")[0].endswith("month.")
    assert ingest(index, posts).notes == ()


def test_so_are_token_vectors_that_were_cut_short(index: Index, posts: Path) -> None:
    cut(index.path / "gen-1" / "tokens" / "gen-1.tokens")
    assert "has been rebuilt" in ingest(index, posts).notes[0]
    with index.reading() as store:
        store.check()


def test_what_no_source_gives_stays_though_other_files_are_damaged(index: Index, posts: Path) -> None:
    cut(index.path / "gen-1" / "tokens" / "gen-1.tokens")
    (posts / "lamps.md").rename(posts.parent / "lamps.txt")
    ingest(index, posts / "kettles.md")
    assert ask(index, "dust the lamp")[0].endswith("cloth.")


def test_nothing_is_thrown_away_where_there_is_nothing_to_rebuild_from(index: Index) -> None:
    overwrite(index.path / "gen-1" / "articles.db")
    with pytest.raises(IndexCorrupt):
        ingest(index)
    assert index.generation() == "gen-1"


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (11, IndexCorrupt, "rebuilds"),
        (26, IndexCorrupt, "rebuilds"),
        (267, IndexCorrupt, "rebuilds"),
        (13, IndexError_, "make room"),
        (8, IndexError_, "make room"),
    ],
)
def test_a_full_disk_and_a_corrupt_file_are_different_errors(
    code: int, kind: type[IndexError_], says: str
) -> None:
    error = sqlite3.DatabaseError("something")
    error.sqlite_errorcode = code
    with pytest.raises(kind, match=says) as caught, disk_errors(writing=True):
        raise error
    assert isinstance(caught.value, IndexDamaged) == (kind is IndexCorrupt)


def test_all_of_an_index_is_for_its_owner_only(index: Index, posts: Path) -> None:
    post(posts, "rugs", "Rugs", "Beat the rug outside.")
    ingest(index, posts)
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in [index.path, *index.path.rglob("*")]}
    wrong = {str(p): oct(m) for p, m in found.items() if m != (0o700 if p.is_dir() else 0o600)}
    assert not wrong
