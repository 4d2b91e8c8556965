"""The text of an answer: what the chat model words and the blog supports, or the blog's own sentences."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from bot.answer import Draft, quote, wordable
from bot.retrieve import Corpus
from bot.types import Token
from bot.write.chat_model import ChatModel
from bot.write.checked_stream import Written, word
from ingest.embedder import Embedder


def write(
    model: ChatModel | None, query: str, drafts: Sequence[Draft], *, corpus: Corpus, embedder: Embedder
) -> Generator[Token, None, Written]:
    """Word the answer that was drafted; without a model, or where it fails, quote it.

    Args:
        model: The owner's chat model, or None.
        query: The standalone question.
        drafts: One for each question of the message, in order.
        corpus: The index that the drafts are from, for articles and stored token vectors.
        embedder: The model of the index, for the token vectors of what is written.

    Yields:
        The answer's text in pieces.

    Returns:
        The text and its citations, verified. Without citations nothing was yielded: the text then says what the blog
        lacks, or is "".
    """
    shown = Written()
    if model and (passages := wordable(drafts)):
        shown = yield from word(model, query, passages, corpus=corpus, embedder=embedder)
    if shown.complete:
        return shown
    quoted = quote(drafts, corpus.articles, shown=shown.text, citations=shown.citations)
    if quoted.citations:
        yield from (Token(piece, citations=quoted.citations) for piece in quoted.pieces)
    return Written(quoted.text, quoted.citations, complete=True)
