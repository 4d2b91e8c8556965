"""The subject of a blog: packaged, none, or a file; and a bot on recipes, which has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from subject import HEALTH

from bot.bench.rig.fake_embedder import HashEmbedder
from bot.config import BotConfig, load_config
from bot.pipeline import Bot
from bot.text.subjects import NO_SUBJECT, load_subject
from bot.types import Turn
from ingest.errors import ConfigError
from ingest.index import Index
from ingest.sync import sync

RECIPES = {
    "rye-bread": "# Rye bread\n\n## Ingredients\n\n- 500 g of rye flour\n- 350 ml of water\n- 10 g of salt\n\n"
    "## Two ways to bake it\n\n1. Tin loaf: bake the tin loaf for 50 minutes at 220 degrees.\n"
    "2. Free loaf: bake the free loaf for 40 minutes on a hot stone.\n\n"
    "## Storing rye bread\n\nRye bread stays fresh for 6 days in a linen bag.\n",
    "tomato-soup": "# Tomato soup\n\nSimmer the tomato soup for 25 minutes, and stir it every 5 minutes.\n\n"
    "## Freezing tomato soup\n\nFrozen tomato soup lasts 3 months.\n",
}


@pytest.fixture(scope="module")
def cook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    posts, embedder = tmp_path_factory.mktemp("posts"), HashEmbedder()
    for name, text in RECIPES.items():
        (posts / f"{name}.md").write_text(text)
    config = BotConfig(subject="none", threshold=0.0)  # the made-up vectors cannot tell what is answerable
    index = Index(tmp_path_factory.mktemp("index"), config.index_config)
    sync([str(posts)], index=index, embedder=lambda: embedder)
    yield Bot(index, embedder, config)
    index.close()


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How long do I simmer the tomato soup?", "Simmer the tomato soup for 25 minutes"),
        ("How long does frozen tomato soup last?", "3 months"),
        ("How much rye flour is in rye bread?", "500 g of rye flour"),
        ("How long does rye bread stay fresh?", "6 days"),
    ],
)
def test_a_recipe_blog_is_answered_without_a_subject(cook: Bot, question: str, quote: str) -> None:
    answer = cook.ask(question)
    assert answer.status == "answered" and any(quote in c.quote for c in answer.citations), answer.text


def test_follow_ups_on_recipes(cook: Bot) -> None:
    first = "How do I bake rye bread?"
    steps = RECIPES["rye-bread"].split("## Two ways to bake it\n\n")[1].split("\n\n")[0]
    listed = steps.replace(".\n", ". [1]\n")
    answer = cook.ask("how long does the second one take?", [Turn("user", first), Turn("assistant", listed)])
    assert "free loaf" in answer.standalone.lower()
    assert "soup" in cook.ask("how long?", [Turn("user", "How do I simmer tomato soup?")]).standalone


def test_everyday_words_and_postures_belong_to_the_subject(cook: Bot) -> None:
    assert "belly" in cook.ask("Can I make it with pork belly?").standalone
    assert HEALTH.everyday_words["belly"] and HEALTH.postures["seated"] == "sit" and HEALTH.aids["towel"]
    assert HEALTH.plural_items[:3] == ("stretches", "exercises", "poses")
    assert not NO_SUBJECT.everyday_words and not NO_SUBJECT.plural_items


def test_the_owner_chooses_the_subject(tmp_path: Path) -> None:
    assert load_subject(load_config({}).subject) is HEALTH
    assert load_subject(load_config({"FOOTNOTE_SUBJECT": "None"}).subject) is NO_SUBJECT
    own = tmp_path / "bees.toml"
    own.write_text('items = ["hive"]\n[everyday_words]\nbugs = "bees"\n')
    bees = load_subject(str(own))
    assert bees.plural_items == ("hives",) and bees.everyday_words == {"bugs": "bees"} and not bees.aids


@pytest.mark.parametrize("text", ["items = [", "items = 3", '[posture_phrases]\nsit = "("'])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (file := tmp_path / "odd.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"FOOTNOTE_SUBJECT.*odd\.toml"):
        load_subject(str(file))
    with pytest.raises(ConfigError, match="health, none"):
        load_subject("heatlh")
