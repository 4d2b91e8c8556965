"""The retriever and the runnable as LangChain uses them: alone, in chains, in threads, async."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from browsing import serving
from fake_bot import STEPS, STRETCHES, FakeBot
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, HumanMessageChunk, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from patience import PATIENCE

from bot.langchain import BlogHttpRetriever, BlogRetriever, BlogRunnable
from bot.pipeline import Bot
from bot.server import create_api
from bot.types import Answer, Event, Passage, Token, Turn
from ingest.article import Chunk
from ingest.errors import FetchError, QuestionError

PASSAGES = [
    Passage(
        Chunk("a", n, ("Steps", f"Part {n}"), f"Hold it {n}.", 10 * n, 10 * n + 10),
        "Title",
        "https://b.c",
        1 / (n + 1),
    )
    for n in range(8)
]


class Scripted(Bot):
    """Says back what it is asked, word by word; it needs no index."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, list[Turn]]] = []
        self.closed = threading.Event()

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        page: str = "",
        instead: Iterator[Event] | None = None,
    ) -> Iterator[Event]:
        self.heard.append((question, list(history)))
        if not question.strip():
            raise QuestionError("Please type a question in words.")
        try:
            for word in question.split():
                yield Token(word + " ")
        finally:
            self.closed.set()
        yield Answer(question, question, question + " ", (), "chat", 0.0)

    def passages(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        k: int = 5,
        verbatim: bool = False,
    ) -> list[Passage]:
        self.heard.append((question, list(history)))
        return PASSAGES[:k]

    def similarities(self, question: str, k: int = 100) -> dict[str, float]:
        return {passage.chunk.id: 0.9 - n / 10 for n, passage in enumerate(PASSAGES[:6])}


@pytest.fixture
def bot() -> Scripted:
    return Scripted()


def test_documents_say_where_they_stand(bot: Scripted) -> None:
    docs = BlogRetriever(bot=bot, k=2).invoke("how long?")
    assert docs == [
        Document(
            id=PASSAGES[n].chunk.id,
            page_content=f"Hold it {n}.",
            metadata={
                "article_id": "a", "title": "Title", "section": ["Steps", f"Part {n}"], "url": "https://b.c",
                "start": 10 * n, "end": 10 * n + 10, "score": 1 / (n + 1),
            },
        )
        for n in range(2)
    ]  # fmt: skip
    assert bot.heard == [("how long?", [])]


def test_the_retriever_in_every_way_of_calling(bot: Scripted) -> None:
    retriever = BlogRetriever(bot=bot)
    assert len(retriever.invoke("q")) == 5
    assert [len(docs) for docs in retriever.batch(["one", "two"])] == [5, 5]
    assert [len(docs) for docs in retriever.stream("q")] == [5]

    async def later() -> tuple[list[Document], list[list[Document]]]:
        return await retriever.ainvoke("q"), await retriever.abatch(["one", "two", "three"])

    one, many = asyncio.run(later())
    assert len(one) == 5 and [len(docs) for docs in many] == [5, 5, 5]


def test_the_retriever_in_a_chain_with_a_prompt(bot: Scripted) -> None:
    prompt = ChatPromptTemplate.from_messages([("system", "Context: {context}"), ("human", "{question}")])
    context = BlogRetriever(bot=bot, k=2) | (lambda docs: " ".join(d.page_content for d in docs))
    chain = {"context": context, "question": RunnablePassthrough()} | prompt
    system, human = chain.invoke("how long?").to_messages()
    assert (system.content, human.content) == ("Context: Hold it 0. Hold it 1.", "how long?")


@pytest.mark.parametrize("k", [0, -1])
def test_a_retriever_of_nothing_is_refused(bot: Scripted, k: int) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        BlogRetriever(bot=bot, k=k)


