"""What the owner adds and takes out stays so through later syncs, and nothing bad gets in or is lost."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from conftest import FakeEmbedder

from bot.own_posts import OwnPosts
from bot.own_posts import files as own_files
from ingest.config import IndexConfig
from ingest.errors import SourceError
from ingest.index import Index
from ingest.sources import load
from ingest.sync import SyncReport, forget, sync

KNEES = "Bend the knee slowly. Hold it for ten seconds, then rest."


class Blog:
    """A blog in a folder, an index, and what the owner added beside it."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "blog"
        self.folder.mkdir()
        self.index = Index(place / "index", IndexConfig(embedder="fake"))
        self.own = OwnPosts(place / "index.desk")
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
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path)
    for name in ("Necks", "Backs"):
        text = f"# {name}\n\nAbout {name.lower()} there is this to know: move them every hour.\n"
        (made.folder / f"{name.lower()}.md").write_text(text)
    return made


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


def test_a_post_that_was_taken_out_stays_out_until_it_is_put_back(blog: Blog) -> None:
    blog.sync()
    blog.own.take_out("blog/necks.md", "Necks", (blog.folder / "necks.md").as_uri())
    forget(blog.index, "blog/necks.md")
    again = blog.sync()
    assert again.added == again.removed == () and blog.titles() == {"Backs"}
    assert [item.reason for item in again.left_out] == ["the owner took this out on the desk"]
    blog.own.put_back("blog/necks.md")
    assert blog.sync().added == ("blog/necks.md",)


def test_taking_out_a_file_that_was_added_deletes_it(blog: Blog) -> None:
    file = blog.own.add_text("Knees", KNEES)
    blog.sync()
    blog.own.take_out("own-posts/knees.txt", "Knees", file.as_uri())
    assert not file.exists() and blog.own.sources() == () and not blog.own.taken_out()
    outside = blog.folder / "necks.md"
    blog.own.take_out("blog/necks.md", "Necks", outside.as_uri())
    assert outside.exists(), "only what was added here is deleted"


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


def test_addresses_are_followed_until_they_are_removed(blog: Blog) -> None:
    assert blog.own.add_address(" blog.example/knees ") == "https://blog.example/knees"
    blog.own.add_address("https://blog.example/knees")
    assert OwnPosts(blog.own.place).sources() == ("https://blog.example/knees",)
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
