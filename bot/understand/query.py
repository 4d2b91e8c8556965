"""From a message and its conversation to a query, or to an answer that needs no search."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.retrieve import Corpus
from bot.text.subjects import Subject
from bot.text.tokens import stem
from bot.types import NO_CONTEXT, Answer, Query, Question, Turn
from bot.understand.blog_names import BlogNames, names_of
from bot.understand.clean import focus, plain_words, tidy
from bot.understand.context import context_of
from bot.understand.follow_up import completed
from bot.understand.language import language_of, reply_if_foreign
from bot.understand.named_topic import names_a_topic
from bot.understand.replies import Kind, Replies
from bot.understand.spelling import correct
from bot.understand.split_questions import parts_of
from ingest.article import Article
from ingest.embedder import Embedder

_WHEN_OR_WHO = re.compile(
    r"^(?:and |so |ok )*(?:when|who|what date|which post)(?: (?:was|is) (?:that|this|it))?\W*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Blog:
    """What understanding needs to know of one generation of a blog.

    Attributes:
        articles: By their ids; their titles and sentences are what a follow-up can point at.
        trails: Gives of each passage its article's id and its heading trail.
        vocabulary: Every word of the passages, folded.
        adjacent: Does the blog write these two folded words one after the other?
        is_common: Is a folded word common in English, as far as the embedding model knows?
        english_only: Turn questions in other languages away, since the embedding model cannot read them.
        subject: The words of its subject.
    """

    articles: Mapping[str, Article]
    trails: Callable[[], Iterable[tuple[str, Sequence[str]]]]
    vocabulary: Collection[str]
    adjacent: Callable[[str, str], bool]
    is_common: Callable[[str], bool]
    english_only: bool
    subject: Subject

    @cached_property
    def names(self) -> BlogNames:
        """What the titles and headings name; found when a conversation first needs it."""
        return names_of(self.articles.values(), self.trails())

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the vocabulary."""
        return frozenset(stem(word) for word in self.vocabulary)

    @cached_property
    def language(self) -> str:
        """The ISO 639-1 code of the language that most articles are in."""
        return language_of(article.text for article in self.articles.values())


def blog_of(corpus: Corpus, embedder: Embedder, *, english_only: bool, subject: Subject) -> Blog:
    """What understanding needs to know of a corpus."""
    return Blog(
        articles=corpus.articles,
        trails=corpus.chunks.trails_by_article,
        vocabulary=corpus.keywords.vocabulary,
        adjacent=corpus.together,
        is_common=lambda word: embedder.count(word) == 1,
        english_only=english_only and bool(corpus.chunks),
        subject=subject,
    )


def reply_to_small_talk(message: str, replies: Replies, *, longest: int) -> Answer | None:
    """The reply to a message that asks nothing of the blog: it needs no index.

    Args:
        message: As the client sent it.
        replies: The fixed replies.
        longest: Characters that a message may have.

    Raises:
        QuestionError: Nothing in the message is a question.
        QuestionTooLong: The message has more than `longest` characters.
    """
    text = tidy(message, longest=longest)
    kind = replies.find(text)
    if kind is None or kind.otherwise or kind.about_last:
        return None
    return Answer(message, text, kind.reply, (), "chat", 0.0)


def understand(
    message: str, history: Sequence[Turn], blog: Blog, replies: Replies, *, longest: int
) -> Query | Answer:
    """Find out what a message asks.

    Args:
        message: As the client sent it.
        history: The turns before it, oldest first; not to be trusted.
        blog: The blog that is asked.
        replies: The fixed replies.
        longest: Characters that a message may have.

    Returns:
        What to look up; a reply to a question in another language, or about a last answer that there is not.

    Raises:
        QuestionError: Nothing in the message is a question.
        QuestionTooLong: The message has more than `longest` characters.
    """
    text = tidy(message, longest=longest)
    if blog.english_only and (
        reply := reply_if_foreign(
            text,
            blog_language=lambda: blog.language,
            vocabulary=blog.vocabulary,
            is_common=blog.is_common,
        )
    ):
        return Answer(message, text, reply, (), "abstained", 0.0)
    kind = replies.find(text) or _of_its_post(text, history, replies)
    if kind and kind.about_last:
        if query := _about_last(text, kind, history, blog, replies):
            return query
        if not kind.otherwise:
            return Answer(message, text, kind.reply, (), "chat", 0.0)
    query = _query(text, history, blog)
    if query.item:
        return query
    if kind:
        return replace(query, otherwise=kind.reply, words=frozenset() if kind.about_last else kind.words)
    if replies.unclear and not names_a_topic(text, query.standalone, blog.stems):
        return replace(query, otherwise=replies.unclear, posts_only=True)
    return query


def _of_its_post(text: str, history: Sequence[Turn], replies: Replies) -> Kind | None:
    """The kind of a bare "when?" after "who wrote that?", which asks about the post as well; None for others."""
    asked = [turn.content for turn in history if turn.role == "user"][-1:]
    before = replies.find(asked[0]) if asked and asked[0].strip() and _WHEN_OR_WHO.match(text) else None
    return before if before and before.name == "about" else None


def _about_last(text: str, kind: Kind, history: Sequence[Turn], blog: Blog, replies: Replies) -> Query | None:
    """The last question that was looked up, with what was typed after it; None if there is none."""
    then = [kind.name]
    for at in range(len(history) - 1, -1, -1):
        turn = history[at]
        if turn.role != "user" or not any(c.isalnum() for c in turn.content):
            continue
        found = replies.find(turn.content)
        if found and found.about_last:
            then.append(found.name)
        elif found is None or found.otherwise:
            earlier = " ".join(turn.content.split())
            return replace(_query(earlier, history[:at], blog), message=text, then=tuple(reversed(then)))
    return None


def query_of(
    message: str, history: Sequence[Turn], blog: Blog, *, longest: int, verbatim: bool = False
) -> Query:
    """As understand(), for a message that is to be looked up whatever it is; verbatim: by its words as they are."""
    if verbatim:
        question = Question(message, message)
        return Query(message, question, (question,), NO_CONTEXT)
    return _query(tidy(message, longest=longest), history, blog)


def _query(text: str, history: Sequence[Turn], blog: Blog) -> Query:
    context = context_of(history, text, blog.subject)
    item, alternative = "", None
    standalone = correct(
        text,
        vocabulary=blog.vocabulary,
        is_common=blog.is_common,
        adjacent=blog.adjacent,
        preferred=context.words,
    )
    if history:
        whole = completed(standalone, history, names=blog.names, articles=blog.articles, subject=blog.subject)
        alternative = question_of(whole.alternative, blog.subject) if whole.alternative else None
        standalone, item = whole.text, whole.item
    parts = tuple(question_of(part, blog.subject) for part in parts_of(standalone))
    return Query(
        text, question_of(standalone, blog.subject), parts, context, alternative=alternative, item=item
    )


def question_of(text: str, subject: Subject) -> Question:
    """A question that is correctly spelt and needs no conversation."""
    return Question(text, plain_words(focus(text), subject))
