"""Two blogs on one installation, with one database and one store: nothing of the one reaches the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from engines import Postgres, Redis, wait_until
from fake_bot import FakeBot
from small_blog import InProcess, ids, index_at, ingest, post
from starlette.testclient import TestClient
from votes import given

from bot.config import BotConfig, OwnerSettings, load_config, open_index, shared_generations
from bot.gaps import open_gaps
from bot.server import create_api
from bot.server.feedback import Vote, open_daily_counts, open_votes
from ingest.errors import ConfigError, IndexMissing, NotInIndex
from ingest.index import Index

if TYPE_CHECKING:
    from bot.pipeline import Bot


@dataclass
class Blog:
    config: BotConfig

    def index(self) -> Index:
        return index_at(self.config.index, generations=shared_generations(self.config))

    def http(self) -> TestClient:
        return TestClient(create_api(cast("Bot", FakeBot(config=self.config)), self.config))


@pytest.fixture
def blogs(postgres: Postgres, redis: Redis, tmp_path: Path) -> tuple[Blog, Blog]:
    made = []
    for _ in range(2):
        name = postgres.new_blog()
        environ = {
            "FOOTNOTE_DATABASE_URL": postgres.url,
            "FOOTNOTE_RATE_STORE": redis.url,
            "FOOTNOTE_RATE": "2/minute",
            "FOOTNOTE_OWNER_TOKEN": "the-same-token-for-both",
            "FOOTNOTE_BLOG": name,
        }
        made.append(Blog(replace(load_config(environ), index=tmp_path / name / "index")))
    return made[0], made[1]


def test_posts_stay_with_their_blog(blogs: tuple[Blog, Blog], tmp_path: Path) -> None:
    one, other = blogs
    post(tmp_path / "posts", "secret", "Secret", "The secret of the first blog is plum jam.")
    ingest(one.index(), tmp_path / "posts")
    with pytest.raises(IndexMissing), other.index().reading():
        pass
    post(tmp_path / "others", "tea", "Tea", "Steep the leaves for three minutes.")
    ingest(other.index(), tmp_path / "others")
    assert (ids(one.index()), ids(other.index())) == (["posts/secret.md"], ["others/tea.md"])
    wait_until(lambda: other.index().generation() == "gen-1" == one.index().generation(), "waited for both")
    with other.index().reading() as store, pytest.raises(NotInIndex):
        store.article("posts/secret.md")


def test_a_folder_of_one_blog_is_refused_to_the_other(blogs: tuple[Blog, Blog], tmp_path: Path) -> None:
    one, other = blogs
    post(tmp_path / "posts", "secret", "Secret", "The secret of the first blog is plum jam.")
    ingest(one.index(), tmp_path / "posts")
    with pytest.raises(ConfigError, match=r"FOOTNOTE_INDEX.*FOOTNOTE_BLOG.*folder of its own"):
        open_index(replace(other.config, index=one.config.index), start_finisher=InProcess)


def test_votes_gaps_counts_and_settings_stay_with_their_blog(blogs: tuple[Blog, Blog]) -> None:
    one, other = (blog.config for blog in blogs)
    about = given("What of my rash?")
    first, second = open_votes(one), open_votes(other)
    assert first is not None and second is not None
    first.save(about, Vote("down", "wrong", "a note"))
    open_gaps(one).add("What of my rash?", "fake", np.ones(3, np.float32))
    counts = open_daily_counts(one)
    counts.count(about.answer)
    counts.write()
    OwnerSettings(one).change({"title": "The first", "paused": "true"})

    assert second.rows() == [] and not second.withdraw(about.id) and second.purge(answer_id=about.id) == 0
    assert open_gaps(other).questions() == [] and open_gaps(other).purge(everything=True) == 0
    assert open_daily_counts(other).since(counts.today()) == {}
    assert OwnerSettings(other).current() == other
    second.purge()
    assert [row.note for row in first.rows()] == ["a note"] and len(open_gaps(one).questions()) == 1


def test_limits_stay_with_their_blog(blogs: tuple[Blog, Blog]) -> None:
    one, other = (blog.http() for blog in blogs)
    asked = [http.post("/api/ask", json={"question": "Why?"}).status_code for http in (one, one, one, other)]
    assert asked == [200, 200, 429, 200]


def test_an_answers_id_is_of_no_use_on_the_other_blog(blogs: tuple[Blog, Blog]) -> None:
    one, other = (blog.http() for blog in blogs)
    known = one.post("/api/ask", json={"question": "Why?"}).json()["id"]
    vote = {"id": known, "verdict": "up"}
    assert other.post("/api/feedback", json=vote).status_code == 404
    assert one.post("/api/feedback", json=vote).status_code == 200


@pytest.mark.parametrize("name", ["My-Blog", "a;b", 'a"b', "a_b", "../a", "-a", "a" * 41, "ä"])
def test_a_name_that_could_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"FOOTNOTE_BLOG=.*small letters"):
        load_config({"FOOTNOTE_BLOG": name})


def test_without_a_database_each_blog_has_a_folder(tmp_path: Path) -> None:
    one, other = (load_config({"FOOTNOTE_BLOG": name}) for name in ("bread", "salt"))
    assert one.index != other.index and one.index.parent.name == "bread"
    assert one.gaps_file.parent == one.index.parent != other.gaps_file.parent
    named = load_config({"FOOTNOTE_BLOG": "bread", "FOOTNOTE_INDEX": str(tmp_path)})
    assert named.index == tmp_path
