"""The gap list: what is kept of a question, how it is grouped, and how it closes itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import FakeEmbedder

from bot.gaps import DAYS_KEPT, GapRecorder, GapsFile, GapStore, find_contradictions, mask
from bot.gaps import store as store_module
from bot.types import Answer, Status, Turn
from ingest.article import Article
from ingest.database import Tables, open_database
from ingest.errors import GapsError, NotInIndex

VECTOR = np.full(64, 0.125, np.float32)


@dataclass
class Blog:
    """A bot that answers what has a word of its posts."""

    posts: dict[str, str] = field(default_factory=dict)  # word -> title
    live: str = "gen-1"
    embedder: FakeEmbedder = field(default_factory=FakeEmbedder)
    asked: list[str] = field(default_factory=list)

    def generation(self) -> str:
        return self.live

    def concerns_safety(self, message: str, history: Sequence[Turn]) -> bool:
        return any("numb" in text for text in (message, *(turn.content for turn in history)))

    def quoted(self, question: str) -> Any:
        self.asked.append(question)
        post = next((word for word in self.posts if word in question), None)
        if post is None:
            return SimpleNamespace(status="abstained", citations=())
        passage = SimpleNamespace(
            chunk=SimpleNamespace(article_id=post), title=self.posts[post], url="https://a.example/" + post
        )
        return SimpleNamespace(status="answered", citations=(SimpleNamespace(passage=passage),))

    def passages(self, question: str, *, k: int) -> list[Any]:
        return [SimpleNamespace(title="The nearest post", url=None)]

    def article(self, article_id: str) -> str:
        if article_id not in self.posts:
            raise NotInIndex(article_id)
        return article_id


@dataclass
class Kept:
    blog: Blog
    recorder: GapRecorder
    on: list[bool]
    file: Path

    def hear(
        self,
        question: str,
        status: Status = "abstained",
        history: Sequence[Turn] = (),
        answerable: float = 0.2,
    ) -> None:
        self.recorder.listen(Answer(question, question, "", (), status, answerable), history)
        self.recorder.store_waiting()

    def texts(self) -> set[str]:
        return {one.question for one in self.recorder.store.questions()}


@pytest.fixture
def in_file(tmp_path: Path) -> Kept:
    return kept_in(GapsFile(tmp_path / "index.gaps.sqlite"), tmp_path)


@pytest.fixture(params=["file", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """In each place that questions may be in."""
    if request.param == "file":
        return kept_in(GapsFile(tmp_path / "index.gaps.sqlite"), tmp_path)
    postgres = request.getfixturevalue("postgres")
    return kept_in(open_database(postgres.url, postgres.new_blog()).tables(store_module.LAYOUT), tmp_path)


def kept_in(tables: Tables, tmp_path: Path) -> Kept:
    blog, on = Blog(), [True]
    store = GapStore(tables)
    recorder = GapRecorder(blog, store, lambda: on[0], sleep=lambda _: None)  # type: ignore[arg-type]
    return Kept(blog, recorder, on, tmp_path / "index.gaps.sqlite")


def test_only_what_the_blog_does_not_say_is_kept_and_only_if_the_owner_wants_it(in_file: Kept) -> None:
    in_file.on[0] = False
    in_file.hear("Do you sell lamps?")
    assert not in_file.file.exists()
    in_file.on[0] = True
    in_file.hear("Do you sell lamps?")
    in_file.hear("Thanks!", "chat")
    in_file.hear("How long?", "answered")
    in_file.hear("My legs are numb", "urgent")
    in_file.hear("My legs are numb")  # whatever the status says
    in_file.hear("And a chair?", history=[Turn("user", "my legs went numb")])
    in_file.hear("¿Cuánto cuesta una lámpara?", answerable=0.0)
    assert in_file.texts() == {"Do you sell lamps?"}


def test_a_row_has_a_day_and_nothing_else_that_says_who_or_when(in_file: Kept) -> None:
    in_file.hear("My name is Ann Bell, write to ann@example.org: do you sell lamps?")
    with sqlite3.connect(in_file.file) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(questions)")]
        row = dict(zip(columns, db.execute("SELECT * FROM questions").fetchone(), strict=True))
    assert columns == ["id", "day", "question", "model", "vector", "closed", "post", "title", "url"]
    assert date.fromisoformat(row["day"]) and len(row["day"]) == 10
    assert row["question"] == "My name is [name], write to [e-mail]: do you sell lamps?"
    assert b"Ann" not in in_file.file.read_bytes()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("I'm Maria, how long do I hold it?", "I'm [name], how long do I hold it?"),
        ("my name is tom and I run", "my name is [name] and I run"),
        ("Ich heiße Jörg Müller. Wie lange?", "Ich heiße [name]. Wie lange?"),
        ("Me llamo Ana: ¿puedo correr?", "Me llamo [name]: ¿puedo correr?"),
        ("My daughter Emma is 12 years old", "My daughter [name] is [age]"),
        ("Dr. Weber said no", "Dr. [name] said no"),
        ("I'm 43, can I squat?", "I'm [age], can I squat?"),
        ("born 1974, order 5531", "born [number], order [number]"),
        ("call +41 79 123 45 67", "call [number]"),
        ("I am Not sure how long", "I am Not sure how long"),
        ("hold 30 seconds, 3 sets of 12, 10 km", "hold 30 seconds, 3 sets of 12, 10 km"),
        ("I'm 20 minutes in", "I'm 20 minutes in"),
        ("two\nlines\x00 and\u202e marks", "two lines and marks"),
    ],
)
def test_personal_details_are_masked(typed: str, stored: str) -> None:
    assert mask(typed) == stored


def test_where_nothing_is_kept_no_file_is_made(in_file: Kept) -> None:
    assert in_file.recorder.tend().groups == () and not in_file.file.exists()


def test_gaps_are_grouped_with_a_question_as_title_and_the_nearest_post(kept: Kept) -> None:
    for question in (
        "Do you sell lamps?",
        "Do you sell a lamp?",
        "do you sell lamps",
        "How tall is the chair?",
    ):
        kept.hear(question)
    found = kept.recorder.tend()
    assert [group.count for group in found.groups] == [3, 1] and found.questions == 4
    first = found.groups[0]
    assert "lamp" in first.title and first.title not in first.examples and first.post == "The nearest post"
    assert kept.recorder.store.list() == found


def test_a_gap_closes_by_the_post_that_answers_it_and_opens_when_that_goes(kept: Kept) -> None:
    for question in ("Do you sell lamps?", "do you sell lamps", "How tall is the chair?"):
        kept.hear(question)
    kept.recorder.tend()
    kept.blog.posts, kept.blog.live = {"lamp": "Our lamps"}, "gen-2"
    found = kept.recorder.tend()
    assert [group.title for group in found.groups] == ["How tall is the chair?"]
    assert {(one.post, one.url) for one in found.closed} == {("Our lamps", "https://a.example/lamp")}
    asked = len(kept.blog.asked)
    assert kept.recorder.tend() == found and len(kept.blog.asked) == asked  # once a generation
    kept.blog.posts, kept.blog.live = {}, "gen-3"
    found = kept.recorder.tend()
    assert not found.closed and found.questions == 3


def test_questions_are_purged_after_their_days_or_at_once(in_file: Kept) -> None:
    in_file.hear("Do you sell lamps?")
    in_file.recorder.tend()
    in_file.recorder.store.today = lambda: date.fromordinal(date.today().toordinal() + DAYS_KEPT + 1)
    in_file.hear("How tall is the chair?")
    found = in_file.recorder.tend()
    assert in_file.texts() == {"How tall is the chair?"} and found.questions == 1
    assert b"lamps" not in in_file.file.read_bytes()
    assert in_file.recorder.purge() == 1
    assert not in_file.texts() and not in_file.recorder.store.list().groups
    assert b"chair" not in in_file.file.read_bytes()


@pytest.mark.parametrize("content", [b"no database " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(in_file: Kept, content: bytes) -> None:
    path = in_file.file
    path.write_bytes(content)
    in_file.hear("Do you sell lamps?")
    in_file.hear("How tall is the chair?")
    assert "How tall is the chair?" in in_file.texts()
    assert (
        path.with_name(f"{path.name}.damaged-1").read_bytes() == content
        and in_file.recorder.store.tables.problem
    )


def test_another_programs_file_is_left_alone(in_file: Kept) -> None:
    with sqlite3.connect(in_file.file) as db:
        db.execute("CREATE TABLE theirs (x)")
    with pytest.raises(GapsError, match="another program"):
        in_file.recorder.store.add("a", "fake", VECTOR)


def test_the_file_is_bounded_and_a_flood_pushes_out_no_other_day(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_QUESTIONS", 5)
    monkeypatch.setattr(store_module, "MAX_PER_DAY", 3)
    store = kept.recorder.store
    for day in (1, 2, 3):
        store.today = lambda day=day: date(2026, 3, day)  # type: ignore[misc]
        assert [store.add(f"{day}.{n}", "fake", VECTOR) for n in range(4)] == [True, True, True, False]
    days = [one.day for one in store.questions()]
    assert len(days) == 5 and days.count("2026-03-03") == 3 and "2026-03-01" not in days


def test_questions_of_another_model_are_embedded_again(kept: Kept) -> None:
    kept.recorder.store.add("Do you sell lamps?", "an older model", np.ones(3, np.float32))
    assert kept.recorder.tend().questions == 1
    assert len(kept.recorder.store.vectors("fake")) == 1


def test_posts_that_give_other_times_for_the_same_thing_are_found() -> None:
    articles = [
        Article("a", "Bread", "Let the rye dough rise under a towel for 40 minutes.", published="2021-05-01"),
        Article("b", "Rye loaf", "Let the rye dough rise under a towel for 2 hours.", published="2024-02-01"),
        Article("c", "Rolls", "Let the rye dough rise under a towel for 35 to 45 minutes."),
        Article("d", "Cake", "The oven is preheated for 10 minutes."),
    ]
    found = find_contradictions(articles, FakeEmbedder())
    assert [(one.newer.post, one.older.post) for one in found] == [("Rye loaf", "Bread")]
    assert (found[0].newer.day, found[0].older.day) == ("2024-02-01", "2021-05-01")


def test_what_is_one_posts_own_is_no_contradiction() -> None:
    """Fields, steps of other dishes, days of a diary, and the same said of two things."""
    pairs = [
        ("Stew", "⏲️ Cook time: 40 min", "Roast", "⏲️ Cook time: 90 min"),
        ("Leek pie", "1. Bake the pie until it is brown, for 40 minutes.", "Plum pie", "1. Bake the pie until it is brown, for 25 minutes."),
        ("Week one", "I ran along the canal before work for 40 minutes.", "Week two", "I ran along the canal before work for 70 minutes."),
        ("Sore elbow", "Rest the joint under a cold towel for 2 days.", "Sore knee", "Rest the joint under a cold towel for 5 days."),
        ("Prices", "The small lamp costs 20 euros and weighs 2 kg.", "Sale", "The small lamp costs 15 euros."),
    ]  # fmt: skip
    for number, (first, one, second, other) in enumerate(pairs):
        articles = [Article(f"{number}a", first, one), Article(f"{number}b", second, other)]
        assert find_contradictions(articles, FakeEmbedder()) == []
    clear = [
        Article("c", "Prices", "A short massage costs 40 euros."),
        Article("d", "What we offer", "A short massage costs 55 euros."),
    ]
    assert len(find_contradictions(clear, FakeEmbedder())) == 1
