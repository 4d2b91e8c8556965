"""Stream an answer in a chat model's words: a sentence is shown once it is whole, checked and footnoted.

A sentence must name at least one key that was given out, hold no markup and no address, and be supported by what it
cites; otherwise it is dropped. Shown are the model's words, escaped, and the blog's sentences that support them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from bot.answer.citations import link, verify
from bot.retrieve.corpus import Corpus
from bot.text.markdown import escape
from bot.text.tokens import stems
from bot.types import Citation, Passage, Token
from bot.write.chat_model import ChatModel, build_prompt
from bot.write.model_output import ModelSentence, is_clean, split_sentences
from bot.write.verify import PreparedPassage, Source, judge, prepare
from ingest.article import Article, embedding_text
from ingest.embedder import Embedder
from ingest.errors import ModelError

log = logging.getLogger("footnote")
MAX_SENTENCES = 12  # of an answer
_REFERS_BACK = re.compile(
    r"(?:it|its|this|that|these|those|they|their|them|he|she|his|her|such|both|the (?:former|latter|same|other)|here|there|then"
    r"|afterwards|instead|otherwise|however|also|so|but|and|or)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """The text of an answer and its citations; complete: nothing is to follow."""

    text: str = ""
    citations: tuple[Citation, ...] = ()
    complete: bool = False


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence that passed, as Markdown with its markers and what separates it from the text before."""

    text: str
    citations: tuple[Citation, ...]


def word(
    model: ChatModel, query: str, passages: Sequence[Passage], *, corpus: Corpus, embedder: Embedder
) -> Generator[Token, None, Written]:
    """Let the model answer from the passages, sentence by sentence, each checked before it is yielded.

    Args:
        model: The owner's chat model.
        query: The standalone question.
        passages: What the model may use, best first.
        corpus: The index that the passages come from, for their articles.
        embedder: The model of the index, for the token vectors of the passages and of what is written.

    Yields:
        The answer's text in pieces.

    Returns:
        What was yielded; incomplete if the model failed or stalled, or if nothing passed.
    """
    prompt = build_prompt(query, passages)
    prepared = prepare_all(prompt.keys, corpus.articles, embedder)
    text, citations = "", tuple[Citation, ...]()
    try:
        with closing(model.stream(prompt)) as pieces:
            for sentence in check_stream(pieces, prepared, corpus.articles, embedder):
                text, citations = text + sentence.text, citations + sentence.citations
                yield Token(sentence.text, citations=sentence.citations)
    except ModelError as error:
        log.warning("%s; quotes are shown instead", error)
        return Written(text, citations)
    if not text:
        log.info("no sentence of the chat model is supported; quotes are shown instead")
    return Written(text, citations, bool(text))


def prepare_all(
    keys: Mapping[str, Passage], articles: Mapping[str, Article], embedder: Embedder
) -> dict[str, PreparedPassage]:
    """Each key's passage, ready for the check, which needs more of token vectors than the index keeps."""
    _, tokens = embedder.embed_tokens([embedding_text(p.title, p.chunk)[0] for p in keys.values()])
    return {
        key: prepare(passage, its, articles[passage.chunk.article_id])
        for (key, passage), its in zip(keys.items(), tokens, strict=True)
    }


def check_stream(
    pieces: Iterable[str],
    prepared: Mapping[str, PreparedPassage],
    articles: Mapping[str, Article],
    embedder: Embedder,
) -> Iterator[CheckedSentence]:
    """The sentences that may be shown, in order; the texts joined hold every citation's marker once.

    A sentence that refers back ("It ...") is shown only after its predecessor, and only if it is
    about the same article.
    """
    shown: set[frozenset[str]] = set()
    citations: tuple[Citation, ...] = ()
    text, before, item = "", "", False
    for one in split_sentences(pieces):
        sources = _sources(one, prepared, embedder)
        words = frozenset(stems(one.text))
        here = sources[0].passage.chunk.article_id if sources else ""
        if not sources or words in shown or (_REFERS_BACK.match(one.text) and here != before):
            before = ""
            continue
        cited = _cite(sources, articles, len(citations))
        piece = _piece(one, cited, first=not text, in_list=item)
        if not verify(text + piece, citations + cited, articles):
            continue
        text, citations, before, item = text + piece, citations + cited, here, one.item
        shown.add(words)
        yield CheckedSentence(piece, cited)
        if len(shown) == MAX_SENTENCES:
            return


def _piece(one: ModelSentence, cited: Sequence[Citation], *, first: bool, in_list: bool) -> str:
    """The Markdown of a sentence. in_list: the sentence before it belongs to a list."""
    separator = "" if first else "\n" if one.item and in_list and one.line else "\n\n" if one.line else " "
    marks = " ".join(f"[{c.number}]" for c in cited)
    lead = "- " if one.item and (one.line or not in_list) else ""
    return f"{separator}{lead}{escape(one.text)} {marks}"


def _sources(
    one: ModelSentence, prepared: Mapping[str, PreparedPassage], embedder: Embedder
) -> tuple[Source, ...]:
    """The sentences of the blog that support it, () if it may not be shown."""
    if not one.keys or not all(key in prepared for key in one.keys) or not is_clean(one.text):
        return ()
    _, tokens = embedder.embed_tokens([one.text])
    return judge(one.text, tokens[0], [prepared[key] for key in one.keys]).sources


def _cite(sources: Sequence[Source], articles: Mapping[str, Article], before: int) -> tuple[Citation, ...]:
    return tuple(
        Citation(
            number,
            s.passage,
            s.text,
            s.start,
            s.end,
            link(articles[s.passage.chunk.article_id], s.start, s.end),
        )
        for number, s in enumerate(sources, before + 1)
    )
