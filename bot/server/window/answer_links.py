"""Addresses of shared answers: /a/ and a token of the question, the index's generation, and a digest of the quotes.

Nothing is stored: the token holds the question itself, so anybody can write one. The page at it asks the question
again; the digest says whether its answer is still the one that was shared.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from hashlib import blake2b

from bot.types import Answer

PATH = "/a/"
MAX_QUESTION = 300  # characters of a question that is put into an address
_MAX_BYTES = 4 * MAX_QUESTION
_TOKEN = re.compile(rf"([A-Za-z0-9_-]{{2,{2 * _MAX_BYTES}}})\.([\w-]{{1,60}})\.([0-9a-f]{{16}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """What a token holds. generation: of the index that was asked. digest: of the quotes."""

    question: str
    generation: str
    digest: str


def link_path(answer: Answer, generation: str) -> str:
    """The path of an answer's page, without a slash in front; "" for an answer that has none.

    Only quotes are shared: what is urgent is for the reader alone, and the rest says nothing of the blog.
    """
    question = answer.standalone.strip()
    if answer.status != "answered" or not answer.citations or not 0 < len(question) <= MAX_QUESTION:
        return ""
    if not re.fullmatch(r"[\w-]{1,60}", generation, re.ASCII):
        return ""
    encoded = base64.urlsafe_b64encode(question.encode("utf-8", "replace")).rstrip(b"=").decode()
    return f"{PATH[1:]}{encoded}.{generation}.{digest_of(answer)}"


def read_token(token: str) -> AnswerLink | None:
    """What follows /a/ in an address; None for anything that link_path() does not write."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        question = raw.decode("utf-8")
    except ValueError:
        return None
    if not question.strip() or len(question) > MAX_QUESTION or not question.isprintable():
        return None
    return AnswerLink(question, found[2], found[3])


def digest_of(answer: Answer) -> str:
    """Of the articles and quotes that an answer cites, in their order: 16 hexadecimal digits."""
    digest = blake2b(digest_size=8)
    for citation in answer.citations:
        for part in (citation.passage.chunk.article_id, citation.quote):
            digest.update(part.encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()
