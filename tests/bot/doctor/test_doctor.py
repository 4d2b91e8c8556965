"""`footnote doctor`: a sound installation is called so, each fault is named with what to do, and nothing is changed."""

from __future__ import annotations

import http.server
import json
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from conftest import FakeEmbedder, PackagedSize
from engines import Chroma, Postgres, Redis, free_port
from fake_bot import FakeBot
from small_blog import InProcess, index_at, ingest, two_posts

from bot.cli import commands
from bot.config import load_config, open_index
from bot.doctor import Checkup, Diagnosis, examine
from ingest.config import IndexConfig
from ingest.errors import DatabaseError
from ingest.sync import sync

SECRET = "nobody-may-read-this-8431"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index."""
    folder = tmp_path_factory.mktemp("sound")
    made = index_at(folder / "index", IndexConfig(embedder=PackagedSize.name))
    assert not ingest(made, two_posts(folder / "posts"), embedder=PackagedSize()).failed
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(sound, tmp_path / "blog")


def looked(folder: Path, settings: dict[str, str], *, quick: bool = True) -> Checkup:
    """What is found, in a folder in which nothing is changed by it."""
    environ = {"FOOTNOTE_INDEX": str(folder / "index"), "FOOTNOTE_PORT": str(free_port()), **settings}
    before = contents(folder)
    found = examine(environ, {}, quick=quick, open_embedder=lambda *_, **__: PackagedSize())
    assert contents(folder) == before
    assert SECRET not in str(found)
    return found


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def of(found: Checkup, part: str, status: str) -> str:
    return " ".join(one.text for one in found.diagnoses if (one.part, one.status) == (part, status))


def test_a_sound_installation_is_searched_and_read(sound: Path) -> None:
    found = looked(sound, {"FOOTNOTE_FOLLOW": "https://www.blog.example"}, quick=False)
    assert found.is_well
    assert "2 articles in 3 passages" in of(found, "index", "ok")
    assert "searched and read, first in “" in of(found, "reading", "ok")
    assert "https://www.blog.example" in of(found, "origins", "ok")
    assert "checksum (SHA-256) is right" in of(found, "models", "ok")
    assert not of(looked(sound, {}), "reading", "ok")


def overwrite(name: str, data: bytes = b"\0" * 20_000) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


def replace_by_file(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    (folder / "index").write_text("")


def damage_votes(folder: Path) -> None:
    file = folder / "index.feedback.sqlite"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE feedback (text)")
        db.executemany("INSERT INTO feedback VALUES (?)", [("x" * 500,)] * 100)
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 40_000)


@pytest.mark.parametrize(
    ("damage", "settings", "part", "words"),
    [
        (lambda folder: shutil.rmtree(folder / "index"), {}, "index", "footnote ingest https://"),
        (overwrite("index/current"), {}, "index", "`footnote ingest --rebuild`"),
        (overwrite("index/gen-1/articles.db"), {}, "index", "`footnote ingest`"),
        (lambda folder: (folder / "index/gen-1/articles.db").unlink(), {}, "index", "ingest"),
        (lambda folder: shutil.rmtree(folder / "index/gen-1"), {}, "index", "ingest"),
        (replace_by_file, {}, "disk", "FOOTNOTE_INDEX"),
        (overwrite("index.settings.json", b"[1, 2"), {}, "desk's settings", "set on the desk again"),
        (overwrite("index.settings.json", b'{"colour": "teal"}'), {}, "desk's settings", "#0d5c63"),
        (damage_votes, {}, "votes", "footnote restore"),
        (None, {"FOOTNOTE_PORT": "99999"}, "settings", "1 to 65535"),
        (None, {"FOOTNOTE_OWNER_TOKEN": SECRET[:9]}, "settings", "too short"),
        (None, {"FOOTNOTE_CHROMA_URL": f"http://x:{SECRET}@h"}, "settings", "FOOTNOTE_DATABASE_URL too"),
        (None, {"FOOTNOTE_DATABASE_URL": f"mysql://x:{SECRET}@h"}, "settings", "postgresql://"),
        (None, {"FOOTNOTE_RATE_STORE": f"redis://:{SECRET}@127.0.0.1:1"}, "rate store", "See that it runs"),
        (None, {"FOOTNOTE_SUBJECT": "/no/such.toml"}, "subject", "TOML"),
        (None, {"FOOTNOTE_TRIAGE": "/no/such.toml"}, "urgent messages", "/no/such.toml"),
        (None, {"FOOTNOTE_EMBEDDER": "/no/model"}, "models", "FOOTNOTE_EMBEDDER"),
        (None, {"FOOTNOTE_MODEL": "llamacpp:"}, "chat model", "after the colon"),
    ],
)  # fmt: skip
def test_each_fault_is_a_problem_that_says_what_to_do(
    folder: Path, damage: Callable[[Path], object] | None, settings: dict[str, str], part: str, words: str
) -> None:
    if damage:
        damage(folder)
    found = looked(folder, settings, quick=part != "index")
    assert words in of(found, part, "problem") and not found.is_well
    others = {one.part for one in found.diagnoses if one.status == "problem"} - {part}
    assert others <= {"disk": {"index"}, "models": {"index"}}.get(part, set())


def test_what_may_be_meant_so_is_a_note(folder: Path) -> None:
    settings = {
        "FOOTNOTE_COLUOR": "#0d5c63",
        "FOOTNOTE_FOLLOW": "https://blog.example /posts",
        "FOOTNOTE_ALLOWED_ORIGINS": "http://other.example",
        "FOOTNOTE_TRUSTED_PROXIES": "10.0.0.0/7",
        "https_proxy": f"http://me:{SECRET}@proxy",
    }
    found = looked(folder, settings)
    assert found.is_well
    assert "Did you mean FOOTNOTE_COLOUR?" in of(found, "settings", "note")
    origins, proxy = of(found, "origins", "note"), of(found, "proxy", "note")
    assert "https://blog.example. If it should" in origins and "http://other.example: only" in origins
    assert "10.0.0.0/7" in proxy and "HTTPS_PROXY" in proxy
    assert "footnote serve" in of(found, "server", "note")


@pytest.mark.parametrize(("free", "status"), [(0, "problem"), (400_000_000, "note"), (2_000_000_000, "ok")])
def test_a_disk_that_is_full_is_a_problem_and_one_that_fills_a_note(
    sound: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert f"has {free // 10**6} MB free" in of(looked(sound, {}), "disk", status)


def test_an_error_that_nobody_foresaw_is_a_problem(sound: Path) -> None:
    def broken(*_: object, **__: object) -> FakeEmbedder:
        raise ZeroDivisionError(SECRET)

    found = examine({"FOOTNOTE_INDEX": str(sound / "index")}, {}, open_embedder=broken)
    assert found.diagnoses[-1] == Diagnosis("reading", "problem", found.diagnoses[-1].text)
    assert "ZeroDivisionError" in found.diagnoses[-1].text and SECRET not in str(found)


class Other(http.server.BaseHTTPRequestHandler):
    """Some program's page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<p>hello")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def other() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_the_server_is_asked(sound: Path, protocols: tuple[str, FakeBot], other: int) -> None:
    port = str(urlsplit(protocols[0]).port)
    found = looked(sound, {"FOOTNOTE_PORT": port})
    assert " answers: " in of(found, "server", "ok") and found.is_well
    protocols[1].broken = "The model is away."
    assert "cannot answer questions: " in of(looked(sound, {"FOOTNOTE_PORT": port}), "server", "problem")
    assert "FOOTNOTE_PORT=" in of(looked(sound, {"FOOTNOTE_PORT": str(other)}), "server", "problem")


