"""An answer in a chat model's words: asked, checked while it streams, and told what became of it.

What this file does not know: how a model is reached (llm.py), how a sentence is checked (written.py).
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from bot.retrieve import Corpus
from bot.types import Citation, Passage, Token
from ingest.embedder import Embedder
from ingest.errors import ModelError

if TYPE_CHECKING:
    from bot.write.chat_model import Writer

log = logging.getLogger("footnote")


def worded(
    writer: Writer | None, question: str, passages: Sequence[Passage], *, corpus: Corpus, embedder: Embedder
) -> Generator[Token, None, tuple[str, tuple[Citation, ...], bool]]:
    """What the chat model writes and its passages bear out, and its citations.

    Last: whether that is the answer; else (no model, no passages, it failed or stalled, nothing was
    borne out) quotes are to follow.
    """
    if writer is None or not passages:
        return "", (), False
    from bot.write.chat_model import ask
    from bot.write.checked_stream import checked, grounds_of

    asked = ask(question, passages)
    blobs = corpus.store.tokens([p.chunk.id for p in asked.keys.values()])
    grounds = grounds_of(asked.keys, blobs, corpus.articles)
    text, citations = "", tuple[Citation, ...]()
    try:
        with closing(writer.stream(asked)) as pieces:
            for shown in checked(pieces, grounds, corpus.articles, embedder):
                text, citations = text + shown.text, citations + shown.citations
                yield Token(shown.text)
    except ModelError as error:
        log.warning("%s; quotes are shown instead", error)
        return text, citations, False
    if not text:
        log.info("nothing that the chat model wrote is borne out; quotes are shown instead")
    return text, citations, bool(text)
