"""One writer, any number of readers, at every moment one whole generation: in one folder, on machines that share a database,
and on machines that share a Chroma server too."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import FakeEmbedder
from engines import Chroma, Postgres, wait_until
from patience import PATIENCE
from processes import started
from small_blog import ask, ids, index_at, ingest, post

from ingest.chroma import open_chroma
from ingest.database import Database, open_database
from ingest.errors import IndexBusy, IndexError_
from ingest.index import Index, SharedGenerations
from ingest.index.shared.files import LAYOUT

ROOT = Path(__file__).resolve().parents[3]
PATHS = [str(ROOT / "tests" / "support"), str(ROOT / "tests"), str(ROOT)]


class Machines:
    """Opens one index as often as it is asked for: in the same folder, or each time in one of its own with one database."""

    def __init__(self, folder: Path, database: Database | None, chroma: Chroma | None) -> None:
        self.folder, self.database, self.count = folder, database, 0
        self.chroma = chroma
        self.opened: list[Index] = []

    def index(self, **options: float) -> Index:
        self.count += 1
        path = self.folder / ("index" if self.database is None else f"machine-{self.count}")
        server = open_chroma(self.chroma.url) if self.chroma else None
        shared = None if self.database is None else SharedGenerations(path, self.database, 0, server)
        self.opened.append(index_at(path, generations=shared, lock_timeout=options.get("lock_timeout", 600)))
        return self.opened[-1]

    def arguments(self) -> list[str]:
        """For other(): where the index is."""
        self.count += 1
        database = self.database
        path = self.folder / ("index" if database is None else f"machine-{self.count}")
        urls = [self.chroma.url] if self.chroma else []
        return [str(path), *([database.url, database.blog] if database else []), *urls]

    def kept(self) -> int:
        """How many generations are stored, complete or not."""
        if self.database is None:
            return len(list((self.folder / "index").glob("gen-*")))
        begun = "(SELECT count(*) FROM writings)" if self.chroma else "0"
        with self.database.connected(LAYOUT) as db:
            found = db.execute(f"SELECT count(*) + {begun} FROM generations").fetchone()
        return int(found[0]) if found else 0


OTHER = f"""
import sys
sys.path[:0] = {PATHS}
from pathlib import Path
from small_blog import ask, index_at, ingest, post
from ingest.chroma import open_chroma
from ingest.database import open_database
from ingest.index import SharedGenerations
where = sys.argv[1:]
server = open_chroma(where[3]) if len(where) > 3 else None
shared = SharedGenerations(Path(where[0]), open_database(where[1], where[2]), 0, server) if len(where) > 1 else None
index = index_at(Path(where[0]), generations=shared)
"""


def other(machines: Machines, code: str) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
    """Another process, on a machine of its own if there are several, that has `index`."""
    return started(
        [sys.executable, "-c", OTHER + code, *machines.arguments()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(params=["folder", "postgres", "chroma"])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machines]:
    database = None
    if request.param != "folder":
        postgres = request.getfixturevalue("postgres")
        database = open_database(postgres.url, postgres.new_blog())
    chroma = request.getfixturevalue("chroma") if request.param == "chroma" else None
    made = Machines(tmp_path, database, chroma)
    yield made
    for index in made.opened:
        index.close()


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    post(folder, "calves", "Calves", "Stretch your calves against a wall.")
    post(folder, "bread", "News", "The edition of the news is number-0.")
    return folder


def edition(posts: Path, number: int) -> None:
    post(posts, "bread", "News", f"The edition of the news is number-{number}.")


def test_each_reader_sees_what_another_wrote_at_its_next_question(machines: Machines, posts: Path) -> None:
    writer, reader = machines.index(), machines.index()
    assert reader.generation() is None and reader.live_since() is None
    ingest(writer, posts)
    assert ids(reader) == ["posts/bread.md", "posts/calves.md"]
    edition(posts, 1)
    ingest(machines.index(), posts)
    assert ask(reader, "edition of the news")[0].endswith("number-1.")
    assert reader.generation() == writer.generation() == "gen-2"
    assert reader.live_since() == writer.live_since() is not None
    with reader.reading() as store:
        store.check(sample=200)
    assert machines.kept() == 1 if machines.database else True


def test_writers_take_turns_and_the_last_gives_up_in_time(machines: Machines, posts: Path) -> None:
    def add(number: int) -> None:
        folder = posts.parent / f"more-{number}"
        post(folder, "one", f"Post {number}", f"Exercise {number}.")
        ingest(machines.index(), folder)

    ingest(machines.index(), posts)
    threads = [threading.Thread(target=add, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    reader = machines.index()
    assert [name for name in ids(reader) if "more" in name] == [f"more-{n}/one.md" for n in range(3)]
    with reader.writing(), pytest.raises(IndexBusy, match="Another ingest"):
        ingest(machines.index(lock_timeout=0.2), posts)
    ingest(machines.index(), posts)


def test_what_is_being_read_stays(machines: Machines, posts: Path) -> None:
    ingest(machines.index(), posts)
    reader = machines.index()
    with reader.reading() as old:
        for number in (1, 2):
            edition(posts, number)
            ingest(machines.index(), posts)
            assert ask(reader, "edition of the news")[0].endswith(f"number-{number}.")
        assert old.article("posts/bread.md").text.endswith("number-0.")
        found = old.search(FakeEmbedder().embed_query("edition news"), 1)
        assert found[0][0].text.endswith("number-0.")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_what_was_live(machines: Machines, posts: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with machines.index().writing() as draft:
            draft.store().delete(["posts/bread.md"])
            raise error

    ingest(machines.index(), posts)
    with pytest.raises(error):
        fail()
    assert len(ids(machines.index())) == 2


# Each line kills a writer at another moment; whether the new generation is live then.
KILLED = {
    "while it writes": ("index.writing().__enter__().store().delete(['posts/bread.md'])\n", False),
    "before the flip": (
        """