def test_invoke_gives_the_answer(bot: Scripted) -> None:
    runnable = BlogRunnable(bot)
    assert isinstance(answer := runnable.invoke("how long?"), Answer)
    assert answer.question == "how long?"
    assert runnable.invoke({"question": "why?"}).question == "why?"
    assert asyncio.run(runnable.ainvoke("when?")) == runnable.invoke("when?")


def test_stream_gives_tokens_and_the_answer_last(bot: Scripted) -> None:
    *tokens, answer = BlogRunnable(bot).stream("how long is it?")
    assert isinstance(answer, Answer)
    assert all(isinstance(t, Token) for t in tokens)
    assert "".join(t.text for t in tokens if isinstance(t, Token)) == answer.text

    async def gather() -> list[Event]:
        return [event async for event in BlogRunnable(bot).astream("how long is it?")]

    assert asyncio.run(gather()) == [*tokens, answer]


def test_batches_keep_their_order(bot: Scripted) -> None:
    questions = [f"question {n}" for n in range(20)]
    assert [
        a.question for a in BlogRunnable(bot).batch(list(questions)) if isinstance(a, Answer)
    ] == questions
    found = asyncio.run(BlogRunnable(bot).abatch(list(questions)))
    assert [a.question for a in found if isinstance(a, Answer)] == questions


def test_in_a_chain(bot: Scripted) -> None:
    chain: Any = (
        RunnableLambda(lambda text: {"question": text}) | BlogRunnable(bot) | RunnableLambda(lambda a: a.text)
    )
    assert chain.invoke("how long?") == "how long? "
    assert list(chain.stream("how long?")) == ["how long? "]
    assert asyncio.run(chain.ainvoke("how long?")) == "how long? "


def test_history_in_all_its_forms(bot: Scripted) -> None:
    history = [
        Turn("user", "a"), {"role": "assistant", "content": "b"}, HumanMessage("c"), AIMessage("d"),
        HumanMessageChunk(content="e"), AIMessageChunk(content="f"), HumanMessage([{"type": "text", "text": "g"}]),
        SystemMessage("h"),
    ]  # fmt: skip
    BlogRunnable(bot).invoke({"question": "q", "history": history})
    turns = [(turn.role, turn.content) for turn in bot.heard[0][1]]
    assert turns == [
        ("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"), ("user", "e"), ("assistant", "f"),
        ("user", "g"), ("assistant", "h"),
    ]  # fmt: skip


@pytest.mark.parametrize("history", [None, [], ()])
def test_no_history(bot: Scripted, history: Any) -> None:
    BlogRunnable(bot).invoke({"question": "q", "history": history})
    assert bot.heard == [("q", [])]


