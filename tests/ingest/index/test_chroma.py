"""The vectors of a blog in a Chroma server: what is written there, what stays for readers, and what happens without it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder
from engines import Chroma, Postgres, free_port, wait_until
from small_blog import ask, ids, index_at, ingest, post

from ingest.chroma import Collection, open_chroma
from ingest.database import Database, open_database
from ingest.errors import ChromaDown, ConfigError, IndexCorrupt, IndexDamaged, IndexError_, IndexMismatch
from ingest.index import Index, SharedGenerations
from ingest.index.shared import collections

TOKEN = "only-for-the-server"


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    opened = open_database(postgres.url, postgres.new_blog())
    yield opened
    opened.close()


@pytest.fixture
def machine(
    database: Database, chroma: Chroma, tmp_path: Path
) -> Iterator[Callable[[str, Chroma | None], Index]]:
    """Opens the index on a machine of this name, and with this Chroma server or none."""
    made: list[Index] = []

    def open_index(name: str, server: Chroma | None = chroma) -> Index:
        path = tmp_path / name
        chroma_server = open_chroma(server.url) if server else None
        made.append(index_at(path, generations=SharedGenerations(path, database, 0, chroma_server)))
        return made[-1]

    yield open_index
    for index in made:
        index.close()


@pytest.fixture(scope="module")
def own_chroma() -> Iterator[Chroma]:
    """One that a test may stop; it starts it again."""
    running = Chroma()
    running.start()
    yield running
    running.remove()


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    for number in range(6):
        post(folder, f"day-{number}", f"Day {number}", *(f"Exercise {n} of day {number}." for n in range(4)))
    return folder


def counts(chroma: Chroma, database: Database) -> list[int]:
    """Records in each collection of this blog."""
    found = chroma.collections()
    return sorted(count for name, count in found.items() if name.startswith(f"footnote-{database.blog}-"))


def edition(posts: Path, number: int) -> None:
    post(posts, "day-0", "Day 0", f"The edition of the news is number-{number}.")


def news(index: Index) -> str:
    return ask(index, "edition of the news")[0].split()[-1]


Machine = Callable[..., Index]


def test_an_edit_writes_what_changed_and_what_it_replaced_goes_when_its_readers_had_their_time(
    machine: Machine, posts: Path, chroma: Chroma, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = machine("one"), machine("two")
    assert ingest(writer, posts).chunks_embedded == 24 and counts(chroma, database) == [24]
    with reader.reading() as old:
        edition(posts, 1)
        ingest(writer, posts)
        edition(posts, 2)
        ingest(writer, posts)
        assert counts(chroma, database) == [26]  # in place of four passages one, twice
        assert news(reader) == "number-2."
        found = [piece.text for piece, _ in old.search(FakeEmbedder().embed_query("Exercise of day 0"), 24)]
        assert len(found) == 24 and all("of day 0." in f for f in found[:4])
        assert not any("number" in f for f in found)
        assert len(ask(reader, "Exercise of day 0", 30)) == 21
    monkeypatch.setattr(collections, "KEPT_MINUTES", 0)
    ingest(writer, posts)  # nothing new: but a writer sweeps
    assert counts(chroma, database) == [21] and news(reader) == "number-2."
    with reader.reading() as store:
        store.check()
    assert not list((writer.path / (writer.generation() or "")).glob("chroma"))


def test_a_worn_collection_is_followed_by_another_without_embedding_again(
    machine: Machine, posts: Path, chroma: Chroma, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = machine("one"), machine("two")
    ingest(writer, posts)
    with reader.reading() as old:
        for number in range(3, 6):
            post(posts, f"day-{number}", f"Day {number}", "Rest.")
        ingest(writer, posts)
        edition(posts, 1)
        assert ingest(writer, posts).chunks_embedded == 1
        assert counts(chroma, database) == [12, 27]
        assert len(old.search(FakeEmbedder().embed_query("Exercise"), 30)) == 24
        assert news(reader) == "number-1."
    monkeypatch.setattr(collections, "KEPT_MINUTES", 0)
    ingest(writer, posts)
    assert counts(chroma, database) == [12] and news(reader) == "number-1."


def test_what_a_writer_left_that_did_not_finish_is_removed_by_the_next(
    machine: Machine, posts: Path, chroma: Chroma, database: Database
) -> None:
    def interrupted(*, rebuild: bool = False) -> None:
        with machine("one").writing(rebuild=rebuild) as draft:
            article = draft.previous().article("posts/day-1.md")  # type: ignore[union-attr]
            piece = draft.previous().chunks(article.id)[0]  # type: ignore[union-attr]
            draft.store().replace(article, [piece], FakeEmbedder().embed_passages(["Something else."]), [b""])
            raise KeyboardInterrupt

    ingest(machine("one"), posts)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert counts(chroma, database) == [25]
    with pytest.raises(KeyboardInterrupt):
        interrupted(rebuild=True)
    assert counts(chroma, database) == [1, 24]
    with machine("one").writing():
        pass
    assert counts(chroma, database) == [24] and len(ask(machine("two"), "Exercise", 30)) == 24


def test_without_the_server_searches_and_ingests_say_so_and_go_on_when_it_is_back(
    machine: Machine, posts: Path, own_chroma: Chroma, caplog: pytest.LogCaptureFixture
) -> None:
    writer, reader = machine("one", own_chroma), machine("two", own_chroma)
    ingest(writer, posts)
    assert len(ask(reader, "Exercise", 5)) == 5
    own_chroma.stop()
    server = open_chroma(own_chroma.url)
    with pytest.raises(ChromaDown, match=r"FOOTNOTE_CHROMA_URL.*try again"):
        ask(reader, "Exercise")
    assert server.is_down and ids(reader) == ids(writer)  # what needs no search goes on
    edition(posts, 1)
    with pytest.raises(ChromaDown):
        ingest(writer, posts)
    assert reader.generation() == "gen-1"
    own_chroma.start()
    wait_until(lambda: not server.is_down, "waited until it is noticed")
    ingest(writer, posts)
    assert news(reader) == "number-1."
    said = [record.getMessage() for record in caplog.records if "Chroma" in record.getMessage()]
    assert len(said) == 2 and "does not answer" in said[0] and "answers again" in said[1], said


def test_a_server_that_accepts_and_is_silent_delays_one_search_only(
    machine: Machine, posts: Path, own_chroma: Chroma, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = machine("one", own_chroma)
    ingest(index, posts)
    monkeypatch.setattr("ingest.chroma.server._READ_SECONDS", 0.3)
    server = open_chroma(own_chroma.url)
    own_chroma.freeze()
    try:
        with pytest.raises(ChromaDown):
            ask(index, "Exercise")
        asked: list[str] = []
        monkeypatch.setattr(server, "_send", lambda *_: asked.append("sent"))
        with pytest.raises(ChromaDown):
            ask(index, "Exercise")
        assert asked == []
        monkeypatch.undo()
    finally:
        own_chroma.thaw()
    wait_until(lambda: not server.is_down, "waited until it is noticed")
    assert len(ask(index, "Exercise")) == 1


def test_a_restart_between_two_questions_is_not_noticed(
    machine: Machine, posts: Path, own_chroma: Chroma
) -> None:
    index = machine("one", own_chroma)
    ingest(index, posts)
    assert len(ask(index, "Exercise", 24)) == 24
    own_chroma.stop()
    own_chroma.start()
    assert len(ask(index, "Exercise", 24)) == 24  # the connection of before is of no use


def test_what_the_server_has_lost_is_made_anew_by_the_next_ingest(
    machine: Machine, posts: Path, chroma: Chroma, database: Database
) -> None:
    writer, reader = machine("one"), machine("two")
    ingest(writer, posts)
    (name,) = (one for one in chroma.collections() if f"-{database.blog}-" in one)
    lost = Collection(open_chroma(chroma.url), name)
    lost.delete([f"{key}.{name.rpartition('-')[2]}" for key, _, _ in outline(reader)[:3]])
    report = ingest(writer, posts)
    assert report.chunks_embedded == 24 and "rebuilt" in report.notes[0]
    (name,) = (one for one in chroma.collections() if f"-{database.blog}-" in one and one != name)
    Collection(open_chroma(chroma.url), name).remove()
    with pytest.raises(IndexCorrupt, match="next `footnote ingest`"):
        ask(reader, "Exercise")
    ingest(writer, posts)
    assert len(ask(reader, "Exercise", 30)) == 24


def outline(index: Index) -> list[tuple[str, str, int]]:
    with index.reading() as store:
        return [row[:3] for row in store.outline()]


def test_an_index_of_before_moves_at_the_next_ingest_and_back_by_a_rebuild(
    machine: Machine, posts: Path, chroma: Chroma, database: Database
) -> None:
    ingest(machine("one", None), posts)
    assert len(ask(machine("two"), "Exercise", 30)) == 24  # from the files, as before
    report = ingest(machine("one"), posts)
    assert report.chunks_embedded == 0 and report.notes == (
        "The vectors of the passages are now in the Chroma server.",
    )
    assert counts(chroma, database) == [24] and len(ask(machine("two"), "Exercise", 30)) == 24
    for act in (lambda: ask(machine("two", None), "Exercise"), lambda: ingest(machine("one", None), posts)):
        with pytest.raises(IndexMismatch, match=r"FOOTNOTE_CHROMA_URL.*--rebuild"):
            act()
    ingest(machine("one", None), posts, rebuild=True)
    assert len(ask(machine("two", None), "Exercise", 30)) == 24


def test_it_finds_what_a_folder_finds(machine: Machine, posts: Path, tmp_path: Path) -> None:
    folder, shared = index_at(tmp_path / "folder"), machine("one")
    ingest(folder, posts)
    ingest(shared, posts)
    for k in (1, 7, 24, 100):
        found = []
        for index in (folder, shared):
            with index.reading() as store:
                found.append(store.nearest(3 * FakeEmbedder().embed_query("Exercise 2 of day 4"), k))
                exact = store.vectors("posts/day-2.md")
        assert [near for _, near in found[0]] == pytest.approx([near for _, near in found[1]], abs=1e-5)
        assert found[0][0][0] == found[1][0][0]
    with folder.reading() as store:
        assert all(
            np.array_equal(vector, exact[key]) for key, vector in store.vectors("posts/day-2.md").items()
        )


def test_two_blogs_in_one_server_are_apart(
    machine: Machine, posts: Path, chroma: Chroma, postgres: Postgres, tmp_path: Path
) -> None:
    ingest(machine("one"), posts)
    other = open_database(postgres.url, postgres.new_blog())
    post(tmp_path / "others", "tea", "Tea", "Steep the leaves for three minutes.")
    path = tmp_path / "other"
    index = index_at(path, generations=SharedGenerations(path, other, 0, open_chroma(chroma.url)))
    ingest(index, tmp_path / "others")
    assert counts(chroma, other) == [1]
    (found,) = ask(index, "Exercise of day 1", 9)
    assert found.endswith("Steep the leaves for three minutes.")
    assert not any("leaves" in text for text in ask(machine("two"), "Steep the leaves", 30))


def test_damage_on_the_disk_is_said_to_be_damage(machine: Machine, posts: Path) -> None:
    ingest(machine("one"), posts)
    reader = machine("two")
    file = reader.path / (reader.generation() or "") / "articles.db"
    data = bytearray(file.read_bytes())
    data[-200:] = bytes(200)
    file.chmod(0o600)
    file.write_bytes(data)
    with pytest.raises(IndexDamaged):
        ask(reader, "Exercise")


# --- requests


def test_a_secret_goes_with_each_request_and_into_no_log(
    machine: Machine, posts: Path, chroma: Chroma, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    nobody = open_chroma(f"http://user:hidden@127.0.0.1:{free_port()}", TOKEN)
    with pytest.raises(ChromaDown) as caught:
        Collection(nobody, "footnote").count()
    assert nobody.is_down
    assert {nobody._headers[name] for name in ("Authorization", "X-Chroma-Token")} == {
        TOKEN,
        f"Bearer {TOKEN}",
    }
    assert not any(secret in caplog.text + str(caught.value) for secret in (TOKEN, "hidden"))


@pytest.mark.parametrize(
    "url", ["chroma.lan:8000", "ftp://chroma.lan", "http://:80", "http://b:many", "http://b/one"]
)
def test_an_address_that_is_none_says_what_to_write_and_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"FOOTNOTE_CHROMA_URL.*http://host:8000") as caught:
        open_chroma(url)
    assert url not in str(caught.value)


class Answers(BaseHTTPRequestHandler):
    """Some other server, or a proxy; the first part of a collection's name is the status."""

    def do_GET(self) -> None:
        self.send_error(int(self.path.rpartition("/")[2].partition("-")[0]))

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (404, IndexError_, "no Chroma server"),
        (401, IndexError_, "FOOTNOTE_CHROMA_TOKEN"),
        (400, IndexError_, "refuses what is asked of it .400"),
        (429, ChromaDown, "try again"),
        (502, ChromaDown, "try again"),
    ],
)
def test_what_a_server_refuses_is_said(status: int, kind: type[IndexError_], message: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            opened = open_chroma(f"http://127.0.0.1:{server.server_port}", str(status))
            with pytest.raises(kind, match=message):
                Collection(opened, f"{status}-blog").count()
            assert opened._is_down == (status == 502)
        finally:
            server.shutdown()
