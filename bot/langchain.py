"""The bot for LangChain: retrievers of passages and of quotes, and a runnable that answers.

docs = BlogRetriever(bot=bot, k=4).invoke("how long do I hold the seated stretch?")
docs = BlogHttpRetriever(url="https://ask.your-blog.com").invoke("how long do I hold the seated stretch?")
answer = BlogRunnable(bot).invoke({"question": "how long?", "history": [...]})
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict, Field

from bot.pipeline import Bot
from bot.types import Answer, Event, Passage, Turn
from ingest.errors import FetchError, QuestionError

_END = object()
_NO_ANSWER = "the response is no answer of Footnote's; check the address"
_MAX_RESPONSE = 4_000_000  # bytes
_NEAREST = 200  # passages whose similarity is looked up for a threshold


class BlogRetriever(BaseRetriever):
    """The k best passages for a question, best first, as Documents.

    id is the passage's key in the index: the same for the same place and text. page_content is the passage, a slice of
    its article; metadata: article_id, title, section (a list), url, start and end (offsets into the article's text),
    score (reciprocal rank fusion, no unit) and, with a threshold, similarity.

    Attributes:
        bot: The bot whose index is searched.
        k: How many passages at most; may also be given to invoke().
        score_threshold: Least cosine similarity of question and passage, 0 to 1; None for no limit. May also be given to
            invoke().
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    bot: Bot
    k: int = Field(default=5, ge=1)
    score_threshold: float | None = Field(default=None, ge=0, le=1)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
        **options: Any,
    ) -> list[Document]:
        return self._found(query, **options)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
        **options: Any,
    ) -> list[Document]:
        return await asyncio.to_thread(self._found, query, **options)

    def _found(
        self, query: str, k: int | None = None, score_threshold: float | None = None
    ) -> list[Document]:
        passages = self.bot.passages(query, k=self.k if k is None else k)
        least = self.score_threshold if score_threshold is None else score_threshold
        if least is None:
            return [_document(passage) for passage in passages]
        nearest = self.bot.similarities(query, _NEAREST)
        near = [(p, nearest[p.chunk.id]) for p in passages if nearest.get(p.chunk.id, -1) >= least]
        return [_document(passage, {"similarity": similarity}) for passage, similarity in near]


class BlogHttpRetriever(BaseRetriever):
    """The quotes with which a blog answers a question, over HTTP, as Documents; none if it does not answer.

    page_content is the quote, a slice of its article; metadata as in the "citations" of POST /api/ask (article_id, title,
    section, url, link, start, end, number), and answerable. Raises FetchError.

    Attributes:
        url: Address of the server, such as https://ask.your-blog.com or https://www.your-blog.com/chat.
        k: How many quotes at most.
        score_threshold: Least probability, 0 to 1, that the blog answers the question; None: the server decides.
        timeout: Seconds.
    """

    url: str = Field(pattern=r"^https?://[^\s?#]+$")
    k: int = Field(default=5, ge=1)
    score_threshold: float | None = Field(default=None, ge=0, le=1)
    timeout: float = Field(default=65.0, gt=0)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
        **options: Any,
    ) -> list[Document]:
        return self._quotes(query, **options)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
        **options: Any,
    ) -> list[Document]:
        return await asyncio.to_thread(self._quotes, query, **options)

    def _quotes(self, query: str, k: int | None = None) -> list[Document]:
        answer = self._ask(query)
        if answer["status"] != "answered" or answer["answerable"] < (self.score_threshold or 0):
            return []
        quoted = [citation for citation in answer["citations"] if citation["quote"]]
        return [_quote_document(one, answer["answerable"]) for one in quoted[: self.k if k is None else k]]

    def _ask(self, question: str) -> Any:
        request = Request(
            f"{self.url.rstrip('/')}/api/ask",
            json.dumps({"question": question}).encode(),
            {"Content-Type": "application/json", "Accept": "application/json"},
        )
        try:
            with urlopen(request, timeout=self.timeout) as response:
                answer = json.loads(response.read(_MAX_RESPONSE))
        except HTTPError as error:
            raise FetchError(_error_message(error), error.code) from None
        except (URLError, TimeoutError, OSError) as error:
            raise FetchError(f"the server could not be reached: {error}") from None
        except ValueError:
            raise FetchError(_NO_ANSWER) from None
        if not isinstance(answer, dict) or not {"status", "answerable", "citations"} <= answer.keys():
            raise FetchError(_NO_ANSWER)
        return answer