import ingest.index.folder as folder
import ingest.index.shared.files as files
def stop(*arguments, **options):
    print("now", flush=True); sys.stdin.read()
if not shared: folder.FolderGenerations.point_at = stop
stored = files.store_files
import ingest.index.shared.generations as shared_module
shared_module.store_files = lambda *arguments: (stored(*arguments), stop())
from ingest.sync import forget
forget(index, "posts/bread.md")
""",
        False,
    ),
    "after the flip": (
        """
import ingest.index.folder as folder
def stop(*arguments, **options):
    print("now", flush=True); sys.stdin.read()
publish = folder.FolderGenerations.publish
if shared: folder.FolderGenerations.publish = lambda self, made, name: stop() if "building" in made.name else publish(self, made, name)
else: folder.FolderGenerations.sweep_old = lambda self, live: stop() if live == "gen-2" else None
from ingest.sync import forget
forget(index, "posts/bread.md")
""",
        True,
    ),
}


@pytest.mark.parametrize(
    ("machines", "moment"),
    [
        *((place, moment) for place in ("folder", "postgres") for moment in KILLED),
        ("chroma", "before the flip"),
    ],
    indirect=["machines"],
)
def test_a_killed_writer_leaves_a_whole_generation_and_the_next_removes_the_rest(
    machines: Machines, posts: Path, moment: str
) -> None:
    code, is_live = KILLED[moment]
    ingest(machines.index(), posts)
    reader = machines.index()
    assert len(ids(reader)) == 2
    with other(machines, code + "print('now', flush=True)\nsys.stdin.read()\n") as writer:
        assert writer.stdout and writer.stdout.readline() == "now\n"
        writer.send_signal(signal.SIGKILL)
        writer.wait(PATIENCE)
    assert len(ids(reader)) == (1 if is_live else 2)
    edition(posts, 7)
    ingest(machines.index(), posts)  # at once: the dead writer holds no lock
    assert ask(reader, "edition of the news")[0].endswith("number-7.")
    reader.close()
    ingest(machines.index(), posts)
    with machines.index().writing():
        pass  # sweeps
    assert machines.kept() == 1


READER = """
asked = 0
print("ready", flush=True)
import threading, time
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
while not ended.is_set():
    found = ask(index, "edition of the news", 9)
    assert len(found) == 2, found
    asked += 1
    time.sleep(0.005)
