"""Questions about a post itself: who wrote it, when it was published.

Answered from the metadata of the post, which is cited as such. Deliberately narrow: "who wrote this?" is answered with
a name, "is the author a doctor?" is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.answer import phrases
from bot.answer.about.blog import about_line, catalogue, entry_line, on_topic
from bot.answer.about.dates import by_date
from bot.answer.citations import Line
from bot.text.markdown import escape
from bot.text.tokens import content_stems, stems
from ingest.article import Article, Chunk

_POST = r"(?:blog|post|article|piece|page|guide|text|site|story|thing|one)s?"
# What is asked about: the post, or its author; nothing else was "written" or "released" by us.
_NAMED = rf"(?:this|that|these|the|your)(?: [\w'’-]+){{0,4}}? {_POST}\b"
_THIS = rf"(?:{_NAMED}|(?:this|that|these|it)\b)"
_SUBJECT = rf"(?:{_THIS}|(?:you|they|he|she|the (?:author|writer|blogger))\b)"
_ASK = (
    r"^(?:\W*\b(?:so|and|but|ok|okay|hi|hey|hello|please|just|tell|me|us|do|does|you|can|could|know|say|says|it|this|the"
    rf"|i|want|wonder|wondering|to|{_POST})\b)*\W*"
)
_WROTE = r"(?:wrote|written|writes|write|authored|penned|published|posted)"
_AUTHOR = re.compile(
    rf"{_ASK}who(?:['’]?s| is| was| has)? {_WROTE}(?:\W*$| {_THIS}(?:\W*$| (?:about|on|for|and)\b)|.*\b{_NAMED})"
    rf"|{_ASK}who(?:['’]?s| is| was)? (?:made|behind) {_THIS}\W*$"
    rf"|\bwho(?:['’]?s| is| are| was)? (?:the |this |your )?(?:author|writer|blogger)s?\b(?: (?:of|on) {_THIS}.*)?\W*$"
    rf"|{_ASK}(?:author|writer|name)s? (?:of|for|behind) {_THIS}"
    rf"|{_ASK}(?:who did|who(?:['’]?s| is| was)? behind|which (?:author|writer)(?: wrote| did| is behind)) {_NAMED}"
    rf"|{_ASK}who(?:['’]?s| is| was) {_NAMED}.* by\W*$"
    rf"|\b(?:name of the (?:author|writer)|(?:author|writer)(?:['’]s)? name)\b"
    rf"|\bwhom? (?:is|was|were) {_THIS} {_WROTE} by\b|\bby whom (?:is|was|were) {_THIS}"
    rf"|\b{_THIS} (?:was |is )?(?:written|wrote|authored) by\b|\bwritten by who|^(?:the )?(?:author|writer)\??$",
    re.IGNORECASE,
)
_OUT = r"(?:publish\w*|posted|post|written|wrote|write|uploaded|released?|come out|put up|go up|go live)\b"
_DATE = re.compile(
    rf"\bwhen (?:was|were|is|did) {_SUBJECT}[^.?!]*\b{_OUT}"
    rf"|\b(?:what|which) (?:date|day|month|year) (?:(?:was|were|is|did|has) )?(?:{_SUBJECT}[^.?!]*\b)?{_OUT}"
    rf"|\b(?:what|which) (?:date|day|month|year) (?:was|is) {_THIS}(?: from| of)?\W*$"
    rf"|\b(?:publication|publishing|publish|published|posting|post) date\b|\bdate of (?:publication|posting)\b"
    rf"|\bdate (?:of|on) {_THIS}(?: (?:about|on|for|called) [^.?!]+)?\W*$|^(?:date )?(?:posted|published)\b\W*(?:when|date)?\W*$"
    rf"|\bhow (?:old|recent|new) is {_THIS}(?: (?:about|on|for|called) [^.?!]+)?\W*$",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\b(?:stud(?:y|ies)|research|books?|trials?|papers?|journals?)\b", re.IGNORECASE)
_UPDATED = re.compile(r"\b(?:updated?|edited|changed|revised|modified)\b", re.IGNORECASE)


def wanted(question: str) -> str | None:
    """ "author" or "published" if that is what is asked, else None."""
    if _UPDATED.search(question) or _OTHERS.search(question):
        # When a post was last changed is not recorded, and the date it came out is no answer; nor is
        # anything of it one to who wrote the study it describes.
        return None
    if _AUTHOR.search(question):
        return "author"
    return "published" if _DATE.search(question) else None


def sentence(article: Article, what: str, question: str = "") -> str | None:
    """One sentence of Markdown, without marker; None if the post does not say.

    A post dated without a year ("Jun 9") does not say in which year it came out.
    """
    title = f"“{escape(article.title)}”"
    if what == "author" and article.author:
        return f"{title} was written by {escape(article.author)}."
    if what == "published" and article.published:
        day = phrases.written_out(article.published)
        if re.search(r"\byear\b", question, re.IGNORECASE) and not re.search(r"\d{4}", day):
            return None
        return f"{title} was published {'in' if day.isdigit() else 'on'} {escape(day)}."
    return None


# "the post on foam rolling", "this hamstring article": what a post that is spoken of is about.
_ABOUT = re.compile(
    rf"\b{_POST} (?:(?:that is|which is|you wrote|written) )?(?:about|on|called|titled|named|for) (?:the |your |an? )?[\"“']?(.+?)[\"”']?(?: (?:was|were|come|came|get|got|been|by|originally|first))*(?: {_OUT})?\W*$"
    rf"|\b(?:this|that|the|your) ((?:(?!(?:of|author|writer|date|name)\b)[\w'’-]+ ){{1,4}}?){_POST}\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\(([^()]*)\)\s*$")
_LISTED = 8


def about_the_blog(
    question: str, articles: Mapping[str, Article], chunks: Sequence[Chunk]
) -> list[Line] | None:
    """The lines that answer a question about posts as such; None if it asks what they say.

    Lines without a citation say that the blog has no record of it.
    """
    own = _ASIDE.sub("", question).strip() or question
    asked = own.casefold()
    by_title = [a for a in articles.values() if a.title.casefold() in asked and len(a.title.split()) > 1]
    if by_title and (
        what := wanted(re.sub(re.escape(by_title[0].title), "this post", own, flags=re.IGNORECASE))
    ):
        return metadata_lines(by_title[:1], what, own, chunks)
    if listed := by_date(own, articles, chunks):
        return listed
    what = wanted(own)
    if what is None:
        return catalogue(own, articles, chunks)
    dated = sorted(articles.values(), key=lambda a: phrases.age(a.published))
    if topic := topic_of(own):
        meant = _meant(topic, dated, chunks, part=0.5)
        if not meant:
            return [Line("note", (), text=phrases.nothing_on(topic))]
        return metadata_lines(meant[:1], what, own, chunks)
    aside = _ASIDE.search(question)
    meant = _meant(aside[1], dated, chunks, part=0.0)[:1] if aside else []
    return metadata_lines(meant or dated, what, own, chunks)


def topic_of(question: str) -> str:
    """What the post is about that a question speaks of: "the post on foam rolling"; "" if it names nothing."""
    return next(
        (g.strip() for m in _ABOUT.finditer(question) for g in m.groups() if g and content_stems(g)), ""
    )


def _meant(topic: str, articles: Sequence[Article], chunks: Sequence[Chunk], *, part: float) -> list[Article]:
    """The posts about something, best first: by title, tags and headings, or by more than this part of its words."""
    words = set(content_stems(topic))
    if found := [article for article, _ in on_topic(words, articles, chunks)]:
        return found
    near = [(len(words & set(stems(" ".join((a.title, *a.tags))))), a) for a in articles]
    return [a for n, a in sorted(near, key=lambda pair: -pair[0]) if n > part * len(words)]


def metadata_lines(meant: Sequence[Article], what: str, question: str, chunks: Sequence[Chunk]) -> list[Line]:
    known = [(a, text) for a in meant if (text := sentence(a, what, question))]
    if not known:
        return [Line("note", (), text=phrases.no_record(what))]
    first, text = known[0]
    if what == "author" and len(known) == len(meant) > 1 and len({a.author for a, _ in known}) == 1:
        return [about_line(phrases.all_by(first.author or ""), first, chunks)]
    if len(known) == 1:
        return [about_line(text, first, chunks)]
    return [entry_line(text, a, chunks) for a, text in known[:_LISTED]]