class BlogRunnable(Runnable[Any, Event]):
    """The bot as a Runnable, whose runs callbacks see (LangSmith, OpenTelemetry).

    invoke and ainvoke return the Answer; stream and astream yield Tokens and the Answer last. The input is a question,
    or {"question": str, "history": [...]} whose turns are LangChain messages or
    {"role": "user" | "assistant", "content": str}. Raises what Bot.stream raises.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: ARG002
        """The whole answer."""
        return cast("Answer", self._call_with_config(self._answer, input, config))

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: ARG002
        """As invoke, without blocking the event loop."""
        return cast("Answer", await self._acall_with_config(self._answer_later, input, config))

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Event]:  # noqa: ARG002
        """Tokens as they are ready, the Answer last."""
        yield from self._transform_stream_with_config(iter([input]), self._events, config)

    async def astream(
        self,
        input: Any,
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> AsyncIterator[Event]:
        """As stream, without blocking the event loop."""

        async def inputs() -> AsyncIterator[Any]:
            yield input

        events = self._atransform_stream_with_config(inputs(), self._later_events, config)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()  # type: ignore[attr-defined]

    def _answer(self, value: Any) -> Answer:
        return self._bot.ask(*_question_and_history(value))

    async def _answer_later(self, value: Any) -> Answer:
        return await asyncio.to_thread(self._answer, value)

    def _events(self, values: Iterator[Any]) -> Iterator[Event]:
        for value in values:
            yield from self._bot.stream(*_question_and_history(value))

    async def _later_events(self, values: AsyncIterator[Any]) -> AsyncIterator[Event]:
        async for value in values:
            events = self._bot.stream(*_question_and_history(value))
            while (event := await asyncio.to_thread(next, events, _END)) is not _END:
                yield event  # type: ignore[misc]


def _document(passage: Passage, more: Mapping[str, Any] | None = None) -> Document:
    piece = passage.chunk
    return Document(
        id=piece.id,
        page_content=piece.text,
        metadata={
            "article_id": piece.article_id,
            "title": passage.title,
            "section": list(piece.path),
            "url": passage.url,
            "start": piece.start,
            "end": piece.end,
            "score": passage.score,
            **(more or {}),
        },
    )


def _quote_document(citation: Mapping[str, Any], answerable: float) -> Document:
    metadata = {key: value for key, value in citation.items() if key != "quote"}
    return Document(
        id=f"{citation['article_id']}#{citation['start']}-{citation['end']}",
        page_content=citation["quote"],
        metadata={**metadata, "answerable": answerable},
    )


def _error_message(error: HTTPError) -> str:
    """The server's own sentence, if it has one."""
    try:
        return str(json.loads(error.read(_MAX_RESPONSE))["error"]["message"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"the server answered {error.code}"


def _question_and_history(value: Any) -> tuple[str, list[Turn]]:
    if isinstance(value, str):
        return value, []
    if isinstance(value, Mapping) and isinstance(value.get("question"), str):
        history = value.get("history") or ()
        if isinstance(history, Sequence) and not isinstance(history, str):
            return value["question"], [_turn(one) for one in history]
    raise QuestionError('Give a question, or {"question": "...", "history": [...]}.')


def _turn(one: Any) -> Turn:
    if isinstance(one, Turn):
        return one
    if isinstance(one, BaseMessage):
        return Turn("user" if isinstance(one, HumanMessage) else "assistant", one.text)
    if (
        isinstance(one, Mapping)
        and one.get("role") in ("user", "assistant")
        and isinstance(one.get("content"), str)
    ):
        return Turn(one["role"], one["content"])
    raise QuestionError(
        'A turn of the history is a message or {"role": "user" or "assistant", "content": "..."}.'
    )
