"""Health tells whether the last search worked, not whether there are files."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_blog import index_at, ingest, post

from bot.retrieve import SearchWatch
from ingest.errors import EmbedderError, IndexDamaged, IndexMissing, QuestionError
from ingest.index import Index


class Searched:
    """A searcher that works, or raises what it is given; it counts how often it was asked."""

    def __init__(self, index: Index) -> None:
        self.error: Exception | None = None
        self.times = 0
        self.watch = SearchWatch(index, self.search)

    def search(self) -> None:
        self.times += 1
        with self.watch.failures():
            if self.error is not None:
                raise self.error
            self.watch.worked()


@pytest.fixture
def index(tmp_path: Path) -> Index:
    post(tmp_path / "blog", "tea", "Tea", "Let the leaves steep.")
    index = index_at(tmp_path / "index")
    ingest(index, tmp_path / "blog")
    return index


def test_it_is_not_ready_before_the_model_is_loaded_and_loads_none_itself(index: Index) -> None:
    bot = Searched(index)
    health = bot.watch.health()
    assert (health.articles, health.chunks, health.index) == (1, 1, index.generation())
    assert not health.ready and "not loaded" in health.problem and bot.times == 0
    bot.watch.loaded()
    assert bot.watch.health().ready and bot.times == 1
    assert bot.watch.health().ready and bot.times == 1  # nothing has happened since


@pytest.mark.parametrize("error", [IndexDamaged("/srv/x is broken"), EmbedderError("/srv/model is gone")])
def test_a_search_that_failed_is_reported_until_one_works(index: Index, error: Exception) -> None:
    bot = Searched(index)
    bot.search()
    bot.error = error
    with pytest.raises(type(error)):
        bot.search()
    health = bot.watch.health()
    assert not health.ready and health.problem and "/srv" not in health.problem
    bot.error = None
    assert bot.watch.health().ready and bot.watch.health().problem == ""


def test_while_one_thread_searches_the_others_say_what_is_known(index: Index) -> None:
    bot = Searched(index)
    bot.watch.loaded()
    bot.error = IndexDamaged("/srv/x is broken")
    with pytest.raises(IndexDamaged):
        bot.search()
    seen: list[bool] = []

    def probe() -> None:
        seen.append(bot.watch.health().ready)  # another check, while this one searches
        bot.watch.worked()

    bot.watch._probe = probe
    assert bot.watch.health().ready and seen == [False]


def test_a_reader_s_own_mistake_is_no_failure(index: Index) -> None:
    bot = Searched(index)
    bot.search()
    with pytest.raises(QuestionError), bot.watch.failures():
        raise QuestionError("Ask something.")
    assert bot.watch.health().ready and bot.times == 1


def test_a_new_generation_is_searched_before_it_counts(index: Index, tmp_path: Path) -> None:
    bot = Searched(index)
    bot.search()
    post(tmp_path / "blog", "coffee", "Coffee", "Grind the beans.")
    ingest(index, tmp_path / "blog")
    bot.error = IndexDamaged("broken")
    assert not bot.watch.health().ready
    bot.error = None
    assert bot.watch.health().ready and bot.watch.health().articles == 2


def test_without_an_index_there_is_no_health(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Searched(index_at(tmp_path)).watch.health()
