"""The tools as assistants see them: names, descriptions, schemas; and what each of them does.

search and fetch have the shapes that ChatGPT's connectors and deep research require: one JSON text, and the same as
structured content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from anyio.to_thread import run_sync

from bot.problems import Problem, Refused
from bot.server.protocols.evidence import text_sha256, with_evidence
from bot.server.protocols.linked_text import linked
from bot.server.request_body import read_turns
from bot.text.printable import replace_lone_surrogates
from ingest.errors import FootnoteError, NotInIndex

if TYPE_CHECKING:
    from bot.pipeline import Bot
    from bot.server.answer_json import ToPayload
    from bot.server.question_queue import QuestionQueue
    from ingest.article import Article

PASSAGES = 20  # that are searched; several may be of one post
SNIPPET = 500  # characters of a result's text
_STRING: dict[str, Any] = {"type": "string"}
_OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}


@dataclass(frozen=True, slots=True)
class Blog:
    """What the tools work on.

    Attributes:
        queue: The questions, with their limits, and the bot.
        to_payload: Gives an answer as /api/ask does.
        title: Of the blog, for the descriptions.
        max_history: Turns that are looked at.
    """

    queue: QuestionQueue
    to_payload: ToPayload
    title: str
    max_history: int


@dataclass(frozen=True, slots=True)
class Caller:
    """address: the client's, for its limits. server: this server's address with a final slash, "" if there is none."""

    address: str | None = None
    server: str = ""


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """texts: for people and models, in order. data: for programs."""

    texts: tuple[str, ...]
    data: dict[str, Any]


def _object(properties: dict[str, Any], *required: str, closed: bool = False) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {**schema, "additionalProperties": False} if closed else schema


_RESULT = _object({"id": _STRING, "title": _STRING, "url": _STRING, "text": _STRING}, "id", "title", "url")
_CITATION = _object(
    {
        "number": {"type": "integer"},
        "article_id": _STRING,
        "title": _STRING,
        "section": {"type": "array", "items": _STRING},
        "url": _OPTIONAL,
        "link": {**_OPTIONAL, "description": "url with a text fragment that highlights the quote"},
        "quote": {**_STRING, "description": "verbatim: text[start:end] of the article"},
        "start": {"type": "integer"},
        "end": {"type": "integer"},
        "text_sha256": {
            **_OPTIONAL,
            "description": "SHA-256 of the article's text that fetch returns, in UTF-8",
        },
    },
    *("number", "article_id", "title", "url", "link", "quote", "start", "end", "text_sha256"),
)
_TURN = _object({"role": {"enum": ["user", "assistant"]}, "content": _STRING}, "role", "content")


@dataclass(frozen=True, slots=True)
class ToolDescription:
    """A tool before it is called. about: with {title} for the blog's name."""

    name: str
    title: str
    about: str
    takes: dict[str, Any]
    gives: dict[str, Any]


TOOLS = (
    ToolDescription(
        "search",
        "Search the blog",
        "Search the posts of the blog “{title}”. Returns the posts that fit best, with the passage of each that was found; "
        "whether a passage answers is not checked (ask does that). Use fetch for a whole post. If the result has “urgent”, "
        "show that message first and unchanged.",
        _object(
            {"query": {**_STRING, "description": "What to look for, in natural words."}}, "query", closed=True
        ),
        _object({"urgent": _STRING, "results": {"type": "array", "items": _RESULT}}, "results"),
    ),
    ToolDescription(
        "fetch",
        "Read a post",
        "The full text of one post of the blog “{title}”, by the id that search or ask returned.",
        _object({"id": {**_STRING, "description": "The id of a search result."}}, "id", closed=True),
        _object(
            {
                "id": _STRING,
                "title": _STRING,
                "text": _STRING,
                "url": _STRING,
                "metadata": {"type": "object"},
            },
            *("id", "title", "text", "url", "metadata"),
        ),
    ),
    ToolDescription(
        "ask",
        "Ask the blog",
        "Ask the blog “{title}” a question. The answer is made of the blog's own sentences, each with a citation: link, "
        "verbatim quote, offsets, hash of the text. status “abstained” means that the blog does not say; do not fill that "
        "in. status “urgent” means that somebody may need medical help now: show the first text first and unchanged.",
        _object(
            {
                "question": {**_STRING, "description": "One question, as a reader would ask it."},
                "history": {"type": "array", "items": _TURN, "description": "Earlier turns, oldest first."},
            },
            "question",
            closed=True,
        ),
        _object(
            {
                "question": _STRING,
                "standalone": _STRING,
                "status": {"enum": ["answered", "abstained", "urgent", "chat"]},
                "text": {
                    **_STRING,
                    "description": "Markdown with markers such as [1], one for each citation",
                },
                "citations": {"type": "array", "items": _CITATION},
                "answerable": {"type": "number"},
                "suggestions": {"type": "array", "items": _STRING},
                "generation": {**_STRING, "description": "of the index; it changes when a post does"},
            },
            *("status", "text", "citations", "suggestions", "generation"),
        ),
    ),
)
NAMES = tuple(tool.name for tool in TOOLS)


