"""Answers as texts that only our servers can write, so that any of them takes a vote on an answer that another one gave.

Such a text holds all that a vote and the window need of the answer, compressed and signed with a key that all servers derive
from the owner's token. Nothing of it is stored on a server: the client has it, as the id of its answer.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from itsdangerous import BadData, URLSafeTimedSerializer

from bot.server.guard.owner_token import derived_key
from bot.types import Answer, Citation, Passage
from ingest.article import Chunk

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.server.feedback.recent_answers import RecentAnswer

DAYS = 7  # for which a vote is taken
MAX_ID = 64_000  # characters of an id that are looked at


class AnswerSigner:
    """Writes and reads ids of answers: the short one, a dot, and the answer.

    Args:
        key: The same for all servers.
    """

    def __init__(self, key: bytes) -> None:
        self._serializer = URLSafeTimedSerializer(
            key, "footnote.answers", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def write(self, recent: RecentAnswer) -> str:
        """The id that a client gets."""
        return f"{recent.id}.{self._serializer.dumps(_packed(recent))}"

    def read(self, answer_id: str, within: float = DAYS * 86_400) -> RecentAnswer | None:
        """The answer of an id; None for what we did not write, or more than some seconds ago."""
        short, _, signed = answer_id[:MAX_ID].partition(".")
        try:
            recent = _unpacked(self._serializer.loads(signed, max_age=within))  # type: ignore[arg-type]  # it compares only
        except (BadData, UnicodeError):
            return None
        return recent if recent.id == short else None


def open_signer(config: BotConfig) -> AnswerSigner | None:
    """The one of servers that share their votes and the owner's token; None for a server that is alone."""
    token = config.owner_token.get_secret_value()
    return AnswerSigner(derived_key(token, f"answers/{config.blog}")) if token and config.database else None


def _packed(recent: RecentAnswer) -> list[Any]:
    answer = recent.answer
    citations = [
        [c.number, c.passage.chunk.article_id, c.passage.chunk.path, c.passage.title, c.passage.url, c.quote, c.start, c.end, c.link]
        for c in answer.citations
    ]  # fmt: skip
    return [
        recent.id, recent.generation, list(recent.about.items()), answer.question, answer.standalone, answer.text,
        citations, answer.status, answer.answerable, answer.suggestions,
    ]  # fmt: skip


def _unpacked(packed: list[Any]) -> RecentAnswer:
    from bot.server.feedback.recent_answers import RecentAnswer

    known, generation, about, question, standalone, text, citations, status, answerable, suggestions = packed
    answer = Answer(
        question, standalone, text, tuple(_citation(*one) for one in citations), status, answerable, tuple(suggestions)
    )  # fmt: skip
    return RecentAnswer(known, answer, generation, {key: tuple(values) for key, values in about})


def _citation(
    number: int, article_id: str, path: list[str], title: str, url: str | None, quote: str, start: int, end: int, link: str | None
) -> Citation:  # fmt: skip
    """With no more of its passage than the quote."""
    chunk = Chunk(article_id, 0, tuple(path), quote, start, end)
    return Citation(number, Passage(chunk, title, url, 0.0), quote, start, end, link)