@pytest.mark.parametrize(
    "given",
    [
        None, 5, ["q"], {}, {"question": 5}, {"query": "q"}, {"question": "q", "history": "text"}, {"question": "q", "history": 5},
        {"question": "q", "history": ["text"]}, {"question": "q", "history": [{"role": "system", "content": "x"}]},
        {"question": "q", "history": [{"role": "user", "content": None}]}, {"question": "q", "history": {"role": "user"}},
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(bot: Scripted, given: Any) -> None:
    with pytest.raises(QuestionError):
        BlogRunnable(bot).invoke(given)
    with pytest.raises(QuestionError):
        list(BlogRunnable(bot).stream(given))
    assert not bot.heard


def test_errors_of_the_bot_come_through(bot: Scripted) -> None:
    async def first() -> Event:
        return await anext(BlogRunnable(bot).astream(" "))

    with pytest.raises(QuestionError):
        BlogRunnable(bot).invoke(" ")
    with pytest.raises(QuestionError):
        asyncio.run(first())
    errors = BlogRunnable(bot).batch([" ", "q"], return_exceptions=True)
    assert isinstance(errors[0], QuestionError) and isinstance(errors[1], Answer)


def test_a_stream_that_is_left_lets_go_of_the_bot(bot: Scripted) -> None:
    async def leave() -> None:
        events = BlogRunnable(bot).astream("how long is it?")
        await anext(events)
        await events.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave())
    assert bot.closed.wait(PATIENCE)


def test_k_and_a_threshold_of_similarity_for_the_retriever_or_for_one_call(bot: Scripted) -> None:
    retriever = BlogRetriever(bot=bot, k=8, score_threshold=0.65)
    assert [round(doc.metadata["similarity"], 1) for doc in retriever.invoke("q")] == [0.9, 0.8, 0.7]
    assert len(retriever.invoke("q", k=2)) == 2
    assert len(retriever.invoke("q", score_threshold=0.0)) == 6  # the others are not even near
    assert len(asyncio.run(retriever.ainvoke("q", k=1))) == 1
    with pytest.raises(ValueError, match="less than or equal to 1"):
        BlogRetriever(bot=bot, score_threshold=2)


class Runs(BaseCallbackHandler):
    """What a tracer sees."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self.seen.append(("start", kwargs.get("name")))

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        self.seen.append(("end", outputs))

    def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        self.seen.append(("error", type(error)))


def test_callbacks_see_each_way_of_asking_and_its_errors(bot: Scripted) -> None:
    runnable = BlogRunnable(bot)

    async def drain(runs: Runs) -> None:
        async for _ in runnable.astream("why?", {"callbacks": [runs]}):
            pass

    async def later(runs: Runs) -> None:
        await runnable.ainvoke("why?", {"callbacks": [runs]})

    ways: list[Callable[[Runs], object]] = [
        lambda runs: runnable.invoke("why?", {"callbacks": [runs]}),
        lambda runs: list(runnable.stream("why?", {"callbacks": [runs]})),
        lambda runs: asyncio.run(later(runs)),
        lambda runs: asyncio.run(drain(runs)),
    ]
    for way in ways:
        runs = Runs()
        way(runs)
        assert runs.seen == [("start", "BlogRunnable"), ("end", runnable.invoke("why?"))]
    runs = Runs()
    with pytest.raises(QuestionError):
        runnable.invoke(" ", {"callbacks": [runs]})
    assert runs.seen[-1] == ("error", QuestionError)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    fake = FakeBot()
    with serving(create_api(cast("Bot", fake), fake.config)) as address:
        yield address


def test_quotes_come_over_http_as_documents(server: str) -> None:
    retriever = BlogHttpRetriever(url=server, k=3)
    docs = retriever.invoke("How do I do it?")
    assert [doc.page_content for doc in docs] == list(STEPS[:3])
    at = docs[2].metadata
    assert STRETCHES.text[at["start"] : at["end"]] == docs[2].page_content
    assert docs[2].id == f"{STRETCHES.id}#{at['start']}-{at['end']}" and at["link"].startswith("https://")
    assert retriever.invoke("What is the capital of Peru?") == []
    assert BlogHttpRetriever(url=server, score_threshold=0.99).invoke("How do I do it?") == []
    assert [len(found) for found in asyncio.run(retriever.abatch(["How do I do it?", "why?"]))] == [3, 2]


def test_what_goes_wrong_over_http_is_said_in_the_servers_words(server: str) -> None:
    with pytest.raises(FetchError, match="at most 1000 characters") as refused:
        BlogHttpRetriever(url=server).invoke("x" * 1001)
    assert refused.value.status == 413
    with pytest.raises(FetchError, match="could not be reached"):
        BlogHttpRetriever(url="http://127.0.0.1:9").invoke("why?")
    with pytest.raises(ValueError, match="String should match"):
        BlogHttpRetriever(url="file:///etc/passwd")


def test_the_published_example_over_http_runs(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "developers.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```py\n(.*?)^```", text, re.M | re.S)
    exec(example.replace("https://ask.your-blog.com", server), {})
    assert capsys.readouterr().out.count("https://blog.example/post/hamstring-stretches") == 3
