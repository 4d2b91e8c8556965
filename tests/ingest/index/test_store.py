"""One generation: what is written is read back, found, and damage is not taken for absence."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder
from small_blog import CONFIG

from ingest.article import Article, Chunk, chunk
from ingest.chroma import open_chroma
from ingest.database import open_database
from ingest.embedder import Floats
from ingest.errors import IndexDamaged, IndexMismatch, NotInIndex
from ingest.index import copies, flat_search
from ingest.index.file_vectors import FILES
from ingest.index.shared.collections import CollectionPlace
from ingest.index.store import Store
from ingest.index.vectors import VectorPlace
from ingest.token_vectors import TokenVectors

MODEL = FakeEmbedder()


def article(name: str, *paragraphs: str) -> Article:
    text = "\n\n".join(f"## Part {n}\n\n{words}" for n, words in enumerate(paragraphs, 1))
    return Article(
        name, f"On {name}", text, f"https://blog.example/{name}", "Ann", "2026-01-02", ("a", "b"), name
    )


def put(store: Store, one: Article) -> list[Chunk]:
    pieces = chunk(one, max_tokens=40, overlap=0, count=MODEL.count)
    vectors, tokens = MODEL.embed_tokens([piece.text for piece in pieces])
    store.replace(one, pieces, vectors, [each.to_bytes() for each in tokens])
    return pieces


def fresh(directory: Path, segment: str = "one.tokens") -> Store:
    directory.mkdir()
    copies.create_store(directory, CONFIG, segment=segment)
    return Store(directory, writable=True)


def done(store: Store) -> None:
    store.update_search()
    store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(fresh(tmp_path / "store")) as opened:
        yield opened


@pytest.fixture(params=["files", "chroma"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store whose vectors are in its files, or in a server."""
    place: VectorPlace = FILES
    if request.param == "chroma":
        postgres, chroma = request.getfixturevalue("postgres"), request.getfixturevalue("chroma")
        place = CollectionPlace(open_chroma(chroma.url), open_database(postgres.url, postgres.new_blog()))
    directory = tmp_path / "anywhere"
    directory.mkdir()
    copies.create_store(directory, CONFIG, segment="one.tokens", place=place)
    with contextlib.closing(Store(directory, writable=True, place=place)) as opened:
        yield opened


CALVES = article("calves", "Stretch your calves against a wall.", "Hold each calf stretch for half a minute.")
BREAD = article("bread", "Knead the dough until it is smooth.", "Bake the loaf in a hot oven.")


def test_what_is_written_is_read_back(store: Store, tmp_path: Path) -> None:
    pieces = put(store, CALVES) + put(store, BREAD)
    done(store)
    with contextlib.closing(Store(tmp_path / "store")) as read:
        assert read.config == CONFIG
        assert read.counts() == (2, 4)
        assert read.articles() == [BREAD, CALVES]
        assert read.article("bread") == BREAD
        assert sorted(read.chunks(), key=lambda c: c.id) == sorted(pieces, key=lambda c: c.id)
        assert read.chunks("calves") == pieces[:2]
        assert read.fingerprints()["bread"].fingerprint == BREAD.fingerprint
        vectors = read.vectors("calves")
        assert vectors[pieces[0].id] @ MODEL.embed_query(pieces[0].text) > 0.999
        tokens = TokenVectors.from_bytes(read.tokens([pieces[3].id])[pieces[3].id])
        assert pieces[3].text[tokens.starts[-1] : tokens.ends[-1]] == "oven"
        read.check()


def test_search_gives_the_nearest_with_their_cosine(anywhere: Store) -> None:
    put(anywhere, CALVES)
    put(anywhere, BREAD)
    question = MODEL.embed_query("How hot an oven to bake the loaf in?")
    found = anywhere.search(question, 3)
    assert [piece.article_id for piece, _ in found[:1]] == ["bread"]
    for piece, similarity in found:
        assert similarity == pytest.approx(float(question @ MODEL.embed_query(piece.text)), abs=0.001)
    assert [s for _, s in found] == sorted((s for _, s in found), reverse=True)


