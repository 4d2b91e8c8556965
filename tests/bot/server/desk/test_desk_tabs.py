"""What the tabs show and do, over a real index with a stand-in model: posts are added, read, taken out; answers are kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from live_blog import InProcess, bot_on, write
from patience import PATIENCE

from bot.config import BotConfig, OwnerSettings, desk_folder
from bot.own_posts import own_posts
from bot.server.desk.cases import Cases
from bot.server.desk.tab import Desk
from bot.server.desk.tabs import adding, posts, today, try_it
from bot.server.desk.words import desk_languages
from bot.server.feedback import CountsFile, DailyCounts
from bot.server.question_queue import open_queue
from bot.server.reingest import Scheduler, background_sync
from bot.startup import open_bot
from bot.types import Answer
from ingest.errors import SourceError
from ingest.index import Index
from ingest.sync import sync

WORDS = desk_languages()["en"]
ENGLISH = cast("Any", SimpleNamespace(query_params={}, headers={}))
DAY = date(2026, 3, 1)
KNEES = "Bend the knee slowly and hold it for ten seconds. Then rest for a minute."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk over a blog of four posts that is followed."""
    blog, index = tmp_path / "blog", tmp_path / "index"
    write(blog, 0)
    bot = bot_on(index, start_finisher=InProcess)
    bot.configure(replace(bot.config, follow=(str(blog),)))
    own, config = own_posts(bot.config), bot.config
    scheduler = Scheduler(
        background_sync(bot, start_finisher=InProcess),
        lambda _: (str(blog), *own.sources()),
        every=None,
        warm=lambda: None,
    )
    thread = threading.Thread(target=scheduler.run, daemon=True)
    thread.start()
    counts = DailyCounts(CountsFile(config.counts_file), today=lambda: DAY, delay=3600)
    queue = open_queue(bot, config)
    settings, cases, page = OwnerSettings(config), Cases(desk_folder(config)), cast("Any", None)
    made = Desk(bot, queue, scheduler, page, settings, None, counts, own, cases)
    *_, last = posts._List(made).read_all(ENGLISH)
    assert "4 added" in last
    yield made
    scheduler.stop()
    thread.join(PATIENCE)


def listed(desk: Desk, search: str = "") -> list[str]:
    update, *_ = posts._List(desk).first(search, ENGLISH)
    return [label for label, _ in update["choices"]]


def test_a_pasted_text_is_read_found_shown_and_taken_out(desk: Desk) -> None:
    shown = [
        shown
        for shown, *_ in adding._Adding(desk).paste("Knees <b>", KNEES, "https://blog.example/knees", ENGLISH)
    ]
    assert "<progress" in shown[0] and "1 added" in shown[-1]
    assert listed(desk, "KNEES blog.example") == ["Knees <b>"] and len(listed(desk)) == 5
    page = posts._List(desk)
    text, *_ = page.show("https://blog.example/knees", ENGLISH)
    assert KNEES in text and "Knees &lt;b&gt;" in text and "<b>" not in text
    [*_] = page.read_all(ENGLISH)
    assert len(listed(desk)) == 5, "reading the blog again keeps it"
    page.take_out("https://blog.example/knees", "", 0, ENGLISH)
    [*_] = page.read_all(ENGLISH)
    assert len(listed(desk)) == 4 and not list(desk.own.folder.glob("*"))


def test_a_post_of_the_blog_stays_out_and_can_be_put_back(desk: Desk) -> None:
    page, forms = posts._List(desk), adding._Adding(desk)
    page.take_out("blog/boats.md", "", 0, ENGLISH)
    *_, last = page.read_all(ENGLISH)
    assert "took this out" in last and "All about boats" not in listed(desk)
    assert forms.lists(ENGLISH)[2]["choices"] == [("All about boats", "blog/boats.md")]
    [*_] = forms.put_back("blog/boats.md", ENGLISH)
    assert "All about boats" in listed(desk)