def test_engines_are_looked_at_and_nothing_is_made_in_them(
    postgres: Postgres, redis: Redis, chroma: Chroma, tmp_path: Path
) -> None:
    settings = {
        "FOOTNOTE_DATABASE_URL": postgres.url,
        "FOOTNOTE_CHROMA_URL": chroma.url,
        "FOOTNOTE_RATE_STORE": redis.url,
        "FOOTNOTE_BLOG": postgres.new_blog(),
        "FOOTNOTE_OWNER_TOKEN": SECRET,
    }
    tmp_path.joinpath("blog").mkdir()
    found = looked(tmp_path / "blog", settings)
    assert found.is_well and "nothing of this blog yet" in of(found, "database", "note")
    assert not of(looked(tmp_path / "blog", settings), "database", "ok")  # the first look has made no schema
    config = load_config({**settings, "FOOTNOTE_INDEX": str(tmp_path / "blog" / "index")})
    index = open_index(config, start_finisher=InProcess)
    assert not sync([str(two_posts(tmp_path / "posts"))], index=index, embedder=PackagedSize).failed
    index.close()
    found = looked(tmp_path / "blog", settings, quick=False)
    assert found.is_well, found
    assert of(found, "database", "ok").startswith("Postgres 1") and config.database is not None
    assert "The Chroma server 1." in of(found, "chroma", "ok")
    assert of(found, "rate store", "ok").startswith(("Redis ", "Valkey "))
    assert "2 articles" in of(found, "index", "ok") and "searched and read" in of(found, "reading", "ok")
    with config.database.looking() as db, pytest.raises(DatabaseError), config.database.errors():
        db.execute("CREATE TABLE made (x INT)")
    config.database.close()


def test_the_command_prints_a_line_a_part_and_ends_with_1_for_a_problem(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["footnote", "doctor", "--quick", *words])
        with pytest.raises(SystemExit) as end:
            commands.main()
        shown = capsys.readouterr()
        assert not shown.err
        return int(end.value.code or 0), shown.out

    monkeypatch.setenv("FOOTNOTE_OWNER_TOKEN", SECRET)
    port = str(free_port())
    code, out = run("--index", str(folder / "index"), "--port", port)
    lines = out.splitlines()
    assert code == 0 and lines[-1].startswith("Nothing is wrong, ") and SECRET not in out
    assert {line.split()[0] for line in lines[:-1]} == {"OK", "note"}
    code, out = run("--index", str(folder / "nowhere"), "--port", port, "--json")
    found = json.loads(out)
    assert code == 1 and not found["well"]
    (problem,) = (one for one in found["parts"] if one["status"] == "problem")
    assert problem["part"] == "index" and set(problem) == {"part", "status", "text"}
