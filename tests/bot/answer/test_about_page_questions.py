"""A question that names nothing is asked of the page that the reader is on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.answer.about.page import names_no_subject
from bot.config import BotConfig
from bot.pipeline import Bot
from bot.read import CrossEncoder
from bot.types import Turn
from ingest.embedder import open_embedder
from ingest.index import Index
from ingest.sync import sync

POSTS = {
    "candles": "Pouring candles\n\nMelt the wax in a water bath. Pouring a batch of candles takes two hours. The wax sets"
    " overnight.\n\n## Wicks\n\nTie the wick to a stick.",
    "soap": "Boiling soap\n\nSoap is made of oil and lye. Boiling a batch of soap takes forty minutes. Wear gloves.",
    "baskets": "Weaving baskets\n\nWillow must be wet before it bends. Begin with the base and work upwards.",
}
VOCABULARY = frozenset("candles wax takes long soap two hours wick oven".split())


@pytest.mark.parametrize(
    ("question", "without"),
    [
        ("how long does it take?", True),
        ("How long?", True),
        ("how often should I do that", True),
        ("is it safe?", True),
        ("how long does soap take?", False),
        ("How long does it take in the oven?", False),
        ("What wax is best for this?", False),
    ],
)
def test_which_questions_name_no_subject(question: str, without: bool) -> None:
    assert names_no_subject(question, VOCABULARY) is without


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    blog = tmp_path_factory.mktemp("blog")
    for name, text in POSTS.items():
        title, _, body = text.partition("\n\n")
        post = f"---\ntitle: {title}\nurl: https://crafts.example/{name}\n---\n{body}\n"
        (blog / f"{name}.md").write_text(post)
    embedder = open_embedder(threads=1)
    index = Index(tmp_path_factory.mktemp("index"), BotConfig().index_config)
    sync([str(blog)], index=index, embedder=lambda: embedder)
    yield Bot(index, embedder, BotConfig(), CrossEncoder())
    index.close()


def quoted(bot: Bot, question: str, page: str = "", history: tuple[Turn, ...] = ()) -> str:
    return " ".join(c.quote for c in bot.ask(question, history, page=page).citations)


@pytest.mark.model
@pytest.mark.parametrize("question", ["how long does it take?", "How long does this take"])
def test_the_page_answers_and_no_other_post(bot: Bot, question: str) -> None:
    assert "two hours" in quoted(bot, question, "https://crafts.example/candles")
    assert "forty minutes" in quoted(bot, question, "https://crafts.example/soap/?utm_source=mail")
    assert "takes" not in quoted(bot, question, "https://crafts.example/baskets")


@pytest.mark.model
def test_a_subject_of_its_own_or_of_the_conversation_is_asked_of_the_whole_blog(bot: Bot) -> None:
    page = "https://crafts.example/candles"
    assert "forty minutes" in quoted(bot, "How long does boiling soap take?", page)
    history = (Turn("user", "What is soap made of?"), Turn("assistant", "Soap is made of oil and lye. [1]"))
    assert "two hours" not in quoted(bot, "How long does it take?", page, history)