async def call(name: str, arguments: Mapping[str, Any], blog: Blog, caller: Caller) -> ToolOutput:
    """Call one of TOOLS.

    Raises:
        Refused: An argument is wrong, or a limit is reached.
        FootnoteError: As Bot.stream() raises it; NotInIndex for an unknown id.
    """
    known = next(tool.takes["properties"] for tool in TOOLS if tool.name == name)
    for argument in arguments:
        if argument not in known:
            _refuse(f"{name} takes no argument of this name; it takes {' and '.join(known)}.")
    if name == "search":
        query = _text(arguments, "query")
        search = partial(_search, blog.queue, query, caller.server)
        found = await blog.queue.run(search, address=caller.address, label=query)
        return _as_json(found)
    if name == "fetch":
        return _as_json(await run_sync(_fetch, blog.queue.bot, _text(arguments, "id"), caller.server))
    question, history = _text(arguments, "question"), read_turns(arguments.get("history"), blog.max_history)
    answer = await blog.queue.answer(question, history, address=caller.address)
    data = await run_sync(with_evidence, blog.queue.bot, answer, blog.to_payload)
    text, _ = linked(answer)
    if answer.suggestions:
        text += "\n\nQuestions that this blog answers:\n" + "\n".join(
            f"- {one}" for one in answer.suggestions
        )
    return ToolOutput((text, _json(data)), data)


def _search(queue: QuestionQueue, query: str, server: str) -> dict[str, Any]:
    bot, results = queue.bot, dict[str, dict[str, Any]]()
    urgent = bot.urgent(query)
    try:
        if reason := queue.paused():
            raise reason
        for passage in bot.passages(query, k=PASSAGES):
            article_id = passage.chunk.article_id
            address = _address(article_id, passage.url, server)
            result = {
                "id": article_id,
                "title": passage.title,
                "url": address,
                "text": passage.chunk.text[:SNIPPET],
            }
            results.setdefault(article_id, result)
    except FootnoteError:
        if not urgent:
            raise
    first = (
        {"urgent": urgent} if urgent else {}
    )  # the first thing in the one text that these tools may return
    return {**first, "results": list(results.values())}


def _fetch(bot: Bot, article_id: str, server: str) -> dict[str, Any]:
    article = _article(bot, article_id)
    about = {"author": article.author, "published": article.published}
    metadata = {key: value for key, value in about.items() if value}
    metadata |= {"text_sha256": text_sha256(article), "generation": bot.generation()}
    address = _address(article.id, article.url, server)
    return {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "url": address,
        "metadata": metadata,
    }


def _article(bot: Bot, article_id: str) -> Article:
    """Models give back links of citations as ids, too."""
    try:
        return bot.article(article_id)
    except NotInIndex:
        if "#" not in article_id:
            raise
        return bot.article(article_id.partition("#")[0])


def _address(article_id: str, url: str | None, server: str) -> str:
    """Of a post; one without an address of its own is shown by this server. Assistants cite nothing without."""
    if url or not server:
        return url or ""
    return f"{server}api/articles/{quote(article_id, safe='')}"


def _as_json(data: dict[str, Any]) -> ToolOutput:
    return ToolOutput((_json(data),), data)


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)


def _text(arguments: Mapping[str, Any], name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value.strip():
        _refuse(f'"{name}" must be there, and be a text that is not empty.')
    return replace_lone_surrogates(value)


def _refuse(message: str) -> NoReturn:
    raise Refused(Problem(422, "bad_arguments", message))
