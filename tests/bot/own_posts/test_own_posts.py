"""What the owner adds and takes out stays so through later syncs, and nothing bad gets in or is lost."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import FakeEmbedder
from engines import Postgres

from bot.own_posts import OwnPosts
from bot.own_posts import files as own_files
from ingest.config import IndexConfig
from ingest.database import Database, Folder, LocalFolder, SharedFolder, open_database
from ingest.database.folders import LAYOUT
from ingest.errors import SourceError
from ingest.index import Index
from ingest.sources import load
from ingest.sync import SyncReport, forget, sync

KNEES = "Bend the knee slowly. Hold it for ten seconds, then rest."


class Blog:
    """A blog in a folder, an index, and what the owner added beside it."""

    def __init__(self, place: Path, desk: Folder) -> None:
        self.folder = place / "blog"
        self.folder.mkdir()
        self.index = Index(place / "index", IndexConfig(embedder="fake"))
        self.own = OwnPosts(desk)
        self.embedder = FakeEmbedder()

    def sync(self) -> SyncReport:
        sources = (str(self.folder), *self.own.sources())
        return sync(
            sources, index=self.index, embedder=lambda: self.embedder, load=self.own.leaving_out(load)
        )

    def titles(self) -> set[str]:
        with self.index.reading_once() as store:
            return {article.title for article in store.articles()}


@pytest.fixture
def database(postgres: Postgres) -> Database:
    return open_database(postgres.url, postgres.new_blog())


@pytest.fixture
def blog(tmp_path: Path, request: pytest.FixtureRequest) -> Blog:
    place = tmp_path / "index.desk"
    if getattr(request, "param", "files") == "files":
        made = Blog(tmp_path, LocalFolder(place))
    else:
        made = Blog(tmp_path, SharedFolder(place, request.getfixturevalue("database")))
    for name in ("Necks", "Backs"):
        text = f"# {name}\n\nAbout {name.lower()} there is this to know: move them every hour.\n"
        (made.folder / f"{name.lower()}.md").write_text(text)
    return made


everywhere = pytest.mark.parametrize("blog", ["files", "postgres"], indirect=True)


def zipped(**files: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return data.getvalue()


def upload(blog: Blog, name: str, data: bytes) -> Path:
    file = blog.folder.parent / "upload.tmp"
    file.write_bytes(data)
    return blog.own.add_file(file, name)


@everywhere
def test_what_was_added_stays_when_the_blog_is_read_again(blog: Blog) -> None:
    blog.own.add_text("Knees: a start", KNEES, "https://blog.example/knees")
    upload(blog, "Über Hüften!.md", b"# Hips\n\nTurn the hip out, then in, five times.\n")
    assert len(blog.sync().added) == 4
    (blog.folder / "necks.md").unlink()
    later = blog.sync()
    assert later.removed == ("blog/necks.md",) and blog.titles() == {"Backs", "Hips", "Knees: a start"}
    with blog.index.reading_once() as store:
        pasted = store.article("https://blog.example/knees")
    assert pasted.text == KNEES and blog.own.is_own(pasted.origin)


@everywhere
def test_a_post_that_was_taken_out_stays_out_until_it_is_put_back(blog: Blog) -> None:
    blog.sync()
    blog.own.take_out("blog/necks.md", "Necks", (blog.folder / "necks.md").as_uri())
    forget(blog.index, "blog/necks.md")
    again = blog.sync()
    assert again.added == again.removed == () and blog.titles() == {"Backs"}
    assert [item.reason for item in again.left_out] == ["the owner took this out on the desk"]
    blog.own.put_back("blog/necks.md")
    assert blog.sync().added == ("blog/necks.md",)


@everywhere
def test_taking_out_a_file_that_was_added_deletes_it(blog: Blog) -> None:
    file = blog.own.add_text("Knees", KNEES)
    blog.sync()
    blog.own.take_out("own-posts/knees.txt", "Knees", file.as_uri())
    assert not file.exists() and blog.own.sources() == () and not blog.own.taken_out()
    outside = blog.folder / "necks.md"
    blog.own.take_out("blog/necks.md", "Necks", outside.as_uri())
    assert outside.exists(), "only what was added here is deleted"


@everywhere
def test_an_archive_is_unpacked_without_leaving_the_folder(blog: Blog) -> None:
    post = "# {}\n\nStretch every day for a minute and rest.\n"
    data = zipped(
        **{"posts__one.md": post.format("One"), "..__..__evil.md": post.format("Evil"), "posts__x.exe": "MZ"},
        **{"__etc__two.md": post.format("Two"), ".hidden__three.md": post.format("Three")},
    )
    place = upload(blog, "my export.zip", data)
    found = sorted(file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file())
    assert found == ["etc/two.md", "posts/one.md"]
    assert not list(blog.folder.parent.rglob("evil.md"))


BOMB = zipped(**{"a.md": "x" * 2_000_000})


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("report.pdf", b"%PDF-1.7", "are not read"),
        ("script.exe", b"MZ", "are not read"),
        ("nothing.md", b"", "empty"),
        ("blank.md", b"   \n", "No post"),
        ("draft.md", b"---\ntitle: A\ndraft: true\n---\nNot yet to be read by anybody.\n", "draft"),
        ("rubbish.zip", b"PK\x03\x04rubbish", "zip archive"),
        ("none.zip", zipped(**{"a.exe": "MZ"}), "No post"),
        ("bomb.zip", BOMB, "larger than"),
        ("feed.xml", b"<a>no export</a>", "No post"),
    ],
)
def test_a_bad_upload_says_why_and_leaves_nothing(
    blog: Blog, name: str, data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_files, "MAX_UNPACKED", 1_000_000)
    blog.own.add_text("Knees", KNEES)
    with pytest.raises(SourceError, match=reason):
        upload(blog, name, data)
    assert [file.name for file in blog.own.folder.iterdir()] == ["knees.txt"]


@everywhere
def test_a_second_file_of_the_same_name_replaces_nothing(blog: Blog) -> None:
    first, second = (blog.own.add_text("Knees", f"{KNEES} Part {n}.") for n in (1, 2))
    assert (first.name, second.name) == ("knees.txt", "knees-2.txt") and "Part 1" in first.read_text()


@pytest.mark.parametrize(
    ("title", "text", "url"),
    [("", KNEES, ""), ("A", " ", ""), ("A", KNEES, "ftp://x"), ("A", "x" * 1_000_001, "")],
)
def test_a_text_that_cannot_be_added_is_refused(blog: Blog, title: str, text: str, url: str) -> None:
    with pytest.raises(SourceError):
        blog.own.add_text(title, text, url)
    assert blog.own.sources() == ()


@everywhere
def test_addresses_are_followed_until_they_are_removed(blog: Blog) -> None:
    assert blog.own.add_address(" blog.example/knees ") == "https://blog.example/knees"
    blog.own.add_address("https://blog.example/knees")
    assert OwnPosts(blog.own.desk).sources() == ("https://blog.example/knees",)
    blog.own.remove_address("https://blog.example/knees")
    assert blog.own.sources() == ()
    for rubbish in ("", "   ", "ftp://blog.example", "file:///etc/passwd", "https://"):
        with pytest.raises(SourceError):
            blog.own.add_address(rubbish)


def test_a_damaged_list_is_set_aside(blog: Blog, caplog: pytest.LogCaptureFixture) -> None:
    blog.own.add_address("https://blog.example/knees")
    (blog.own.place / "own-posts.json").write_text('{"addresses": [')
    assert blog.own.addresses() == () and "damaged" in caplog.text
    blog.own.add_address("https://blog.example/hips")
    assert blog.own.addresses() == ("https://blog.example/hips",)
    assert len([file for file in blog.own.place.iterdir() if "damaged" in file.name]) == 1


def copies(database: Database, place: Path) -> tuple[OwnPosts, OwnPosts]:
    one, other = (
        OwnPosts(SharedFolder(place / name / "index.desk-copy", database)) for name in ("one", "other")
    )
    return one, other


def test_what_is_added_on_one_server_is_read_and_taken_out_on_another(
    database: Database, tmp_path: Path
) -> None:
    one, other = copies(database, tmp_path)
    added = one.add_text("Knees", KNEES)
    one.add_address("https://blog.example/feed")
    assert (
        other.sources() == ("https://blog.example/feed", str(other.folder))
        and KNEES in (other.folder / "knees.txt").read_text()
    )
    assert other.is_own(added.as_uri()), "as the server that read it stored its place"
    assert other.add_text("Knees", KNEES).name == "knees-2.txt"
    other.take_out("own-posts/knees.txt", "Knees", added.as_uri())
    other.take_out("https://blog.example/hips", "Hips", "https://blog.example/hips")
    assert one.taken_out() == {"https://blog.example/hips": "Hips"}
    assert [name for name, _ in one.stored()] == ["own-posts.json", "own-posts/knees-2.txt"]


def test_a_copy_that_is_lost_or_changed_is_fetched_again(database: Database, tmp_path: Path) -> None:
    one, other = copies(database, tmp_path)
    large = b"# Hips\n\n" + b"Turn the hip out, then in, five times. " * 60_000
    (tmp_path / "hips.md").write_bytes(large)
    one.add_file(tmp_path / "hips.md", "hips.md")
    one.add_text("Knees", KNEES)
    other.sources()
    (other.folder / "knees.txt").unlink()
    with pytest.raises(SourceError):
        other.add_text("", "")
    with pytest.raises(RuntimeError), other.desk.changing():
        (other.folder / "hips.md").write_text("half of a change")
        raise RuntimeError
    assert (other.folder / "hips.md").read_bytes() != large
    other.sources()
    assert (other.folder / "hips.md").read_bytes() == large and (other.folder / "knees.txt").is_file()
    shutil.rmtree(one.place)
    assert [name for name, _ in one.stored()] == ["own-posts/hips.md", "own-posts/knees.txt"]


def test_while_the_database_is_down_nothing_changes_and_what_was_seen_is_used(
    database: Database, postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = copies(database, tmp_path)
    one.add_text("Knees", KNEES)
    postgres.stop()
    try:
        assert one.sources() == one.sources() == (str(one.folder),)
        assert (
            caplog.text.count("is used as it was seen last") == 1
        )  # others may say that it cannot be reached
        for change in (
            lambda: one.add_text("Hips", KNEES),
            lambda: one.add_address("blog.example"),
            other.sources,
        ):
            with pytest.raises(SourceError, match=r"FOOTNOTE_DATABASE_URL.*cannot be reached"):
                change()
    finally:
        postgres.start()
    assert (
        [name for name, _ in other.stored()] == ["own-posts/knees.txt"] == [name for name, _ in one.stored()]
    )


def test_a_file_of_the_database_cannot_leave_the_folder(database: Database, tmp_path: Path) -> None:
    one, other = copies(database, tmp_path)
    one.add_text("Knees", KNEES)
    with database.transaction(LAYOUT) as db:
        db.execute("INSERT INTO files VALUES ('../../evil.md', 'x')")
    with pytest.raises(SourceError, match="none of ours"):
        other.sources()
    assert not list(tmp_path.rglob("evil.md"))
