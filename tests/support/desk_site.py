"""A desk with something on each of its tabs, as its owner sees it after some weeks, and what may be looked at.

    python tests/support/desk_site.py FOLDER [lang]     pictures of all of it, wide and narrow, light and dark
    python tests/support/desk_site.py --docs docs       the pictures of docs/desk.md

The pictures are of the real bot on the sample blog; tests give it a bot of their own.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[n]) for n in (2, 1, 0)]

from axe import Look, script
from browsing import Page, launched, serving
from pydantic import SecretStr

from bot.config import BotConfig, OwnerSettings, desk_folder
from bot.gaps import Closed, GapGroup, GapList, GapRecorder, GapStore, open_gaps
from bot.server import create_app
from bot.server.desk.cases import Cases
from bot.server.feedback import CountsFile, DailyCounts, FeedbackStore, Vote, VotesFile
from bot.server.feedback.recent_answers import RecentAnswer
from bot.types import Answer

if TYPE_CHECKING:
    from bot.pipeline import Bot

TOKEN = "the-token-of-the-owner-0123456789"
QUESTION = "How long should I hold a hamstring stretch?"
SAMPLE = [str(Path(__file__).resolve().parents[2] / "data" / name) for name in ("articles", "guides")]


@contextmanager
def desk_site(bot: Bot, config: BotConfig) -> Iterator[str]:
    """The address of a server with a desk over a bot, with counts, gaps, votes and test cases."""
    settings = OwnerSettings(config)
    settings.change({"gaps": "true"})
    store = open_gaps(config)
    _fill(config, store)
    recorder = GapRecorder(bot, store, lambda: settings.current().gaps)
    with serving(create_app(bot, config, settings=settings, gaps=recorder)) as address:
        yield address


def desk_config(folder: Path, **changed: Any) -> BotConfig:
    """Settings for desk_site(). folder: for all that it stores."""
    return BotConfig(index=folder / "index", owner_token=SecretStr(TOKEN), rate=(), rate_total=(), **changed)


def _fill(config: BotConfig, store: GapStore) -> None:
    today, chance = datetime.now(UTC).date(), random.Random(7)
    counts = DailyCounts(CountsFile(config.counts_file))
    answer = Answer(QUESTION, QUESTION, "Hold it for 30 seconds. [1]", (), "answered", 0.9)
    for back in range(90):
        counts.today = lambda back=back: today - timedelta(days=back)  # type: ignore[misc]
        for status, most in (("answered", 14), ("abstained", 5), ("urgent", 1), ("chat", 4)):
            for _ in range(chance.randint(0, most)):
                counts.count(Answer("q", "q", "a", (), status, 0.5))  # type: ignore[arg-type]
        counts.write()
        if config.feedback_file and back % 3 == 0:
            file = FeedbackStore(VotesFile(config.feedback_file), today=counts.today)
            down = back % 9 == 0
            vote = Vote("down", "incomplete", "It says nothing about mornings.") if down else Vote("up")
            file.save(RecentAnswer(f"{back:024}", answer, "gen-1", {}), vote)
    day = [(today - timedelta(days=back)).isoformat() for back in range(30)]
    post = "https://www.your-blog.com/tight-hamstrings"
    groups = (
        GapGroup("Can I stretch my hamstrings during pregnancy?", 9,
                 ("is it ok to stretch when pregnant", "Which stretches are safe in the third trimester?"),
                 day[12], day[0], "Tight hamstrings and back pain", post, {day[0][:7]: 9}),
        GapGroup("Do you give classes in Lisbon?", 4, ("where are your classes",), day[9], day[3], months={day[0][:7]: 4}),
        GapGroup("Which mattress is good for lower back pain?", 2, (), day[7], day[2], "Related conditions", post, {day[0][:7]: 2}),
    )  # fmt: skip
    closed = (
        Closed(
            "How do I use a strap for the stretch?", 3, day[1], "Lying hamstring stretch with a strap", post
        ),
    )
    store.save_list(GapList(groups, closed, 15, "now"))
    Cases(desk_folder(config)).add("Do you sell gift cards?", "", ())


def signed_in(page: Page, address: str) -> None:
    """From the login page to the first tab, filled."""
    page.fill("input[name=token]", TOKEN)
    page.click("button")
    page.wait_for_selector("#today-pictures svg")


def _today(page: Page) -> None:
    """A week: axe takes long over tables."""
    page.click("#today-period label >> nth=0")
    page.wait_for_function("() => document.querySelectorAll('#today-pictures tbody tr').length == 14")


def _posts(page: Page) -> None:
    page.click("#posts-choice label >> nth=0")
    page.wait_for_selector("#posts-shown .desk-text")


def _try(page: Page) -> None:
    page.fill("#try-question textarea", QUESTION)
    page.click("#try-send")
    page.wait_for_selector("#try-passages li")
    page.wait_for_selector("#try-wrong")


def _settings(page: Page) -> None:
    page.wait_for_selector("#settings-save:visible")


TABS: tuple[tuple[str, Callable[[Page], object]], ...] = (
    ("today", lambda page: page.wait_for_selector("#today-state dl:visible")),
    ("gaps", lambda page: page.wait_for_selector("#gaps .desk-cards li:visible")),
    ("posts", _posts),
    ("try", _try),
    ("settings", _settings),
)


def states(page: Page, address: str, lang: str = "en", *, opened: bool = False) -> Iterator[str]:
    """Lead a page through the desk; at each name that is given, that state is shown. opened: with all that unfolds."""
    page.goto(f"{address}owner/?lang={lang}")
    page.wait_for_selector("input[name=token]")
    yield "login"
    signed_in(page, address)
    for number, (name, reach) in enumerate(TABS):
        page.click(f"#desk-tabs [role=tab]:visible >> nth={number}")
        reach(page)
        closed = page.locator(
            ".tabitem:visible .label-wrap:not(.open):visible, details:not([open]) > summary:visible"
        )
        if opened:
            if name == "today":
                _today(page)
            while closed.count():
                closed.first.click()
        yield name
    page.goto(f"{address}owner/download/digest?lang={lang}")
    page.wait_for_selector("main h1")
    yield "digest"


@contextmanager
def sample_desk() -> Iterator[str]:
    """The desk of the real bot over the sample blog."""
    from bot.startup import open_bot
    from ingest.index import Index
    from ingest.sync import sync

    with tempfile.TemporaryDirectory() as folder:
        config = desk_config(Path(folder))
        bot = open_bot(config)
        sync(SAMPLE, index=Index(config.index, config.index_config), embedder=lambda: bot.embedder)
        bot.warm()
        with desk_site(bot, config) as address:
            yield address


def main(folder: Path, lang: str = "en") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    look = Look(script())
    with sample_desk() as address, launched() as chromium:
        for width in (1280, 360):
            for scheme in ("light", "dark"):
                context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
                context.set_default_timeout(20_000)
                page = context.new_page()
                for name in states(page, address, lang):
                    page.wait_for_timeout(200)
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                    look.at(page, f"{name} {width} {scheme}")
                    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                        look.wrong.append(f"{name} {width} {scheme}: {wide} px wide")
                context.close()
    print(f"{len(look.runs)} states, {len(look.wrong)} complaints", *look.wrong, sep="\n")


def docs(folder: Path) -> None:
    """The pictures of the documentation, small enough for a page."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as made:
        main(Path(made))
        for name, view in (*((name, "1280-light") for name, _ in TABS), ("today", "360-dark")):
            with Image.open(Path(made) / f"{name}-{view}.png") as shot:
                cut = shot.convert("RGB").crop((0, 0, shot.width, min(shot.height, 1000)))
            wide = min(cut.width, 960)
            small = cut.resize((wide, cut.height * wide // cut.width), Image.Resampling.LANCZOS)
            ending = "-phone" if view.startswith("360") else ""
            small.save(folder / f"desk-{name}{ending}.webp", quality=80, method=6)


if __name__ == "__main__":
    if sys.argv[1] == "--docs":
        docs(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]), *sys.argv[2:3])
