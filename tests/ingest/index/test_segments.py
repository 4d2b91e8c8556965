"""Segments of token vectors: reading and appending in any order."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_blog import index_at, ingest, post

from ingest.errors import IndexDamaged
from ingest.index import copies
from ingest.index.segments import Place, Segments


@settings(deadline=None)  # it works on files
@given(st.lists(st.one_of(st.binary(max_size=9), st.integers(0, 9)), max_size=12))
def test_what_was_written_is_read_whatever_came_between(
    tmp_path_factory: pytest.TempPathFactory, steps: list[bytes | int]
) -> None:
    """Bytes are appended, a number reads what was written then, also in a later opening."""
    folder = tmp_path_factory.mktemp("blobs") / "tokens"
    written: list[tuple[Place, bytes]] = []
    for half in (steps[: len(steps) // 2], steps[len(steps) // 2 :]):
        with closing(Segments(folder, "own")) as blobs:
            for step in half:
                if isinstance(step, bytes):
                    written.append((blobs.append(step), step))
                elif step < len(written):
                    place, data = written[step]
                    assert blobs.read(place) == data


def test_what_is_cut_short_is_damage(tmp_path: Path) -> None:
    with closing(Segments(tmp_path / "tokens", "own")) as blobs:
        place = blobs.append(b"abc")
        with pytest.raises(IndexDamaged):
            blobs.read(Place("own", place.position, 9))
    with closing(Segments(tmp_path / "tokens")) as blobs, pytest.raises(IndexDamaged):
        blobs.read(Place("other", 0, 1))


def test_an_edit_goes_in_when_the_index_is_worn(tmp_path: Path) -> None:
    """A worn index has its tokens copied into the new segment, from which the edit's are read."""
    posts, index = tmp_path / "posts", index_at(tmp_path / "index")
    for n in range(6):
        post(posts, f"post-{n}", f"Post {n}", f"Exercise {n}.", f"Drill {n}.")
    ingest(index, posts)
    for n in range(3):
        (posts / f"post-{n}.md").unlink()
    ingest(index, posts)
    assert copies.needs_rewrite(index.path / str(index.generation()))
    post(posts, "post-5", "Post 5", "Exercise 5.", "Something new.")
    report = ingest(index, posts)
    assert (report.chunks_embedded, report.chunks_reused) == (1, 1)
