"""The real bot on the sample content: real model, real index."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answer.citations import verify
from bot.cli import main
from bot.config import BotConfig
from bot.langchain import BlogRetriever, BlogRunnable
from bot.pipeline import Bot
from bot.read import CrossEncoder
from bot.types import Answer, Token, Turn
from ingest.embedder import PackagedEmbedder, open_embedder
from ingest.errors import EmbedderError, IndexMissing, QuestionError, QuestionTooLong
from ingest.index import Index
from ingest.sync import sync

pytestmark = pytest.mark.model
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="module")
def bot(folder: Path) -> Iterator[Bot]:
    embedder = open_embedder(threads=2)
    index = Index(folder, BotConfig().index_config)
    report = sync(
        [str(ROOT / "data/articles"), str(ROOT / "data/guides")], index=index, embedder=lambda: embedder
    )
    assert len(report.added) == 8 and not report.failed
    yield Bot(index, embedder, BotConfig(), CrossEncoder())
    index.close()


def test_a_how_to_is_quoted_whole_and_in_order(bot: Bot) -> None:
    answer = bot.ask("How do I do the seated hamstring stretch?")
    assert answer.status == "answered"
    quotes = [c.quote for c in answer.citations if c.quote not in c.passage.chunk.path]
    article = bot.article(answer.citations[0].passage.chunk.article_id)
    assert article.title == "Seated hamstring stretch" and len(quotes) == 4
    assert [article.text.index(q) for q in quotes] == sorted(article.text.index(q) for q in quotes)


def test_every_citation_is_verbatim_and_streams_add_up(bot: Bot) -> None:
    for question in (
        "Why do tight hamstrings hurt the back?",
        "how long to hold downward dog",
        "what is sciatica",
    ):
        *tokens, answer = bot.stream(question)
        assert isinstance(answer, Answer) and answer.status == "answered"
        assert "".join(t.text for t in tokens if isinstance(t, Token)) == answer.text
        assert len(tokens) > 0 and 1 <= len(answer.citations) <= 12
        articles = {
            c.passage.chunk.article_id: bot.article(c.passage.chunk.article_id) for c in answer.citations
        }
        assert verify(answer.text, answer.citations, articles)
        assert all(c.link and "#:~:text=" in c.link for c in answer.citations)


def test_it_abstains_and_suggests_what_it_does_answer(bot: Bot) -> None:
    answer = bot.ask("What is the capital of Mongolia?")
    assert answer.status == "abstained" and not answer.citations and answer.answerable < 0.5
    bot.warm(suggestions=True)
    for suggestion in (*answer.suggestions, *bot.examples(3)):
        assert bot.ask(suggestion).status == "answered", suggestion
    assert bot.examples(3)


def test_a_follow_up_is_about_what_was_asked_before(bot: Bot) -> None:
    history = [Turn("user", "How do I do the seated hamstring stretch?"), Turn("assistant", "…")]
    answer = bot.ask("how long?", history)
    assert answer.status == "answered" and "seated" in answer.standalone
    assert any("20 to 30 seconds" in c.quote for c in answer.citations)
    assert bot.ask("how long?", history * 250).status == "answered"


def test_small_talk_and_metadata(bot: Bot) -> None:
    assert bot.ask("Hello!").status == "chat"
    answer = bot.ask("Who wrote the article on sciatica?")
    assert answer.status == "answered" and [c.quote for c in answer.citations] == [""]
    assert "Footnote sample" in answer.text


@pytest.mark.parametrize("bad", ["", "\x00", "🙂"])
def test_no_question_is_an_error_before_anything_is_said(bot: Bot, bad: str) -> None:
    with pytest.raises(QuestionError):
        next(bot.stream(bad))
    with pytest.raises(QuestionTooLong):
        bot.ask("why " * 2500)


@pytest.mark.parametrize(
    "odd", ["ما هو عرق النسا؟", "hamstring\x00 stretch\x07?", "<b>stretch</b> {{7*7}}?", "1=1; --"]
)
def test_odd_questions_get_a_sensible_answer(bot: Bot, odd: str) -> None:
    assert bot.ask(odd).status in ("answered", "abstained")


def test_langchain(bot: Bot) -> None:
    documents = BlogRetriever(bot=bot, k=3).invoke("how long do I hold the seated stretch?")
    assert len(documents) == 3
    first = documents[0]
    article = bot.article(first.metadata["article_id"])
    assert article.text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    chain = BlogRunnable(bot) | (lambda answer: answer.text)
    assert "[1]" in chain.invoke({"question": "what is sciatica?"})
    *_, last = BlogRunnable(bot).stream("what is sciatica?")
    assert isinstance(last, Answer)


def test_no_index_and_another_model_are_errors_that_name_the_fix(tmp_path: Path, bot: Bot) -> None:
    config = BotConfig()
    empty = Bot(Index(tmp_path, config.index_config), open_embedder(), config)
    with pytest.raises(IndexMissing, match="footnote ingest"):
        empty.ask("why?")

    class Other(PackagedEmbedder):
        def __init__(self) -> None:
            super().__init__()
            self.name = "other"

    with pytest.raises(EmbedderError, match=r"bot\.train\.sentence_net"):
        Bot(bot._index, Other(), config).ask("what is sciatica?")


def test_the_command_line_answers(
    folder: Path, bot: Bot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def footnote(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["footnote", *words, "--index", str(folder)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    command = [sys.executable, "-m", "bot", "ask", "What is sciatica?", "--json", "--index", str(folder)]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["status"] == "answered" and answer["citations"][0]["quote"]
    status, listed = footnote("list")
    assert status == 0 and len(listed.splitlines()) == 8
    assert footnote("forget", "no-such-article")[0] == 1
    assert footnote("ask", "")[0] == 1


@pytest.mark.parametrize(
    ("question", "quoted", "never"),
    [
        ("how long do I hold the seated one", "20 to 30 seconds", ("standing", "Downward", "lying")),
        (
            "how many times do I repeat the stretch standing up?",
            "three times",
            ("seated", "Downward", "lying"),
        ),
        ("how often should I do downward dog?", "daily routine", ("seated", "standing", "lying")),
    ],
)
def test_what_is_named_is_never_answered_with_another(
    bot: Bot, question: str, quoted: str, never: tuple[str, ...]
) -> None:
    answer = bot.ask(question)
    assert answer.status == "answered" and quoted in answer.text
    assert not any(word in answer.text for word in never), answer.text


def test_both_questions_in_one_are_answered_or_the_missing_one_is_named(bot: Bot) -> None:
    both = bot.ask("How long do I hold the standing stretch, and how often should I do it?")
    assert "20 to 30 seconds" in both.text and "every day" in both.text
    one = bot.ask("What is sciatica and what is the capital of France?")
    assert (
        one.status == "answered"
        and "capital of France" in one.text
        and "nerve has become irritated" in one.text
    )
    answer = bot.ask("what is sciatica, and who wrote the post on it?")
    assert {c.quote == "" for c in answer.citations} == {True, False}


def test_a_place_in_a_list_and_the_list_of_posts(bot: Bot) -> None:
    first = bot.ask("the first two steps of the standing stretch")
    assert [c.quote[:8] for c in first.citations] == ["Stand up", "Put one "]
    posts = bot.ask("list the posts")
    assert (
        posts.status == "answered" and len(posts.citations) == 8 and not any(c.quote for c in posts.citations)
    )
    assert bot.ask("do you have anything on plantar fasciitis?").status == "abstained"


def test_another_language_is_answered_in_it(bot: Bot) -> None:
    answer = bot.ask("¿Cuánto tiempo mantengo el estiramiento?")
    assert answer.status == "abstained" and "inglés" in answer.text and answer.suggestions


def test_what_is_typed_about_the_last_answer_is_answered_from_its_post(bot: Bot) -> None:
    question = "How long do I hold the seated stretch?"
    first = bot.ask(question)
    history = [Turn("user", question), Turn("assistant", "A forged answer. [1]")]
    again = bot.ask("again please", history)
    assert [c.quote for c in again.citations] == [c.quote for c in first.citations] != []
    more = bot.ask("tell me more", history)
    assert not {c.quote for c in more.citations} & {c.quote for c in first.citations}
    assert bot.ask("tell me more").status == "chat"


def test_a_message_that_names_nothing_is_asked_about(bot: Bot) -> None:
    for message in ("i'm so fed up", "is it safe?", "should I see a doctor?"):
        assert not bot.ask(message).citations
    assert bot.ask("is it safe?").status == "abstained"
    assert bot.ask("should I see a doctor?").status == "chat"
