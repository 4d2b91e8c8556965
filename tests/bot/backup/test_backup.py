"""`footnote backup` and `restore`: what comes back, while others write, and what a bad file cannot do."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
import sys
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from small_blog import CONFIG, ask, ids, index_at, ingest, post, two_posts
from votes import given, on

from bot.backup import Restored, restore, save
from bot.backup.archive import ARTICLES, COUNTS, MANIFEST, VOTES, Writer
from bot.cli import commands as cli
from bot.config import BotConfig, OwnerSettings
from bot.own_posts import own_posts
from bot.server.feedback import CountsFile, DailyCounts
from bot.server.feedback.store import Vote
from bot.types import Answer
from ingest.errors import BackupError, FeedbackError, IndexMissing
from ingest.index import Index

KNEES = "Bend the knee slowly and hold it for ten seconds. Then rest for a minute."


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    return two_posts(tmp_path / "posts")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BotConfig:
    """Settings for an index that the small embedder wrote."""
    monkeypatch.setattr(BotConfig, "index_config", property(lambda _: CONFIG))
    return BotConfig(index=tmp_path / "data" / "index")


@pytest.fixture
def backup(config: BotConfig, posts: Path, tmp_path: Path) -> Path:
    """A backup of two posts and two votes; the index's third generation."""
    index = index_at(config.index)
    ingest(index, posts)
    for text in ("Dust the lamp daily.", "Dust the lamp with a dry cloth."):
        post(posts, "lamps", "Lamps", text)
        ingest(index, posts)
    vote(config, "one", "up")
    vote(config, "two", "down")
    own_posts(config).add_text("Knees", KNEES)
    own_posts(config).add_address("https://blog.example/feed")
    counted(config, 3).write()
    save(config, tmp_path / "saved.zip")
    return tmp_path / "saved.zip"


def vote(config: BotConfig, known_as: str, verdict: str) -> None:
    assert config.feedback_file
    on(config.feedback_file).save(given(known_as=known_as), Vote("up" if verdict == "up" else "down"))


def counted(config: BotConfig, questions: int) -> DailyCounts:
    counts = DailyCounts(CountsFile(config.counts_file), today=lambda: date(2026, 3, 1), delay=3600)
    for _ in range(questions):
        counts.count(Answer("q", "q", "a", (), "answered", 0.9))
    return counts


def voted(config: BotConfig) -> set[str]:
    assert config.feedback_file
    return {row.id for row in on(config.feedback_file).rows()}


def elsewhere(config: BotConfig, tmp_path: Path) -> BotConfig:
    return replace(config, index=tmp_path / "other" / "index")


def put_back(config: BotConfig, file: Path, *, force: bool = False) -> Restored:
    return restore(config, file, force=force, index=index_at(config.index))