print(asked, ask(index, "edition of the news")[0].split()[-1], flush=True)
"""


def test_readers_never_notice_a_flip(machines: Machines, posts: Path) -> None:
    ingest(machines.index(), posts)
    writer = machines.index()
    with other(machines, READER) as one, other(machines, READER) as two:
        for reader in (one, two):
            assert reader.stdout and reader.stdout.readline() == "ready\n"
        for number in range(1, 11):
            edition(posts, number)
            ingest(writer, posts)
        ended = [reader.communicate(timeout=PATIENCE)[0].split() for reader in (one, two)]
    assert all(int(asked) > 10 and last == "number-10." for asked, last in ended), ended


# --- the database alone


@pytest.fixture
def shared(postgres: Postgres, tmp_path: Path) -> Iterator[Callable[[str], SharedGenerations]]:
    database = open_database(postgres.url, postgres.new_blog())
    yield lambda name: SharedGenerations(tmp_path / name, database)
    database.close()


def test_while_the_database_is_down_readers_go_on_also_after_a_restart_and_writers_say_so(
    postgres: Postgres, shared: Callable[[str], SharedGenerations], tmp_path: Path, posts: Path
) -> None:
    writer, generations = index_at(tmp_path / "one", generations=shared("one")), shared("two")
    ingest(writer, posts)
    reader = index_at(tmp_path / "two", generations=generations)
    assert len(ids(reader)) == 2 and not generations.is_down
    postgres.stop()
    try:
        wait_until(lambda: generations.is_down, "waited until it is noticed")
        assert len(ids(reader)) == 2
        assert len(ids(index_at(tmp_path / "two", generations=shared("two")))) == 2  # a restarted server
        with pytest.raises(IndexError_, match="cannot be reached"):
            ids(index_at(tmp_path / "three", generations=shared("three")))  # one that never saw the database
        with pytest.raises(IndexError_, match=r"What was live before still is.*again") as caught:
            ingest(writer, posts)
        assert postgres.url not in str(caught.value)
    finally:
        postgres.start()
    edition(posts, 3)
    ingest(writer, posts)
    wait_until(lambda: ask(reader, "edition of the news")[0].endswith("number-3."), "waited for the edition")
    assert not generations.is_down


def test_a_restart_of_the_database_in_the_middle_of_an_ingest_changes_nothing(
    postgres: Postgres, shared: Callable[[str], SharedGenerations], tmp_path: Path, posts: Path
) -> None:
    writer, reader = (index_at(tmp_path / name, generations=shared(name)) for name in ("one", "two"))
    ingest(writer, posts)

    def interrupted() -> None:
        with writer.writing() as draft:
            draft.store().delete(["posts/bread.md"])
            postgres.stop()
            postgres.start()

    with pytest.raises(IndexError_, match="What was live before still is"):
        interrupted()
    assert len(ids(reader)) == 2
    edition(posts, 4)
    ingest(writer, posts)
    wait_until(lambda: ask(reader, "edition of the news")[0].endswith("number-4."), "waited for the edition")


def test_an_edit_moves_a_small_part_of_the_index(
    shared: Callable[[str], SharedGenerations], tmp_path: Path, posts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(60):
        post(posts, f"day-{number}", f"Day {number}", *(f"Exercise {n} of day {number}." for n in range(12)))
    writer, reader = (index_at(tmp_path / name, generations=shared(name)) for name in ("one", "two"))
    ingest(writer, posts)
    assert len(ids(reader)) == 62
    caplog.clear()
    caplog.set_level("INFO", "footnote")
    edition(posts, 5)
    ingest(writer, posts)
    wait_until(lambda: ask(reader, "edition of the news")[0].endswith("number-5."), "waited for the edition")
    moved = [record.args for record in caplog.records if "bytes were" in record.msg]
    # Token vectors, a third of the whole, stay where they are.
    assert len(moved) == 2 and all(part < whole * 0.75 for _, part, whole in moved), moved  # type: ignore[misc, operator]


def test_a_folder_of_another_database_is_fetched_anew(
    postgres: Postgres, shared: Callable[[str], SharedGenerations], tmp_path: Path, posts: Path
) -> None:
    ingest(index_at(tmp_path / "one", generations=shared("one")), posts)
    elsewhere = open_database(postgres.url, postgres.new_blog())
    other_posts = tmp_path / "other"
    post(other_posts, "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(
        index_at(tmp_path / "two", generations=SharedGenerations(tmp_path / "two", elsewhere)), other_posts
    )
    assert ids(index_at(tmp_path / "one", generations=SharedGenerations(tmp_path / "one", elsewhere))) == [
        "other/tea.md"
    ]