@pytest.mark.parametrize(("exact", "most"), [(9, 9), (0, 9), (0, 0)])
def test_a_reader_finds_the_same_by_vectors_by_signs_and_by_chroma(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact: int, most: int
) -> None:
    monkeypatch.setattr(flat_search, "EXACT", exact)
    monkeypatch.setattr(flat_search, "MOST", most)
    put(store, CALVES)
    put(store, BREAD)
    done(store)
    question = 3 * MODEL.embed_query("Stretch the calf against a wall, half a minute each.")
    with contextlib.closing(Store(tmp_path / "store")) as read:
        found = read.nearest(question, 3)
        pieces = {piece.id: piece for piece in read.chunks()}
        assert (read._vectors._index is None) == (most > 0)  # type: ignore[attr-defined]
        assert [len(read.nearest(question, k)) for k in (-1, 0, 1, 4, 9)] == [0, 0, 1, 4, 4]
        with pytest.raises(IndexMismatch):
            read.nearest(question[:3], 2)
    cosine = [float(question @ MODEL.embed_query(pieces[key].text)) / 3 for key, _ in found]
    assert [similarity for _, similarity in found] == pytest.approx(cosine, abs=0.001)
    assert (tmp_path / "store" / "chroma").is_dir()
    assert cosine == sorted(cosine, reverse=True) and pieces[found[0][0]].article_id == "calves"


@pytest.mark.parametrize(("k", "found"), [(-1, 0), (0, 0), (1, 1), (4, 4), (5, 4), (1000, 4)])
def test_any_k_will_do(anywhere: Store, k: int, found: int) -> None:
    put(anywhere, CALVES)
    put(anywhere, BREAD)
    assert len(anywhere.search(MODEL.embed_query("calf"), k)) == found


def test_an_empty_index_finds_nothing(anywhere: Store) -> None:
    assert anywhere.search(MODEL.embed_query("calf"), 5) == []
    assert anywhere.counts() == (0, 0)
    assert anywhere.tokens(["no such chunk"]) == {}
    anywhere.check()


def test_replacing_leaves_nothing_of_the_old_text(anywhere: Store) -> None:
    put(anywhere, CALVES)
    put(anywhere, BREAD)
    put(anywhere, article("calves", "Swim instead."))
    assert anywhere.counts() == (2, 3)
    texts = [piece.text for piece, _ in anywhere.search(MODEL.embed_query("calf stretch wall"), 10)]
    assert len(texts) == 3 and not any("wall" in text for text in texts)
    anywhere.check()


def test_an_article_may_lose_all_its_chunks(anywhere: Store) -> None:
    put(anywhere, CALVES)
    anywhere.replace(Article("calves", "Calves", ""), [], np.empty((0, 64), np.float32), [])
    assert anywhere.counts() == (1, 0)
    assert anywhere.search(MODEL.embed_query("calf"), 3) == []
    anywhere.check()


def test_a_deleted_article_is_gone_and_may_come_back(anywhere: Store) -> None:
    put(anywhere, CALVES)
    put(anywhere, BREAD)
    anywhere.delete(["calves"])
    assert [piece.article_id for piece, _ in anywhere.search(MODEL.embed_query("calf"), 10)] == ["bread"] * 2
    with pytest.raises(NotInIndex, match="calves"):
        anywhere.article("calves")
    put(anywhere, CALVES)
    assert anywhere.counts() == (2, 4)
    anywhere.check()


def test_deleting_what_is_not_there_deletes_nothing(store: Store) -> None:
    put(store, CALVES)
    with pytest.raises(NotInIndex, match="bread"):
        store.delete(["calves", "bread"])
    assert store.counts() == (1, 2)