def test_articles_and_votes_come_back_elsewhere(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    there = elsewhere(config, tmp_path)
    restored = put_back(there, backup)
    assert (restored.articles, restored.votes) == (2, 2)
    assert ask(index_at(there.index), "descale the kettle")[0].endswith("month.")
    assert on(there.feedback_file or Path()).rows() == on(config.feedback_file or Path()).rows()
    with index_at(there.index).reading() as old, index_at(config.index).reading() as new:
        assert old.articles() == new.articles()
        chunks = [one[0] for one in old.outline()]
        assert old.tokens(chunks) == new.tokens(chunks)


def test_a_restored_index_goes_on_and_writes_to_no_segment_that_it_has(
    config: BotConfig, backup: Path, posts: Path, tmp_path: Path
) -> None:
    there = elsewhere(config, tmp_path)
    put_back(there, backup)
    index = index_at(there.index)
    before = {file.name: file.read_bytes() for file in (there.index / "gen-3" / "tokens").iterdir()}
    held = Index(there.index, CONFIG)
    with held.reading():  # so that the restored generation is not removed
        post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
        report = ingest(index, posts)
        assert (len(report.added), len(report.updated), len(report.unchanged)) == (1, 0, 2)
        after = {file.name: file.read_bytes() for file in (there.index / "gen-3" / "tokens").iterdir()}
    assert before == after
    index.require_intact()


def test_only_the_owner_can_read_a_backup(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert not list(backup.parent.glob("*.part"))


def test_a_backup_while_an_ingest_runs_is_of_the_live_generation(
    config: BotConfig, backup: Path, posts: Path, tmp_path: Path
) -> None:
    index = index_at(config.index)
    with index.writing() as generation:
        generation.store().delete([ids(index)[0]])
        save(config, tmp_path / "during.zip")
    assert len(ids(index)) == 1
    there = elsewhere(config, tmp_path)
    assert put_back(there, tmp_path / "during.zip").articles == 2


def test_generations_that_come_and_go_during_a_backup_do_not_harm_it(
    config: BotConfig, backup: Path, posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, real = index_at(config.index), Writer.add

    def add(writer: Writer, name: str, source: object) -> None:
        post(posts, "lamps", "Lamps", f"Lamp text number {len(writer.files)}.")
        ingest(index, posts)
        real(writer, name, source)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "add", add)
    save(config, tmp_path / "during.zip")
    monkeypatch.undo()
    monkeypatch.setattr(BotConfig, "index_config", property(lambda _: CONFIG))
    there = elsewhere(config, tmp_path)
    put_back(there, tmp_path / "during.zip")
    assert ask(index_at(there.index), "dust the lamp")[0].endswith("dry cloth.")


def test_a_backup_that_breaks_off_leaves_the_earlier_file(
    config: BotConfig, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = backup.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "finish", full)
    with pytest.raises(BackupError, match=r"cannot be written .No space left"):
        save(config, backup, force=True)
    assert backup.read_bytes() == before
    assert not list(backup.parent.glob("*.part"))


def test_a_file_is_overwritten_only_by_force(config: BotConfig, backup: Path) -> None:
    with pytest.raises(BackupError, match="--force"):
        save(config, backup)
    assert save(config, backup, force=True).articles == 2
    with pytest.raises(BackupError, match="exists"):
        save(config, backup.parent, force=True)  # a folder


def test_no_index_is_no_backup(config: BotConfig, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        save(config, tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


def test_a_damaged_index_is_not_saved(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    (segment, *_) = (config.index / "gen-3" / "tokens").iterdir()
    segment.write_bytes(segment.read_bytes()[:-1])
    with pytest.raises(BackupError, match=r"damaged .tokens/.*--rebuild"):
        save(config, tmp_path / "damaged.zip")


def test_what_exists_is_replaced_only_by_force(config: BotConfig, backup: Path, posts: Path) -> None:
    post(posts, "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(index_at(config.index), posts)
    vote(config, "three", "up")
    with pytest.raises(BackupError, match=r"index already.*--force"):
        put_back(config, backup)
    assert len(ids(index_at(config.index))) == 3 and len(voted(config)) == 3
    reader = index_at(config.index)
    assert ask(reader, "steep leaves")[0].endswith("minutes.")
    put_back(config, backup, force=True)
    assert len(ids(reader)) == 2  # the one that was open sees it, too
    assert voted(config) == {"one", "two"}


def test_votes_alone_are_not_replaced_either(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    there = elsewhere(config, tmp_path)
    vote(there, "mine", "up")
    with pytest.raises(BackupError, match=r"votes already.*--force"):
        put_back(there, backup)
    assert voted(there) == {"mine"} and index_at(there.index).generation() is None


def test_the_owners_settings_come_back_and_are_not_replaced_without_force(
    config: BotConfig, posts: Path, tmp_path: Path
) -> None:
    ingest(index_at(config.index), posts)
    OwnerSettings(config).change({"title": "Lamps & Cloth", "gaps": "true"})
    save(config, tmp_path / "with.zip")
    other = elsewhere(config, tmp_path)
    put_back(other, tmp_path / "with.zip")
    assert OwnerSettings(other).current().title == "Lamps & Cloth"
    third = replace(config, index=tmp_path / "third" / "index")
    OwnerSettings(third).change({"title": "Mine"})
    with pytest.raises(BackupError, match="--force"):
        put_back(third, tmp_path / "with.zip")
    assert OwnerSettings(third).current().title == "Mine" and index_at(third.index).generation() is None


def test_what_the_owner_added_and_the_counts_come_back(
    config: BotConfig, backup: Path, tmp_path: Path
) -> None:
    there = elsewhere(config, tmp_path)
    own = own_posts(there)
    own.add_text("Elbows", KNEES)
    counted(there, 1).write()
    with pytest.raises(BackupError, match=r"added on the desk.*--force"):
        put_back(there, backup)
    assert put_back(there, backup, force=True).own == 1
    assert [name for name, _ in own.stored()] == ["own-posts.json", "own-posts/knees.txt"]
    assert KNEES in (own.folder / "knees.txt").read_text() and own.addresses() == (
        "https://blog.example/feed",
    )
    assert counted(there, 0).since(date(2026, 1, 1)) == {"2026-03-01": {"answered": 3}}
    assert not [file for file in there.index.parent.iterdir() if file.name.startswith(".")]


def test_a_backup_of_before_changes_nothing_that_the_owner_added(
    config: BotConfig, backup: Path, tmp_path: Path
) -> None:
    old = {
        name: data
        for name, data in members(backup).items()
        if name != COUNTS and not name.startswith("desk/")
    }
    stated = json.loads(old[MANIFEST])
    files = {name: found for name, found in stated["files"].items() if name in old}
    before = packed(
        tmp_path / "old.zip", old | {MANIFEST: json.dumps(stated | {"format": 1, "files": files}).encode()}
    )
    own_posts(config).add_text("Elbows", KNEES)
    put_back(config, before, force=True)
    names = [name for name, _ in own_posts(config).stored()]
    assert names == ["own-posts.json", "own-posts/elbows.txt", "own-posts/knees.txt"]


def test_texts_that_come_and_go_meanwhile_do_not_harm_a_backup(
    config: BotConfig, backup: Path, tmp_path: Path
) -> None:
    own, ended = own_posts(config), threading.Event()

    def add_and_remove() -> None:
        while not ended.is_set():
            own.add_text("Wrists", KNEES)
            own.take_out("own-posts/wrists.txt", "Wrists", (own.folder / "wrists.txt").as_uri())

    thread = threading.Thread(target=add_and_remove)
    thread.start()
    try:
        for number in range(5):
            save(config, tmp_path / f"{number}.zip")
    finally:
        ended.set()
        thread.join()
    there = elsewhere(config, tmp_path)
    for number in range(5):
        assert put_back(there, tmp_path / f"{number}.zip", force=True).own in (1, 2)


def test_where_no_feedback_is_kept_none_is_restored(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    there = replace(elsewhere(config, tmp_path), feedback="off")
    assert put_back(there, backup).votes is None


def test_votes_that_cannot_be_written_are_named_after_the_index(
    config: BotConfig, backup: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    there = replace(elsewhere(config, tmp_path), feedback=str(tmp_path / "other"))
    with pytest.raises(FeedbackError, match="cannot be read or written"):
        put_back(there, backup, force=True)
    assert len(ids(index_at(there.index))) == 2


def test_another_model_or_version_is_named(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    there = elsewhere(config, tmp_path)
    other = index_at(there.index, replace(CONFIG, embedder="bge"))
    with pytest.raises(BackupError, match=r"“fake”.*“bge”.*FOOTNOTE_EMBEDDER"):
        restore(there, backup, index=other)
    newer = index_at(there.index, replace(CONFIG, schema=99))
    with pytest.raises(BackupError, match=r"by version \S+ of Footnote"):
        restore(there, backup, index=newer)


# --- bad files


Members = dict[str, bytes]


def members(file: Path) -> Members:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(file: Path, contents: Members, *, twice: str = "") -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
        if twice:
            archive.writestr(twice, contents[twice])
    return file


def manifest(contents: Members, **changed: object) -> bytes:
    return json.dumps(json.loads(contents[MANIFEST]) | changed).encode()


def renamed(contents: Members, old: str, new: str) -> Members:
    """A member under another name, in the manifest as well."""
    stated = json.loads(contents[MANIFEST])
    stated["files"][new] = stated["files"].pop(old)
    moved = {new if name == old else name: data for name, data in contents.items()}
    return moved | {MANIFEST: json.dumps(stated).encode()}


def changed(contents: Members, name: str, data: bytes) -> Members:
    """A member with other contents, in the manifest as well."""
    stated = json.loads(contents[MANIFEST])
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    stated["files"][name] = {"size": len(data), "digest": digest}
    return contents | {name: data, MANIFEST: json.dumps(stated).encode()}


HARMS: dict[str, Callable[[Members], Members]] = {
    "no manifest": lambda c: {name: data for name, data in c.items() if name != MANIFEST},
    "a manifest that is no JSON": lambda c: c | {MANIFEST: b"{"},
    "a manifest that is a list": lambda c: c | {MANIFEST: b"[]"},
    "a newer format": lambda c: c | {MANIFEST: manifest(c, format=3, new="thing")},
    "no articles": lambda c: {name: data for name, data in c.items() if name != ARTICLES},
    "a missing segment": lambda c: {name: data for name, data in c.items() if "tokens" not in name},
    "a file too many": lambda c: c | {"extra.txt": b"x"},
    "a path upwards": lambda c: renamed(c, VOTES, "../../votes.jsonl"),
    "a path from the root": lambda c: renamed(c, VOTES, "/etc/votes.jsonl"),
    "a segment's path upwards": lambda c: renamed(c, ARTICLES, "tokens/../../articles.db"),
    "a segment's number beyond all others": lambda c: c | {"tokens/gen-99999999999.tokens": b""},
    "another article text": lambda c: c | {ARTICLES: c[ARTICLES].replace(b"kettle", b"bottle")},
    "articles of another size": lambda c: c | {ARTICLES: c[ARTICLES] + b"\0"},
    "votes that are no votes": lambda c: c | {VOTES: b"[]\n"},
    "another number of votes": lambda c: c | {MANIFEST: manifest(c, votes=3)},
    "counts that are none": lambda c: changed(c, COUNTS, b'{"2026-03-01": {"answered": -1}}'),
    "counts of no day": lambda c: changed(c, COUNTS, b'{"yesterday": {"answered": 1}}'),
    "a text outside the folder": lambda c: renamed(
        c, "desk/own-posts/knees.txt", "desk/own-posts/../../knees.txt"
    ),
    "a text that is a program": lambda c: renamed(c, "desk/own-posts/knees.txt", "desk/own-posts/knees.py"),
    "a hidden text": lambda c: renamed(c, "desk/own-posts/knees.txt", "desk/own-posts/.knees.txt"),
    "another text of the owner": lambda c: (
        c | {"desk/own-posts/knees.txt": b"x" * len(c["desk/own-posts/knees.txt"])}
    ),
    "no votes, says the manifest": lambda c: c | {MANIFEST: manifest(c, votes=None)},
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=list(HARMS))
def test_a_bad_backup_is_refused_and_changes_nothing(
    config: BotConfig, backup: Path, tmp_path: Path, harm: Callable[[Members], Members]
) -> None:
    bad = packed(tmp_path / "bad.zip", harm(members(backup)))
    before = {file: file.read_bytes() for file in config.index.parent.rglob("*") if file.is_file()}
    with pytest.raises(BackupError, match=r"^(The backup|/).*\.$"):
        put_back(config, bad, force=True)
    after = {file: file.read_bytes() for file in config.index.parent.rglob("*") if file.is_file()}
    assert before == after
    assert ask(index_at(config.index), "descale the kettle")[0].endswith("month.")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    bad = packed(tmp_path / "bad.zip", members(backup), twice=ARTICLES)
    with pytest.raises(BackupError, match="other files"):
        put_back(elsewhere(config, tmp_path), bad)


def test_a_database_with_more_than_our_tables_is_refused(
    config: BotConfig, backup: Path, tmp_path: Path
) -> None:
    """Its checksum is right: its maker wrote the manifest as well."""
    contents = members(backup)
    file = tmp_path / "made.db"
    file.write_bytes(contents[ARTICLES])
    with sqlite3.connect(file) as db:
        db.execute("CREATE TRIGGER t AFTER DELETE ON pending BEGIN DELETE FROM articles; END")
    db.close()
    writer = Writer(zipfile.ZipFile(tmp_path / "sums.zip", "w"))
    with file.open("rb") as source:
        writer.add(ARTICLES, source)
    stated = json.loads(contents[MANIFEST])
    stated["files"][ARTICLES] = {"size": writer.files[ARTICLES].size, "digest": writer.files[ARTICLES].digest}
    contents |= {ARTICLES: file.read_bytes(), MANIFEST: json.dumps(stated).encode()}
    there = elsewhere(config, tmp_path)
    with pytest.raises(BackupError, match="damaged"):
        put_back(there, packed(tmp_path / "bad.zip", contents))
    assert index_at(there.index).generation() is None


def test_a_file_that_was_cut_short_is_refused(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    whole, there = backup.read_bytes(), elsewhere(config, tmp_path)
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(BackupError, match="not a complete backup"):
            put_back(there, tmp_path / "cut.zip")
    assert not there.index.exists()


def test_a_changed_byte_is_refused_or_harmless(config: BotConfig, backup: Path, tmp_path: Path) -> None:
    """Harmless where it is in what nobody reads, such as a date in the zip's own list."""
    whole = backup.read_bytes()
    for number, place in enumerate(range(7, len(whole), max(1, len(whole) // 60))):
        changed = bytearray(whole)
        changed[place] ^= 0x41
        (tmp_path / "changed.zip").write_bytes(changed)
        there = replace(config, index=tmp_path / str(number) / "index")
        try:
            put_back(there, tmp_path / "changed.zip")
        except BackupError:
            assert index_at(there.index).generation() is None
        else:
            with index_at(there.index).reading() as new, index_at(config.index).reading() as old:
                assert new.articles() == old.articles()


def test_no_room_is_reported_before_anything_is_unpacked(
    config: BotConfig, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.backup.recovery._SPARE", 1 << 60)
    with pytest.raises(BackupError, match="Make room"):
        put_back(elsewhere(config, tmp_path), backup)


def test_no_file_and_a_folder_are_named(config: BotConfig, tmp_path: Path) -> None:
    for name in ("nothing.zip", "."):
        with pytest.raises(BackupError, match="cannot be read"):
            put_back(config, tmp_path / name)


# --- the command line


def test_the_commands(
    config: BotConfig,
    backup: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def footnote(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["footnote", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out + err

    new, index = str(tmp_path / "new.zip"), str(config.index)
    code, printed = footnote("backup", new, "--index", index)
    assert code == 0 and printed.startswith(f"Saved 2 articles, 1 text of your own and 2 votes in {new}, 0.")
    assert footnote("backup", new, "--index", index)[0] == 1
    assert footnote("restore", new, "--index", index)[0] == 1
    code, printed = footnote("restore", new, "--index", str(tmp_path / "third"))
    assert code == 0 and printed.startswith("Restored 2 articles, 1 text of your own and 2 votes, as of 20")
    assert footnote("restore", "nowhere.zip", "--index", index)[0] == 1
