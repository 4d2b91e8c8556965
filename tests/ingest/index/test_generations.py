"""The index folder: one writer, any number of readers, and at every moment one whole generation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FakeEmbedder
from small_blog import CONFIG, ask, ids, index_at, ingest, post

from ingest.config import IndexConfig
from ingest.errors import (
    IndexCorrupt,
    IndexDamaged,
    IndexError_,
    IndexMismatch,
    IndexMissing,
)
from ingest.index import flat_search
from ingest.index.finish import Subprocess
from ingest.index.generations import Index
from ingest.index.next_generation import NextGeneration

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    post(folder, "calves", "Calves", "Stretch your calves against a wall.")
    post(folder, "bread", "Bread", "Knead the dough until it is smooth.")
    return folder


@pytest.fixture
def index(tmp_path: Path, posts: Path) -> Index:
    """An index that holds two posts."""
    made = index_at(tmp_path / "index")
    assert not ingest(made, posts).failed
    return made


def names(index: Index) -> set[str]:
    return {entry.name for entry in index.path.iterdir()}


def test_no_index_names_the_command(tmp_path: Path) -> None:
    index = index_at(tmp_path / "nowhere")
    assert index.generation() is None
    with pytest.raises(IndexMissing, match="`footnote ingest`"), index.reading():
        pass
    assert not (tmp_path / "nowhere").exists()


def test_the_first_and_the_next_generation(index: Index, posts: Path) -> None:
    assert index.generation() == "gen-1"
    post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(index, posts)
    assert index.generation() == "gen-2"
    assert names(index) == {"current", "write.lock", "gen-2"}
    assert (index.path / "current").read_text() == "gen-2\n"


def test_nothing_changed_makes_no_generation(index: Index, posts: Path) -> None:
    before = {entry: entry.stat().st_mtime_ns for entry in index.path.rglob("*")}
    ingest(index, posts)
    after = {entry: entry.stat().st_mtime_ns for entry in index.path.rglob("*")}
    before.pop(index.path / "write.lock")
    after.pop(index.path / "write.lock")
    assert before == after


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (replace(CONFIG, embedder="other"), r"“fake”.*“other”.*--rebuild`, or set FOOTNOTE_EMBEDDER"),
        (replace(CONFIG, max_tokens=99), r"chunks of 40 tokens.*99.*--rebuild"),
        (replace(CONFIG, overlap=9), r"overlap 0.*9.*--rebuild"),
        (replace(CONFIG, schema=99), r"another version of Footnote.*--rebuild"),
    ],
)
def test_an_index_built_otherwise_names_the_fix(
    index: Index, posts: Path, config: IndexConfig, says: str
) -> None:
    other = index_at(index.path, config)
    with pytest.raises(IndexMismatch, match=says), other.reading():
        pass
    with pytest.raises(IndexMismatch, match=says):
        ingest(other, posts)
    assert ingest(other, posts, rebuild=True).chunks_embedded == 2
    assert ids(other) == ["posts/bread.md", "posts/calves.md"]


@pytest.mark.parametrize("text", ["", "nonsense", "gen-0", "gen-", "../../etc", "gen-1\ngen-2", "\x00\xff"])
def test_a_corrupt_pointer_is_damage(index: Index, posts: Path, text: str) -> None:
    (index.path / "current").write_bytes(text.encode("latin-1"))
    with pytest.raises(IndexDamaged, match=r"current.*--rebuild"), index.reading():
        pass
    report = ingest(index)  # not even the sources are needed
    assert report.chunks_embedded == 2 and "has been rebuilt" in report.notes[0]
    assert ask(index, "dough")[0].endswith("smooth.")


def test_a_missing_generation_is_damage(index: Index, posts: Path) -> None:
    shutil.rmtree(index.path / "gen-1")
    with pytest.raises(IndexDamaged, match="--rebuild"), index.reading():
        pass
    with pytest.raises(IndexCorrupt, match="--rebuild"):
        ingest(index)  # there is nothing to rebuild it from
    assert "has been rebuilt" in ingest(index, posts).notes[0]
    assert len(ids(index)) == 2


def test_other_files_in_the_folder_are_left_alone(index: Index, posts: Path) -> None:
    for name in ("notes.txt", "gen-x", ".DS_Store", "gen-01", "gen-7.old"):
        (index.path / name).write_text("mine")
    (index.path / "gen-backup").mkdir()
    (index.path / "gen-1" / "notes.txt").write_text("mine")
    post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(index, posts)
    left = names(index) - {"current", "write.lock", "gen-2"}
    assert left == {"notes.txt", "gen-x", ".DS_Store", "gen-01", "gen-7.old", "gen-backup"}


def test_torsos_and_orphans_of_dead_writers_are_removed(index: Index, posts: Path) -> None:
    (index.path / "gen-2.building-12ab" / "chroma").mkdir(parents=True)
    (index.path / "gen-1.removing").mkdir()
    shutil.copytree(index.path / "gen-1", index.path / "gen-9")  # renamed, but not flipped to
    ingest(index, posts)
    assert names(index) == {"current", "write.lock", "gen-1"}


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_error_throws_the_draft_away(index: Index, error: type[BaseException]) -> None:
    def fail() -> None:
        with index.writing() as draft:
            draft.store().delete(["posts/bread.md"])
            assert any(name.startswith("gen-2.building-") for name in names(index))
            raise error

    with pytest.raises(error):
        fail()
    assert names(index) == {"current", "write.lock", "gen-1"}
    assert len(ids(index)) == 2


def harmed(harm: Callable[[Path], None]) -> type[Subprocess]:
    """The real thing, but what it is given is damaged each time."""

    class Harmed(Subprocess):
        def __call__(self, directory: Path) -> None:
            harm(directory)
            super().__call__(directory)

    return Harmed


def tear(directory: Path) -> None:
    for file in directory.glob("chroma/*/data_level0.bin"):
        file.write_bytes(b"\xff" * file.stat().st_size)  # whoever opens it dies of a segmentation fault


def lose(directory: Path) -> None:
    shutil.rmtree(directory / "chroma", ignore_errors=True)


def cut_tokens(directory: Path) -> None:
    for file in directory.glob("tokens/gen-2*"):
        file.write_bytes(b"")


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    """1,050 chunks, so that Chroma writes its index files, which it does as for a very large blog."""
    monkeypatch.setattr(flat_search, "MOST", 0)
    posts = tmp_path / "posts"
    for n in range(21):
        post(posts, f"post-{n}", f"Post {n}", *(f"Exercise {n} {m}." for m in range(50)))
    index = index_at(tmp_path / "index")
    ingest(index, posts)
    post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
    return index


@pytest.mark.parametrize("harm", [tear, lose])
def test_a_damaged_search_index_is_written_anew(
    large: Index, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """All that is in it is in articles.db too."""
    harm(large.path / "gen-1")
    assert ingest(large, tmp_path / "posts").chunks_embedded == 1
    assert large.generation() == "gen-2"
    assert ask(large, "steep leaves")[0].endswith("minutes.")
    assert ask(large, "Exercise 7 33", 3)
    with large.reading() as store:
        store.check(sample=2000)


def test_what_fails_its_check_never_goes_live(large: Index, tmp_path: Path) -> None:
    bad = Index(large.path, CONFIG, start_finisher=harmed(cut_tokens))
    with pytest.raises(IndexDamaged, match="discarded; the previous one is still used"):
        ingest(bad, tmp_path / "posts")
    assert names(large) == {"current", "write.lock", "gen-1"}
    assert ask(large, "Exercise 7 33", 3)
    ingest(large, tmp_path / "posts")
    assert ask(large, "steep leaves")[0].endswith("minutes.")


def test_a_check_that_is_killed_is_survived(index: Index, posts: Path) -> None:
    class Killed(Subprocess):
        def __call__(self, directory: Path) -> None:
            self._process.kill()
            super().__call__(directory)

    post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
    with pytest.raises(IndexDamaged, match="ends the process"):
        ingest(Index(index.path, CONFIG, start_finisher=Killed), posts)
    assert len(ids(index)) == 2


def test_the_real_check_passes_what_is_whole(index: Index, posts: Path) -> None:
    post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(Index(index.path, CONFIG), posts)
    assert index.generation() == "gen-2"
    assert ask(index, "steep leaves")[0].endswith("minutes.")


def test_what_is_being_read_stays(index: Index, posts: Path) -> None:
    with index.reading() as old:
        post(posts, "calves", "Calves", "Never stretch.")
        ingest(index_at(index.path), posts)
        assert old.article("posts/calves.md").text.endswith("wall.")
        assert old.search(FakeEmbedder().embed_query("wall"), 1)[0][0].text.endswith("wall.")
        assert {"gen-1", "gen-2"} <= names(index)
        assert ask(index, "calves stretch") == ["## Part 1\n\nNever stretch."]
        assert old.search(FakeEmbedder().embed_query("wall"), 1)[0][0].text.endswith("wall.")
    post(posts, "calves", "Calves", "Sometimes stretch.")
    ingest(index_at(index.path), posts)
    assert "gen-1" not in names(index)


def test_an_index_made_anew_is_noticed(index: Index, tmp_path: Path) -> None:
    assert len(ask(index, "dough", 9)) == 2
    shutil.rmtree(index.path)
    with pytest.raises(IndexMissing), index.reading():
        pass
    other = tmp_path / "other"
    post(other, "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(index_at(index.path), other)
    assert index.generation() == "gen-1"
    assert ids(index) == ["other/tea.md"]
    assert len(ask(index, "dough", 9)) == 1


def test_a_year_of_posts_does_not_fill_the_disk(index: Index, posts: Path) -> None:
    """60 posts, each edited two days later, one reader that asks every day."""
    took = []
    for day in range(60):
        post(posts, f"day-{day}", f"Day {day}", *(f"Exercise {n} of day {day}." for n in range(3)))
        if day >= 2:
            post(
                posts, f"day-{day - 2}", f"Day {day - 2}", *(f"Drill {n} of day {day - 2}." for n in range(3))
            )
        began = sum(os.times()[:4])  # CPU time, of child processes too
        ingest(index_at(index.path), posts)
        took.append(sum(os.times()[:4]) - began)
        assert ask(index, f"Exercise 2 of day {day}")
        assert len([name for name in names(index) if name.startswith("gen-")]) <= 2
    live = index.path / str(index.generation())
    assert len(list((live / "tokens").iterdir())) < 64
    with index.reading() as store:
        assert store.counts() == (62, 182)
        blobs = sum(len(blob) for blob in store.tokens([piece.id for piece in store.chunks()]).values())
        store.check(sample=200)
    assert sum(file.stat().st_size for file in (live / "tokens").iterdir()) < 1.5 * blobs
    assert sum(took[-10:]) < 3 * sum(took[:10])


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path, posts: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexError_, match="cannot be written") as caught:
        ingest(index_at(tmp_path / "file" / "index"), posts)
    assert str(tmp_path) not in str(caught.value)


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from small_blog import index_at, ingest
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    ingest(index_at(Path(sys.argv[1])), Path(sys.argv[2]))
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes there")
@pytest.mark.parametrize("limit", [0, 10_000, 30_000, 60_000])
def test_a_full_disk_leaves_the_live_index_alone(index: Index, posts: Path, limit: int) -> None:
    """A limit on the size of files stands in for the disk: writing beyond it fails the same way."""
    for n in range(60):
        post(posts, f"day-{n}", f"Day {n}", *(f"Exercise {m} of day {n}." for m in range(4)))
    paths = [str(ROOT / "tests" / "support"), str(ROOT / "tests"), str(ROOT)]
    done = subprocess.run(
        [
            *(sys.executable, "-c", f"import sys; sys.path[:0] = {paths}\n{_FULL_DISK}"),
            *(str(index.path), str(posts), str(limit)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("IndexError_ The index cannot be written"), done.stdout + done.stderr
    assert names(index) == {"current", "write.lock", "gen-1"}
    assert len(ask(index, "dough", 9)) == 2
    assert len(ingest(index, posts).added) == 60


def test_a_draft_of_nothing_changes_nothing(index: Index) -> None:
    with index.writing() as draft:
        assert isinstance(draft, NextGeneration)
        assert set(draft.stored()) == {"posts/bread.md", "posts/calves.md"}
        draft.store()  # asked for, but not changed
    assert index.generation() == "gen-1"
    assert names(index) == {"current", "write.lock", "gen-1"}


def test_closing_lets_go(index: Index, posts: Path) -> None:
    ask(index, "dough")
    index.close()
    post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(index_at(index.path), posts)
    assert "gen-1" not in names(index)
    assert ask(index, "steep leaves")[0].endswith("minutes.")