def test_uploads_are_read_and_the_bad_ones_named(desk: Desk, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.pdf"
    good.write_text("# Hips\n\nTurn the hip out, then in, five times.\n")
    bad.write_bytes(b"%PDF-1.7")
    *_, (last, _) = adding._Adding(desk).take([str(good), str(bad)], ENGLISH)
    assert "1 added" in last and "bad.pdf" in last and "Hips" in listed(desk)
    assert not good.exists() and not bad.exists(), "what was taken over is no longer in the folder of uploads"
    with pytest.raises(SourceError):
        next(adding._Adding(desk).take(None, ENGLISH))


def test_the_list_has_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "PAGE", 3)
    page = posts._List(desk)
    assert "1 to 3 of 4" in page.first("", ENGLISH)[1] and "4 to 4 of 4" in page.later("", 0, ENGLISH)[1]
    assert page.later("", 7, ENGLISH)[2] == 1 and page.earlier("", 0, ENGLISH)[2] == 0
    assert "no such post" in page.first("zebra", ENGLISH)[1]


def test_an_answer_comes_with_its_passages_and_is_kept_as_a_case(desk: Desk) -> None:
    question = "What is the password of the lighthouse keeper?"
    trying = try_it._Trying(desk)
    state, text, passages, *_ = trying.ask(question, ENGLISH)
    assert "certain" in state and "marker0" in text and "<ol" in passages and "[1]" in passages
    with pytest.raises(SourceError, match="in no post"):
        trying.keep(question, "words that no post has", ENGLISH)
    shown, _, table = trying.keep(question, "marker0", ENGLISH)
    assert "Kept" in shown and "lighthouse" in table
    trying.keep("Do you sell gift cards?", "", ENGLISH)
    assert list(desk.cases.rows()) == [(question, "marker0"), ("Do you sell gift cards?", "")]
    assert not desk.counts.since(DAY), "the owner's own questions are not counted"


def test_a_sheet_that_a_spreadsheet_saved_is_continued(desk: Desk) -> None:
    desk.cases.folder.path.mkdir(exist_ok=True)
    desk.cases.sheet.write_text("Note;Question;Expected\nmine;How long?;a week\n", encoding="utf-8-sig")
    desk.cases.add('Is it "free"; or not?', "", ())
    assert list(desk.cases.rows()) == [("How long?", "a week"), ('Is it "free"; or not?', "")]
    assert "mine" in desk.cases.sheet.read_text(encoding="utf-8-sig")


def test_today_shows_state_counts_and_what_was_left_out(desk: Desk) -> None:
    for status in ("answered", "answered", "abstained"):
        desk.counts.count(Answer("q", "q", "a", (), cast("Any", status), 0.5))
    desk.bot.warm()
    state = today.state_html(desk, WORDS)
    assert "All is well" in state and "Last read" in state and "4 added" in state
    pictures = today.pictures_html(desk, 7, WORDS)
    assert (
        'aria-label="Questions a day. Answered: 2, The blog does not say: 1' in pictures
        and "<td>2</td>" in pictures
    )
    assert "\n" not in state + pictures, "a blank line would end the block of HTML"


def test_today_says_what_is_wrong(tmp_path: Path, desk: Desk) -> None:
    empty = bot_on(tmp_path / "nothing")
    broken = replace(desk, bot=empty, queue=open_queue(empty, BotConfig()), scheduler=None)
    assert "enter the address of your blog" in today.state_html(
        broken, WORDS
    ) and "desk-bad" in today.state_html(broken, WORDS)


@pytest.mark.model
def test_her_cases_are_asked_of_the_bot_as_it_ships(tmp_path: Path) -> None:
    config = BotConfig(index=tmp_path / "index")
    bot = open_bot(config)
    guides = Path(__file__).parents[4] / "data" / "guides"
    sync([str(guides)], index=Index(config.index, config.index_config), embedder=lambda: bot.embedder)
    cases, question = Cases(desk_folder(config)), "How long do I hold the seated stretch?"
    cases.add(question, "20 to 30 seconds", [bot.article(head.id) for head in bot.heads()])
    cases.add(question, "", ())  # it does say
    cases.add("Do you sell gift cards?", "", ())
    assert cases.run(config).result() == {"right": 1, "wrong": 1, "rightly silent": 1}
    assert "gift cards" in cases.results.read_text(encoding="utf-8") and cases.progress == (0, 0)
