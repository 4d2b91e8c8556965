"""The bot for LangChain: a retriever of passages, and a runnable that answers.

docs = BlogRetriever(bot=bot, k=4).invoke("how long do I hold the seated stretch?")
answer = BlogRunnable(bot).invoke({"question": "how long?", "history": [...]})
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict, Field

from bot.pipeline import Bot
from bot.types import Answer, Event, Passage, Turn
from ingest.errors import QuestionError

_END = object()


class BlogRetriever(BaseRetriever):
    """The k best passages for a question, best first, as Documents.

    page_content is the passage, a slice of its article; metadata: article_id, title, section (a
    list), url, start and end (offsets into the article's text), score (reciprocal rank fusion, no unit).

    Attributes:
        bot: The bot whose index is searched.
        k: How many passages, at least 1.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    bot: Bot
    k: int = Field(default=5, ge=1)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        return [_document(passage) for passage in self.bot.passages(query, k=self.k)]


class BlogRunnable(Runnable[Any, Event]):
    """The bot as a Runnable.

    invoke and ainvoke return the Answer; stream and astream yield Tokens and the Answer last. The input is a question, or {"question": str, "history": [...]} whose turns are LangChain messages or
    {"role": "user" | "assistant", "content": str}. Raises what Bot.stream raises.
    """

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:  # noqa: ARG002
        """The whole answer."""
        return self._bot.ask(*_question_and_history(input))

    def stream(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Event]:  # noqa: ARG002
        """Tokens as they are ready, the Answer last."""
        yield from self._bot.stream(*_question_and_history(input))

    async def astream(
        self,
        input: Any,
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[Event]:
        """As stream, without blocking the event loop."""
        events = self.stream(input, config, **kwargs)
        while (event := await asyncio.to_thread(next, events, _END)) is not _END:
            yield event  # type: ignore[misc]


def _document(passage: Passage) -> Document:
    piece = passage.chunk
    return Document(
        page_content=piece.text,
        metadata={
            "article_id": piece.article_id,
            "title": passage.title,
            "section": list(piece.path),
            "url": passage.url,
            "start": piece.start,
            "end": piece.end,
            "score": passage.score,
        },
    )


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
