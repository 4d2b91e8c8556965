"""The benches of ingest at a small size: the made blog, the figures, and that they measure what they say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.bench.index import ingest_synthetic, measure_year
from bot.bench.ingest import measure_ingest, measure_langchain
from bot.bench.rig.fake_embedder import HashEmbedder
from bot.bench.rig.stopwatch import measure_process
from bot.bench.rig.synthetic_blog import SECTIONS, synthetic_post, write_blog, write_post
from bot.bench.scale import measure_scale
from ingest.article import Article, chunk
from ingest.config import IndexConfig
from ingest.index import finish
from ingest.sources import load


class InProcess:
    """A Finisher without a process of its own."""

    def __call__(self, directory: Path) -> None:
        finish(directory)

    def stop(self) -> None:
        pass


def read(folder: Path) -> dict[str, Article]:
    return {a.id: a for a in load(str(folder)) if isinstance(a, Article)}


def test_a_made_post_is_always_the_same_and_its_fact_is_its_own() -> None:
    posts = [synthetic_post(number) for number in range(300)]
    assert posts == [synthetic_post(number) for number in range(300)]
    assert len({post.fact for post in posts}) == len({post.file for post in posts}) == 300
    whole = "\n".join(post.text for post in posts)
    assert all(post.text.count(post.fact) == whole.count(post.fact) == 1 for post in posts)
    assert len({len(post.text) for post in posts}) > 200


def test_made_posts_are_read_whole_and_cut_as_real_ones(tmp_path: Path) -> None:
    write_blog(tmp_path / "posts", 20)
    found = read(tmp_path / "posts")
    assert [a.title for a in found.values()] == [synthetic_post(n).title for n in range(20)]
    assert all(a.published and a.text.count("\n- ") == 12 for a in found.values())
    count = HashEmbedder().count
    config = IndexConfig()
    pieces = [c for a in found.values() for c in chunk(a, max_tokens=180, overlap=0, count=count)]
    assert config.max_tokens == 180
    assert len(pieces) == 20 * SECTIONS
    assert 45 < sum(count(piece.text) for piece in pieces) / len(pieces) < 130


def test_another_edition_differs_in_one_paragraph(tmp_path: Path) -> None:
    write_blog(tmp_path / "posts", 1)
    before = next(iter(read(tmp_path / "posts").values())).text.split("\n\n")
    assert write_post(tmp_path / "posts", 0, edition=1).fact != synthetic_post(0).fact
    after = next(iter(read(tmp_path / "posts").values())).text.split("\n\n")
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


def test_ingest_is_measured() -> None:
    model = HashEmbedder()
    texts: list[str] = []
    figures = measure_ingest(6, model, texts.extend, edits=2)
    assert figures["posts"] == 6 and figures["passages"] == 6 * SECTIONS == len(texts)
    assert figures["passages embedded again, most"] == 1
    assert figures["answers that quote the edit"] == "2 of 2"
    assert figures["nothing changed, s"] < figures["full ingest, s"]


def test_langchain_is_measured_or_skipped() -> None:
    figures = measure_langchain(6, HashEmbedder(), edits=2)
    if "LangChain's index()" in figures:
        assert "footnote-blog[bench]" in figures["LangChain's index()"]
    else:
        assert figures["LangChain: passages"] > 6 * SECTIONS / 2
        assert 1 <= figures["LangChain: passages embedded again, most"] <= 3


def test_a_year_is_measured() -> None:
    figures = measure_year(posts=6, rounds=8, looks=2, start_finisher=InProcess)
    assert figures["posts at first, syncs"] == "6, 8"
    assert 0.8 < figures["disk, aged / fresh, at the end"] < 1.6
    assert figures["query, aged / fresh, at the end"] > 0


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module there")
def test_memory_is_of_the_process_alone(tmp_path: Path) -> None:
    """A child's figure must not begin with its parent's, as Linux' ru_maxrss does."""
    large = bytearray(200_000_000)
    large[::4096] = b"x" * len(large[::4096])
    assert 3 < measure_process("pass")[1] < 100
    if sys.platform == "linux":
        assert 200 < measure_process("large = b'x' * 200_000_000")[1] < 300
    ingest_synthetic(str(tmp_path), 2)
    code = f"from bot.bench import index; index.serve_synthetic({str(tmp_path)!r}, False)"
    assert 50 < measure_process(code)[1] < 400


@pytest.mark.skipif(sys.platform == "win32", reason="paths are put into code as they are")
def test_ten_times_the_blog_is_measured_beside_it_and_may_be_kept(tmp_path: Path) -> None:
    for _ in range(2):  # the second time the indexes are there
        figures = measure_scale((20, 60), questions=4, edits=1, place=tmp_path)
        small, large = figures["20 passages"], figures["60 passages"]
        assert large["passages"] > 2 * small["passages"] > 0 and large["index on disk, MB"] > 0
        assert small["one post edited, to the next search, s"] > 0 and figures["search, large / small"] > 0