def test_a_chunk_that_is_no_slice_is_refused(store: Store) -> None:
    wrong = Chunk("calves", 0, (), "Stretch", 1, 8)
    with pytest.raises(ValueError, match="slice"):
        store.replace(CALVES, [wrong], MODEL.embed_passages(["Stretch"]), [b""])


def test_vectors_of_another_model_are_refused(anywhere: Store) -> None:
    pieces = put(anywhere, CALVES)
    other = np.ones((2, 32), np.float32)
    with pytest.raises(IndexMismatch, match="another embedding model"):
        anywhere.replace(CALVES, pieces, other, [b"", b""])
    with pytest.raises(IndexMismatch, match="--rebuild"):
        anywhere.search(other[0], 3)


def test_more_chunks_than_chroma_takes_at_once(anywhere: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flat_search, "MOST", 0)
    text = "".join(f"{n:05}" for n in range(6000))
    long = Article("long", "Long", text)
    pieces = [Chunk("long", n, (), text[5 * n : 5 * n + 5], 5 * n, 5 * n + 5) for n in range(6000)]
    vectors = np.random.default_rng(0).standard_normal((6000, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    anywhere.replace(long, pieces, vectors, [b"x"] * 6000)
    assert anywhere.counts() == (1, 6000)
    assert anywhere.search(vectors[5999], 1)[0][0].text == "05999"
    assert len(anywhere.tokens([piece.id for piece in pieces])) == 6000
    anywhere.check()


def test_any_text_survives(anywhere: Store) -> None:
    odd = article("odd/ä?#", "Nul \x00 and 🧘🏽‍♀️ and “quotes” and \u200b.", "'; DROP TABLE articles; --")
    pieces = put(anywhere, odd)
    assert anywhere.article("odd/ä?#") == odd
    assert anywhere.search(MODEL.embed_query(pieces[1].text), 1)[0][0] == pieces[1]


def digests(directory: Path) -> dict[str, str]:
    files = (file for file in directory.rglob("*") if file.is_file())
    return {str(f): hashlib.md5(f.read_bytes()).hexdigest() + str(f.stat().st_mtime_ns) for f in files}


def test_reading_writes_nothing(store: Store, tmp_path: Path) -> None:
    put(store, CALVES)
    done(store)
    before = digests(tmp_path)
    with contextlib.closing(Store(tmp_path / "store")) as read:
        read.search(MODEL.embed_query("calf"), 3)
        read.check()
        assert digests(tmp_path) == before
    assert digests(tmp_path) == before


def test_many_threads_may_read(store: Store, tmp_path: Path) -> None:
    for n in range(20):
        put(store, article(f"post-{n}", f"Stretch number {n} is for the calves."))
    done(store)
    wrong: list[object] = []
    with contextlib.closing(Store(tmp_path / "store")) as read:

        def work(n: int) -> None:
            for _ in range(20):
                found = read.search(MODEL.embed_query(f"stretch number {n}"), 1)[0][0]
                tokens = read.tokens([found.id])
                if str(n) not in found.text or not tokens or read.counts() != (20, 20):
                    wrong.append((n, found.text))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def overwrite(file: Path) -> None:
    file.write_bytes(b"garbage " * 1000)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("articles.db", overwrite),
        ("articles.db", Path.unlink),
        ("tokens/one.tokens", cut),
        ("tokens/one.tokens", Path.unlink),
    ],
)
def test_damage_is_said_to_be_damage(
    store: Store, tmp_path: Path, name: str, harm: Callable[[Path], None]
) -> None:
    pieces = put(store, CALVES)
    done(store)
    harm(tmp_path / "store" / name)

    def use() -> None:
        with contextlib.closing(Store(tmp_path / "store")) as read:
            read.search(MODEL.embed_query("calf"), 1)
            read.tokens([piece.id for piece in pieces])
            read.check()

    with pytest.raises(IndexDamaged, match="--rebuild") as caught:
        use()
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("harm", [overwrite, Path.unlink])
def test_so_is_damage_to_the_search_index_of_a_very_large_store(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(flat_search, "MOST", 0)
    test_damage_is_said_to_be_damage(store, tmp_path, "chroma/chroma.sqlite3", harm)


def test_articles_are_read_though_the_search_index_is_damaged(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flat_search, "MOST", 0)
    put(store, CALVES)
    done(store)
    overwrite(tmp_path / "store/chroma/chroma.sqlite3")
    with contextlib.closing(Store(tmp_path / "store")) as read:
        assert read.articles() == [CALVES]


def copied(source: Path, target: Path) -> Store:
    target.mkdir()
    copies.copy_store(source, target, segment=f"{target.name}.tokens")
    return Store(target, writable=True)


def test_a_copy_can_be_changed_and_the_original_stays(store: Store, tmp_path: Path) -> None:
    for n in range(10):
        put(store, article(f"post-{n}", f"Stretch number {n}."))
    done(store)
    before = digests(tmp_path / "store")
    copy = copied(tmp_path / "store", tmp_path / "two")
    put(copy, BREAD)
    copy.delete(["post-3"])
    done(copy)
    assert digests(tmp_path / "store") == before
    with contextlib.closing(Store(tmp_path / "two")) as read:
        read.check()
        assert read.counts() == (10, 11)
    old, linked = tmp_path / "store/tokens/one.tokens", tmp_path / "two/tokens/one.tokens"
    assert old.samefile(linked)


def test_what_is_worn_is_written_anew(store: Store, tmp_path: Path) -> None:
    for n in range(12):
        put(store, article(f"post-{n}", f"Stretch number {n}."))
    for n in range(4):
        put(store, article(f"post-{n}", f"Another stretch, number {n}."))
    done(store)
    assert copies.needs_rewrite(tmp_path / "store")
    with contextlib.closing(copied(tmp_path / "store", tmp_path / "two")) as copy:
        assert copy.search(MODEL.embed_query("another stretch number 2"), 1)[0][0].article_id == "post-2"
        copy.check()
        assert copy.counts() == (12, 12)
        assert sorted(copy.tokens([c.id for c in copy.chunks()])) == sorted(c.id for c in copy.chunks())
    assert [file.name for file in (tmp_path / "two/tokens").iterdir()] == ["two.tokens"]
    assert not copies.needs_rewrite(tmp_path / "two")


def test_an_unchanged_passage_keeps_its_token_vectors_on_disk(store: Store, tmp_path: Path) -> None:
    pieces = put(store, CALVES) + put(
        store, article("calves", "Stretch your calves against a wall.", "Or not.")
    )
    done(store)
    assert pieces[0] == pieces[2]
    blobs = {each.to_bytes() for each in MODEL.embed_tokens([piece.text for piece in pieces])[1]}
    assert len(blobs) == 3
    assert (tmp_path / "store/tokens/one.tokens").stat().st_size == sum(map(len, blobs))


def test_articles_of_version_0_2_are_read_and_go_on(store: Store, tmp_path: Path) -> None:
    """Texts as text and vectors as float32, beside new ones in one index."""
    pieces = put(store, CALVES)
    done(store)
    with contextlib.closing(sqlite3.connect(tmp_path / "store/articles.db")) as db:
        db.execute("UPDATE articles SET text = ?", (CALVES.text,))
        for piece in pieces:
            vector = MODEL.embed_query(piece.text)
            db.execute("UPDATE chunks SET vector = ? WHERE id = ?", (vector.tobytes(), piece.id))
        db.commit()
    with contextlib.closing(copied(tmp_path / "store", tmp_path / "two")) as copy:
        put(copy, BREAD)
        done(copy)
    with contextlib.closing(Store(tmp_path / "two")) as read:
        read.check()
        assert read.articles() == [BREAD, CALVES] and read.chunks("calves") == pieces
        old = read.vectors("calves")
        assert np.array_equal(old[pieces[1].id], MODEL.embed_query(pieces[1].text))
        assert read.search(MODEL.embed_query("a hot oven for the loaf"), 1)[0][0].article_id == "bread"


def test_signs_find_what_vectors_find(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is nearest in 3,000 vectors around 40 middles, with 300 compared in full."""
    rng = np.random.default_rng(0)
    middles = rng.standard_normal((40, 128))[rng.integers(0, 40, 3000)]
    vectors = (middles + 1.2 * rng.standard_normal((3000, 128)) + 0.5).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"{n:024x}" for n in range(len(vectors))]

    def found(question: Floats) -> list[str]:
        batches = (
            (range(at, at + 500), ids[at : at + 500], vectors[at : at + 500]) for at in range(0, 3000, 500)
        )
        made = flat_search.flat_search(batches, len(ids), lambda rows: vectors[list(rows)])
        return [key for key, _ in made.nearest(question, 50)]

    exact = [found(question) for question in vectors[::100]]
    monkeypatch.setattr(flat_search, "EXACT", 0)
    monkeypatch.setattr(flat_search, "_NEAR", 300)
    by_signs = [found(question) for question in vectors[::100]]
    assert [one[0] for one in by_signs] == [one[0] for one in exact]
    assert np.mean([len(set(a) & set(b)) for a, b in zip(exact, by_signs, strict=True)]) > 45


_KILLED_READER = """
import os, sys
from pathlib import Path
import numpy as np
from ingest.index import flat_search
from ingest.index.store import Store
flat_search.MOST = 0
store = Store(Path(sys.argv[1]))
print(len(store.search(np.ones(64, np.float32), 1)), flush=True)
sys.stdin.read()
"""


def test_what_killed_readers_leave_is_removed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flat_search, "MOST", 0)  # as on a large blog, whose search index is copied
    put(store, CALVES)
    done(store)
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    reader = subprocess.Popen(
        [sys.executable, "-c", _KILLED_READER, str(tmp_path / "store")],
        env={**os.environ, "TMPDIR": str(scratch)},
        cwd=Path(copies.__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert reader.stdout and reader.stdout.readline() == b"1\n"
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    def one_reads() -> int:
        with contextlib.closing(Store(tmp_path / "store")) as read:
            read.search(MODEL.embed_query("calf"), 1)
            return len(list(scratch.iterdir()))

    assert one_reads() == 2  # the other one is alive
    reader.send_signal(signal.SIGKILL)
    reader.communicate()
    assert one_reads() == 1
    (scratch / "footnote-reader-torso").mkdir()  # killed before it had a lease, or while it was removed
    assert one_reads() == 2
    os.utime(scratch / "footnote-reader-torso", (0, 0))
    assert one_reads() == 1
    assert not list(scratch.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_a_store_may_be_read_only(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anything, so the private copy is looked at: it must not be read-only too."""
    monkeypatch.setattr(flat_search, "MOST", 0)
    put(store, CALVES)
    done(store)
    scratch, directory = tmp_path / "tmp", tmp_path / "store"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    for entry in [directory, *directory.rglob("*")]:
        entry.chmod(0o555 if entry.is_dir() else 0o444)
    with contextlib.closing(Store(directory)) as read:
        read.search(MODEL.embed_query("calf"), 1)
        copy = list(scratch.glob("*/copy/**/*"))
        assert len(copy) > 2 and all(entry.stat().st_mode & 0o200 for entry in copy)
    for entry in [directory, *directory.rglob("*")]:
        entry.chmod(0o755)


def test_vector_and_similarity_types(store: Store) -> None:
    put(store, CALVES)
    vector: Floats = next(iter(store.vectors("calves").values()))
    assert vector.dtype == np.float32 and vector.shape == (64,)
