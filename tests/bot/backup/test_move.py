"""A blog moves from files to the engines of several servers and back, whole, and never over something that is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from engines import Postgres
from pydantic import SecretStr
from small_blog import CONFIG, InProcess, ask, index_at, ingest, two_posts
from votes import given

from bot.backup import Moved, move, restore, save
from bot.backup.move import Place
from bot.config import BotConfig, OwnerSettings, desk_folder, open_index, settings_place, shared_generations
from bot.gaps import open_gaps
from bot.own_posts import own_posts
from bot.server.desk.cases import Cases
from bot.server.feedback import Vote, open_daily_counts, open_votes
from ingest.errors import BackupError, ConfigError

GAP = "Do you sell lamps?"
KNEES = "Bend the knee slowly. Hold it for ten seconds, then rest."


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BotConfig:
    monkeypatch.setattr(BotConfig, "index_config", property(lambda _: CONFIG))
    return BotConfig(index=tmp_path / "data" / "index")


@pytest.fixture(params=["database", "chroma"])
def shared(config: BotConfig, postgres: Postgres, request: pytest.FixtureRequest) -> BotConfig:
    with_chroma = request.param == "chroma"
    url = request.getfixturevalue("chroma").url if with_chroma else ""
    return replace(
        config, database_url=SecretStr(postgres.url), chroma_url=SecretStr(url), blog=postgres.new_blog()
    )


def fill(config: BotConfig, posts: Path) -> None:
    ingest(index_at(config.index, generations=shared_generations(config)), posts)
    votes = open_votes(config)
    assert votes is not None
    votes.save(given(known_as="one"), Vote("down", "wrong", "It is 20 seconds."))
    open_gaps(config).add(GAP, "fake", np.full(3, 0.5, np.float32))
    open_gaps(config).set_note("asked", "gen-1")
    counts = open_daily_counts(config)
    counts.count(given().answer)
    counts.write()
    OwnerSettings(config).change({"title": "Bread & Salt"})
    own_posts(config).add_text("Knees", KNEES)
    own_posts(config).take_out("lamps.md", "Lamps", "https://blog.example/lamps")
    Cases(desk_folder(config)).add("Do you sell tea?", "", ())


def contents(config: BotConfig) -> list[object]:
    """All that a blog has, except for what names no content."""
    votes, gaps = open_votes(config), open_gaps(config)
    assert votes is not None
    index = index_at(config.index, generations=shared_generations(config))
    with index.reading_once() as store:
        stored = [store.articles(), sorted(store.tokens([one[0] for one in store.outline()]).items())]
    own, cases = own_posts(config), list(Cases(desk_folder(config)).rows())
    added = {name: file.read_text() for name, file in own.stored()}
    vectors = {known: vector.tolist() for known, vector in gaps.vectors("fake").items()}
    return [
        *stored, votes.rows(), gaps.questions(), vectors, gaps.note("asked"),
        open_daily_counts(config).since(date(2020, 1, 1)), OwnerSettings(config).current().title,
        ask(index, "descale the kettle"), added, cases,
    ]  # fmt: skip


def moved(config: BotConfig, to: Place, *, force: bool = False) -> Moved:
    new = config if to == "database" else in_files(config)
    return move(config, to, force=force, target=open_index(new, start_finisher=InProcess))


def in_files(config: BotConfig) -> BotConfig:
    return replace(config, database_url=SecretStr(""), chroma_url=SecretStr(""))


def test_a_blog_moves_to_the_database_and_back(config: BotConfig, shared: BotConfig, tmp_path: Path) -> None:
    fill(config, two_posts(tmp_path / "posts"))
    before = contents(config)
    assert moved(shared, "database") == Moved(2, 1, 1, own=1)
    another_machine = replace(shared, index=tmp_path / "other" / "index")
    assert contents(shared) == contents(another_machine) == before
    open_gaps(another_machine).add("And chairs?", "fake", np.full(3, 0.25, np.float32))
    OwnerSettings(another_machine).change({"title": "Salt"})
    own_posts(another_machine).add_text("Hips", KNEES)
    now = contents(another_machine)
    back = in_files(another_machine)
    assert moved(another_machine, "files") == Moved(2, 1, 2, own=2)
    assert contents(back) == now != before


def test_a_backup_of_shared_engines_can_be_restored_in_files(
    config: BotConfig, shared: BotConfig, tmp_path: Path
) -> None:
    fill(shared, two_posts(tmp_path / "posts"))
    save(shared, tmp_path / "backup.zip")
    alone = replace(config, index=tmp_path / "alone" / "index")
    restore(alone, tmp_path / "backup.zip", index=open_index(alone, start_finisher=InProcess))
    with open_index(alone).reading() as store, open_index(shared).reading() as before:
        store.check()
        assert store.articles() == before.articles()
        assert (
            store.search(store.vectors("posts/lamps.md").popitem()[1], 1)[0][0].article_id == "posts/lamps.md"
        )


def test_nothing_is_replaced_unasked(config: BotConfig, shared: BotConfig, tmp_path: Path) -> None:
    fill(config, two_posts(tmp_path / "posts"))
    before = contents(config)
    settings_place(shared).change({"title": "Of somebody else"})
    with pytest.raises(BackupError, match="--force"):
        moved(shared, "database")
    assert open_gaps(shared).questions() == [] and OwnerSettings(shared).current().title == "Of somebody else"
    moved(shared, "database", force=True)
    assert contents(shared) == before


def test_without_a_database_it_names_the_setting(config: BotConfig) -> None:
    with pytest.raises(ConfigError, match="FOOTNOTE_DATABASE_URL"):
        move(config, "database")
