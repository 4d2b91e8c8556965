"""Suggestions are found once a generation, in the background, within a bound; opening a window reads nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
import pytest
from readings import chunks

from bot.answer import addresses
from bot.answer import suggestions as module
from bot.answer.addresses import article_at
from bot.answer.suggestions import Suggestions
from bot.retrieve import Corpus, corpus_of
from bot.text.subjects import NO_SUBJECT
from bot.types import Passage
from bot.understand import Blog
from ingest.article import Article
from ingest.embedder import Floats
from ingest.errors import IndexDamaged, IndexMissing

PATIENCE = 60  # seconds; only a bug makes a test wait that long


class Shelf:
    """A store of which nothing is asked here."""

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        raise AssertionError(f"searched for {k} near {np.shape(vector)}")

    def tokens(self, chunk_ids: list[str]) -> dict[str, bytes]:
        raise AssertionError(chunk_ids)


def blog_with(*articles: Article) -> tuple[Corpus, Blog]:
    corpus = corpus_of(Shelf(), articles, [piece for article in articles for piece in chunks(article)])  # type: ignore[arg-type]
    blog = Blog(
        corpus.articles, lambda: (), frozenset(), lambda a, b: False, lambda word: True, True, NO_SUBJECT
    )
    return corpus, blog


def baking(number: int, headings: int = 2) -> Article:
    parts = "".join(
        f"## How to knead loaf {number} on day {n}\n\nThe dough and the oven.\n\n" for n in range(headings)
    )
    return Article(f"b{number}", f"Loaf {number}", parts, f"https://bread.example/loaf-{number}")


@dataclass
class Stage:
    """A blog whose questions are answered as `verdict` says, and a record of who asked what."""

    live: str = "gen-1"
    blog: tuple[Corpus, Blog] = field(default_factory=lambda: blog_with(*map(baking, range(9))))
    verdict: Callable[[str], bool] = lambda question: True
    error: Exception | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.suggestions = Suggestions(self.opened, lambda: self.live, self.answers)

    @contextmanager
    def opened(self) -> Iterator[tuple[Corpus, Blog]]:
        if self.error is not None:
            raise self.error
        yield self.blog

    def answers(self, question: str, corpus: Corpus) -> bool:
        assert corpus is self.blog[0]
        self.asked.append((question, threading.current_thread().name))
        assert self.gate.wait(PATIENCE)
        return self.verdict(question)

    def finish(self) -> None:
        """Wait until the background is idle."""
        while (maker := self.suggestions._maker) is not None:
            maker.join(PATIENCE)
            assert not maker.is_alive()


def test_an_opened_window_reads_nothing_and_the_next_one_has_suggestions() -> None:
    stage = Stage()
    assert stage.suggestions.opening(3) == ()
    stage.finish()
    found = stage.suggestions.opening(3)
    assert len(found) == 3 and all("loaf" in question for question in found)
    assert {thread for _, thread in stage.asked} == {"suggestions"}
    asked = len(stage.asked)
    for _ in range(50):
        assert stage.suggestions.opening(3) == found
    assert len(stage.asked) == asked


def test_the_first_visitor_after_a_start_has_them() -> None:
    stage = Stage()
    stage.suggestions.make()
    assert len(stage.suggestions.opening(3)) == 3
    assert len({question.split(" on ")[0] for question in stage.suggestions.opening(6)}) == 6  # as many posts


def test_however_large_a_blog_a_bounded_number_is_read() -> None:
    stage = Stage(blog=blog_with(*(baking(n, headings=6) for n in range(60))), verdict=lambda question: False)
    stage.suggestions.make()
    assert len(stage.asked) == module.MAX_READ and stage.suggestions.opening(3) == ()
    for article in stage.blog[0].articles.values():
        stage.suggestions.opening(3, article.url or "")
        stage.finish()
    assert len(stage.asked) <= module.MAX_READ + module.MAX_READ_FOR_PAGES


def test_many_visitors_at_once_start_one_maker() -> None:
    stage = Stage()
    stage.gate.clear()
    visitors = [threading.Thread(target=stage.suggestions.opening, args=(3,)) for _ in range(20)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(PATIENCE)
        assert not visitor.is_alive()  # none waits for the maker, who is held back
    assert len([t for t in threading.enumerate() if t.name == "suggestions"]) == 1
    stage.gate.set()
    stage.finish()
    questions = [question for question, _ in stage.asked]
    assert len(questions) == len(set(questions))


def test_the_article_at_the_page_comes_first_once_it_was_read() -> None:
    stage = Stage(verdict=lambda question: "day 0" not in question)
    stage.suggestions.make()
    here = "https://bread.example/loaf-8"
    general = stage.suggestions.opening(3)
    assert stage.suggestions.opening(3, here) == general
    stage.finish()
    assert stage.suggestions.opening(3, here) == ("How do I knead loaf 8 on day 1?", *general)[:3]
    assert stage.suggestions.opening(3, "https://elsewhere.example/") == general


def test_a_new_generation_is_read_anew() -> None:
    stage = Stage()
    stage.suggestions.make()
    stage.live, stage.blog = "gen-2", blog_with(baking(77))
    assert stage.suggestions.opening(3) == ()
    stage.finish()
    assert set(stage.suggestions.opening(3)) == {
        "How do I knead loaf 77 on day 0?", "How do I knead loaf 77 on day 1?",
    }  # fmt: skip


def test_without_an_index_the_window_is_told_why() -> None:
    stage = Stage(live="", error=IndexMissing("There is none."))
    with pytest.raises(IndexMissing):
        stage.suggestions.opening(3)
    stage.live, stage.error = "gen-1", IndexDamaged("It cannot be read.")
    assert stage.suggestions.opening(3) == ()
    stage.finish()
    with pytest.raises(IndexDamaged):
        stage.suggestions.opening(3)
    stage.finish()
    stage.error = None  # repaired in place
    stage.suggestions.make()
    assert len(stage.suggestions.opening(3)) == 3


def test_after_a_miss_few_are_read_and_none_twice() -> None:
    stage = Stage(verdict=lambda question: "day 5" in question, blog=blog_with(baking(1, headings=30)))
    corpus, blog = stage.blog
    passages = [Passage(piece, "Loaf 1", None, 0.0) for piece in corpus.chunks]
    offered = stage.suggestions.after_miss("what is yeast?", passages, corpus, blog)
    assert offered == ("How do I knead loaf 1 on day 5?",)
    assert len(stage.asked) == module.MAX_READ_AFTER_MISS
    stage.suggestions.after_miss("what is yeast?", passages, corpus, blog)
    stage.suggestions.make()
    asked = len(stage.asked)
    assert asked == len({question for question, _ in stage.asked})
    stage.suggestions.after_miss("what is yeast?", passages, corpus, blog)
    assert len(stage.asked) == asked
    assert stage.suggestions.after_miss("¿qué?", (), corpus, blog) == stage.suggestions.opening(3)


def test_after_a_miss_hardly_anything_is_read_where_others_can_be_offered() -> None:
    stage = Stage(blog=blog_with(*(baking(n, headings=12) for n in range(9))))
    stage.suggestions.make()
    opening, stage.verdict = stage.suggestions.opening(3), lambda question: "day 9" in question
    corpus, blog = stage.blog
    passages = [Passage(piece, "Loaf 7", None, 0.0) for piece in corpus.chunks if piece.article_id == "b7"]
    before = len(stage.asked)
    offered = stage.suggestions.after_miss("what is yeast?", passages, corpus, blog)
    assert len(stage.asked) - before == module.MAX_READ_BESIDE
    assert len(offered) == module.OFFERED and opening[0] in offered
    asked = len(stage.asked)
    assert opening[0] not in stage.suggestions.after_miss(opening[0], passages, corpus, blog)
    assert len(stage.asked) <= asked + module.MAX_READ_BESIDE


@pytest.mark.parametrize("posts", [20, 2000])
def test_opening_a_window_looks_at_no_article(posts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One address is taken apart, however many posts there are; nothing is read and the blog is not opened."""
    stage = Stage(blog=blog_with(*(baking(n) for n in range(posts))))
    stage.suggestions.make()
    here = "https://bread.example/loaf-7?utm_source=mail"
    stage.suggestions.opening(3, here)
    stage.finish()
    asked = len(stage.asked)
    parsed: list[str] = []

    def count(url: str) -> object:
        parsed.append(url)
        return urlsplit(url)

    monkeypatch.setattr(addresses, "urlsplit", count)
    stage.error = AssertionError("the blog was opened")
    assert "loaf 7" in stage.suggestions.opening(3, f"{here}-{posts}")[0]
    assert parsed == [f"{here}-{posts}"] and len(stage.asked) == asked


def test_the_article_at_an_address_however_it_is_spelt() -> None:
    def at(url: str) -> Article:
        return Article(id=url, title=url, text="", url=url)

    plain, queried, other = (
        at("https://www.blog.example/post/a-b"),
        at("https://blog.example/?p=12"),
        at("https://blog.example/?p=13"),
    )
    known = [plain, queried, other, Article(id="notes/x.md", title="x", text="")]
    for page in (
        "https://www.blog.example/post/a-b",
        "http://blog.example/post/a-b/",
        "https://blog.example/post/a%2Db?utm_source=x#there",
    ):
        assert article_at(page, known) is plain, page
    assert article_at("https://blog.example/?p=13", known) is other
    for page in ("", "https://blog.example/", "https://blog.example/?p=14", "https://[half", "javascript:1",
                 "https://else.example/post/a-b", "https://blog.example:x/post/a-b"):  # fmt: skip
        assert article_at(page, known) is None, page
