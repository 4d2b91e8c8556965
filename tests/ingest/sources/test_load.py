"""Files and folders as owners keep them, the odd ones included."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from ingest.article import Article, LeftOut, LoadFailure, blocks
from ingest.errors import SourceError
from ingest.sources.load import load
from ingest.sources.local import folder as folder_module

DATA = Path(__file__).resolve().parents[3] / "data"
POST = "---\ntitle: A post\n---\nSome text.\n"


def articles(source: Path | str, url: str | None = None) -> list[Article]:
    found = list(load(str(source), url=url))
    assert all(isinstance(item, Article) for item in found), found
    return [item for item in found if isinstance(item, Article)]


def failures(source: Path | str) -> list[LoadFailure]:
    return [item for item in load(str(source)) if isinstance(item, LoadFailure)]


def only_failure(source: Path | str) -> LoadFailure:
    found = list(load(str(source)))
    assert len(found) == 1
    assert isinstance(found[0], LoadFailure)
    return found[0]


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    path = tmp_path / "blog"
    path.mkdir()
    return path


# What becomes of files


def test_sample_data() -> None:
    found = articles(DATA / "articles") + articles(DATA / "guides")
    assert len(found) == 8
    assert all(a.id == a.url and a.text.strip() and a.origin.startswith("file:///") for a in found)
    steps = next(a for a in found if "standing" in a.id).text
    assert [b.kind for b in blocks(steps)].count("number") == 5


def test_all_types_in_a_folder(blog: Path) -> None:
    (blog / "b.MD").write_text(POST)
    (blog / "a.html").write_text("<h1>Page</h1><p>Some text.</p>")
    (blog / "c.txt").write_text("Pasted Title\n\nSome text. It goes on for a while.\n")
    (blog / "sub").mkdir()
    (blog / "sub" / "d.markdown").write_text("# Deep\n\nSome text.")
    for name in ("e.png", ".hidden.md", "f.css", "noending"):
        (blog / name).write_text("x")
    (blog / ".git").mkdir()
    (blog / ".git" / "x.md").write_text(POST)
    (blog / "a_files").mkdir()  # what a browser saves beside a.html
    (blog / "a_files" / "advert.html").write_text("<p>Buy this.</p>")
    found = articles(blog)
    assert [a.id for a in found] == ["blog/a.html", "blog/b.MD", "blog/c.txt", "blog/sub/d.markdown"]
    assert [a.title for a in found] == ["Page", "A post", "Pasted Title", "Deep"]
    assert [a.origin for a in found] == [(blog.parent / a.id).resolve().as_uri() for a in found]
    assert all(a.url is None for a in found)


def test_single_file_has_the_id_it_has_in_its_folder(blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (blog / "a.md").write_text(POST)
    assert articles(blog / "a.md") == articles(blog)
    monkeypatch.chdir(blog)
    assert articles("a.md") == articles(".") == articles(blog)


def test_public_address_is_the_id(blog: Path) -> None:
    (blog / "a.html").write_text("<link rel=canonical href='https://X.org/own'><h1>T</h1><p>Text.</p>")
    assert articles(blog)[0].id == "https://x.org/own"
    given = articles(blog / "a.html", url="https://x.org/given#part")[0]
    assert given.id == given.url == "https://x.org/given"


@pytest.mark.parametrize(
    ("name", "content", "title", "text"),
    [
        ("a.md", "## Only Part\n\nText.", "Only Part", "Text."),
        ("a.md", "## One\n\nText.\n\n## Two\n\nText.", "One", "## One\n\nText.\n\n## Two\n\nText."),
        ("a.md", "Intro.\n\n## Part\n\nText.", "Part", "Intro.\n\n## Part\n\nText."),
        (
            "a.txt",
            "I went to the sea. It was cold.\n\nWe ate.",
            "I went to the sea",
            "I went to the sea. It was cold.\n\nWe ate.",
        ),
        ("how-to_sit.md", "- one\n- two", "How to sit", "- one\n- two"),
        ("a.md", "---\ntitle: |\n  Two\n  *lines*\n---\nText.", "Two *lines*", "Text."),
    ],
)
def test_titles(blog: Path, name: str, content: str, title: str, text: str) -> None:
    (blog / name).write_text(content)
    found = articles(blog)[0]
    assert (found.title, found.text) == (title, text)


def test_a_long_first_sentence_is_shortened_for_the_title(blog: Path) -> None:
    (blog / "a.md").write_text("word " * 60)
    title = articles(blog)[0].title
    assert len(title) <= 81
    assert title.endswith("word…")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_encodings(blog: Path, encoding: str) -> None:
    (blog / "a.txt").write_bytes("A Title\r\n\r\nIt’s “fine” – really.".encode(encoding))
    assert articles(blog)[0].text == "It’s “fine” – really."


def test_names_of_all_kinds(blog: Path) -> None:
    for name in ("ein brief.md", "日本.md", "a\nb.md"):
        (blog / name).write_text(POST)
    assert {a.id for a in articles(blog)} == {"blog/ein brief.md", "blog/日本.md", "blog/a b.md"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text(blog: Path) -> None:
    (blog / os.fsdecode(b"caf\xe9.md")).write_text(POST)
    found = articles(blog)[0]
    assert found.id == "blog/caf.md"
    assert found.origin.endswith("caf%E9.md")


# Sources that cannot be read


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/nowhere/at/all", "There is no file or folder"),
        ("", "The source is empty"),
        ("a\0b", "no file name can"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_bad_sources_are_reported_at_once(source: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        load(source)


@pytest.mark.parametrize("url", ["ftp://x.org", "x.org/a", "", "javascript:alert(1)"])
def test_bad_addresses(blog: Path, url: str) -> None:
    (blog / "a.md").write_text(POST)
    with pytest.raises(SourceError, match="http"):
        load(str(blog / "a.md"), url=url)


def test_an_address_for_a_folder(blog: Path) -> None:
    with pytest.raises(SourceError, match="single file"):
        load(str(blog), url="https://x.org/a")


def test_sources_that_are_no_files(blog: Path) -> None:
    os.mkfifo(blog / "pipe.md")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        load(str(blog / "pipe.md"))
    with pytest.raises(SourceError, match="neither"):
        load("/dev/zero")


# Files that cannot be read


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.md", b"", "is empty"),
        ("a.txt", b" \n\t\n", "is empty"),
        ("a.md", b"---\ntitle: T\n---\n", "is empty"),
        ("a.md", b"# Only a title\n", "is empty"),
        ("a.html", b"<html><head><title>T</title></head><body><nav>Home</nav></body></html>", "is empty"),
        ("a.html", b"<script>x</script>", "is empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "a picture, not text"),
        ("a.txt", bytes(range(256)) * 50, "no readable text"),
        ("a.pdf", b"%PDF-1.7", "save it as HTML or plain text"),
        ("a.DOCX", b"PK", "save it as HTML or plain text"),
    ],
)
def test_files_that_fail(blog: Path, name: str, content: bytes, message: str) -> None:
    (blog / name).write_bytes(content)
    (blog / "z.md").write_text(POST)
    found = list(load(str(blog)))
    assert len(found) == 2
    failure, other = found
    assert isinstance(failure, LoadFailure)
    assert isinstance(other, Article)
    assert failure.name == f"blog/{name}"
    assert failure.origin == (blog / name).as_uri()
    assert not failure.incomplete
    assert re.search(message, failure.reason)


@pytest.mark.parametrize("name", ["a.jpg", "a.pdf", "noending"])
def test_a_single_file_of_another_type(blog: Path, name: str) -> None:
    (blog / name).write_text("x")
    assert "not read" in only_failure(blog / name).reason


def test_drafts_are_left_out(blog: Path) -> None:
    (blog / "a.md").write_text("---\ndraft: true\n---\nText.")
    for source in (blog, blog / "a.md"):
        (found,) = load(str(source))
        assert found == LeftOut((blog / "a.md").as_uri(), "blog/a.md", "it is a draft")


def test_a_file_that_is_too_large_is_not_read(blog: Path) -> None:
    with (blog / "a.md").open("wb") as file:
        file.truncate(folder_module.LARGEST + 1)
    assert "larger than 10 MB" in only_failure(blog).reason


def test_two_files_with_one_address(blog: Path) -> None:
    for name in ("a.md", "b.md"):
        (blog / name).write_text("---\nurl: https://x.org/a\n---\nText.")
    first, second = load(str(blog))
    assert isinstance(first, Article)
    assert isinstance(second, LoadFailure)
    assert second.name == "blog/b.md"
    assert "blog/a.md" in second.reason


def test_a_file_that_vanishes(blog: Path) -> None:
    (blog / "a.md").write_text(POST)
    (blog / "b.md").write_text(POST)
    found = load(str(blog))
    next(found)
    (blog / "b.md").unlink()
    gone = next(found)
    assert isinstance(gone, LoadFailure)
    assert "gone" in gone.reason


def test_a_file_that_may_not_be_read(blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, whom no permission stops: so the system's answer is given here."""
    (blog / "a.md").write_text(POST)
    real = os.open

    def refuse(path: os.PathLike[str] | str, flags: int, *rest: int) -> int:
        if str(path).endswith("a.md"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", refuse)
    assert only_failure(blog).reason == "this cannot be read (permission denied)"


def test_a_folder_that_may_not_be_listed(blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (blog / "closed").mkdir()
    (blog / "z.md").write_text(POST)
    real = os.scandir

    def refuse(path: Path) -> os._ScandirIterator[str]:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    failure, other = load(str(blog))
    assert isinstance(failure, LoadFailure)
    assert isinstance(other, Article)
    assert failure.incomplete
    assert failure.name == "blog/closed"
    with pytest.raises(SourceError, match="cannot be listed"):
        list(load(str(blog / "closed")))


def test_pipes_are_not_opened(blog: Path) -> None:
    os.mkfifo(blog / "pipe.md")
    assert "not an ordinary file" in only_failure(blog).reason


def test_a_folder_named_like_a_file(blog: Path) -> None:
    (blog / "x.md").mkdir()
    (blog / "x.md" / "y.md").write_text(POST)
    assert [a.id for a in articles(blog)] == ["blog/x.md/y.md"]


# Links


def test_links_inside_make_no_second_copy(blog: Path) -> None:
    (blog / "real.md").write_text(POST)
    (blog / "link.md").symlink_to("real.md")
    assert [a.id for a in articles(blog)] == ["blog/real.md"]


def test_a_link_that_adds_a_file_is_read(blog: Path) -> None:
    (blog / ".store").mkdir()
    (blog / ".store" / "real").write_text(POST)
    (blog / "link.md").symlink_to(".store/real")
    found = articles(blog)
    assert [a.id for a in found] == ["blog/link.md"]
    assert found[0].origin == (blog / ".store" / "real").as_uri()


def test_links_out_of_the_folder_are_refused(blog: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text(POST)
    (blog / "link.md").symlink_to("../secret.md")
    (blog / "all").symlink_to("/etc")
    assert [(f.name, "outside" in f.reason) for f in failures(blog)] == [
        ("blog/all", True),
        ("blog/link.md", True),
    ]


def test_loops_are_reported_once(blog: Path) -> None:
    (blog / "sub").mkdir()
    (blog / "sub" / "up").symlink_to("..")
    (blog / "self.md").symlink_to("self.md")
    (blog / "gone.md").symlink_to("nowhere.md")
    (blog / "a.md").write_text(POST)
    found = list(load(str(blog)))
    assert [item.id if isinstance(item, Article) else getattr(item, "name", "") for item in found] == [
        "blog/a.md",
        "blog/gone.md",
        "blog/self.md",
        "blog/sub/up",
    ]


def test_a_source_that_is_a_link(blog: Path, tmp_path: Path) -> None:
    (blog / "a.md").write_text(POST)
    (tmp_path / "other").symlink_to(blog)
    assert articles(tmp_path / "other") == articles(blog)


# Order and size


def test_order_is_always_the_same(blog: Path) -> None:
    for name in ("c.md", "a/z.md", "b.md", "a.md", "a/y/x.md"):
        (blog / name).parent.mkdir(parents=True, exist_ok=True)
        (blog / name).write_text(POST)
    expected = ["blog/a/y/x.md", "blog/a/z.md", "blog/a.md", "blog/b.md", "blog/c.md"]
    assert [a.id for a in articles(blog)] == expected


def test_very_deep_folders(blog: Path) -> None:
    deep = blog.joinpath(*["d"] * 300)
    deep.mkdir(parents=True)
    (deep / "a.md").write_text(POST)
    assert len(articles(blog)) == 1


def test_files_are_read_one_at_a_time(blog: Path) -> None:
    for name in ("a.md", "b.md"):
        (blog / name).write_text(POST)
    found = load(str(blog))
    next(found)
    (blog / "b.md").write_text("# Changed\n\nText.")
    last = next(found)
    assert isinstance(last, Article)
    assert last.title == "Changed"


def test_the_real_post(shared: Path) -> None:
    found = articles(shared / "corpus")
    assert [a.id for a in found] == ["corpus/tight-hamstrings.txt"]
    assert found[0].published == "Jun 9"
