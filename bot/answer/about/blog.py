"""Questions about the blog as a collection: what there is on a topic, how many posts.

Answered from titles, headings, tags and dates; each line cites its post or section with an empty quote. "What does the
blog say about X?" is none of them: it wants sentences.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from bot.answer import phrases
from bot.answer.citations import Evidence, Line
from bot.retrieve import of_article
from bot.text.tokens import content_stems, stem, stems
from bot.types import Passage
from ingest.article import Article, Chunk

_MAX_LISTED = 8  # posts or sections that are listed
POSTS = r"(?:blog ?posts?|posts?|articles?|guides?|pieces?|pages?|entries|write-?ups?)"
_HERE = r"(?:\s+(?:here|there|(?:on|in|at|of) (?:this|the|your) (?:blog|site|website|page)|so far|in total|altogether|all together|now))*"
_PLEASE = r"\W*(?:(?:hi|hello|hey|ok|okay|so|and|please|can you|could you|would you|i want to (?:know|see)|tell me|just)\b\W*)*"
_END = r"\W*(?:(?:please|thanks|thank you)\W*)?"
_COUNT = re.compile(
    rf"{_PLEASE}how many {POSTS}(?: (?:are there|is there|do you have|have you (?:got|written|published|posted)|did you (?:write|publish)"
    rf"|does (?:this|the|your) (?:blog|site) have|exist|have been (?:written|published)|you have))?{_HERE}{_END}",
    re.IGNORECASE,
)
_ALL = re.compile(
    rf"{_PLEASE}(?:(?:list|show|name|give)(?: me)?(?: all)?(?: (?:of )?(?:the|your))?|(?:what|which)(?: are)?(?: all)?(?: (?:of )?(?:the|your))?|all(?: the| your)?)"
    rf" (?:{POSTS}|titles?|topics|subjects|table of contents|list of {POSTS}|titles? of (?:all |the |your )*{POSTS})"
    rf"(?: (?:are there|do you have|have you (?:got|written)|(?:do you|does (?:this|the) (?:blog|site)) (?:cover|have|write about|talk about)|exist))?{_HERE}{_END}"
    rf"|{_PLEASE}what(?:['’]?s| is) (?:this|the|your) (?:blog|site|website)(?: all)? about{_END}"
    rf"|{_PLEASE}what (?:do you|does (?:this|the|your) (?:blog|site)) (?:write|blog|talk|have) about{_HERE}{_END}"
    rf"|{_PLEASE}what can i (?:read|find|ask|ask you|learn)(?: about)?{_HERE}{_END}",
    re.IGNORECASE,
)
_ON = r"(?:on|about|regarding|concerning|covering|mentioning|dealing with|related to|that (?:mention|cover|discuss|talk about|deal with))"
_TOPIC = re.compile(
    rf"{_PLEASE}(?:what (?:all )?(?:do you have|have you(?: got| written| published| posted)?|is there|else is there|did you write|has been written){_HERE} {_ON}"
    rf"|(?:which|what)(?: of (?:the|your))? {POSTS}(?: (?:are there|are|is|do you have|have you(?: got| written)?|did you write|does (?:this|the) blog have))?{_HERE}"
    rf" (?:{_ON}|(?:talk|write|go|deals?|speaks?|talks?)(?: about| into| with| of)|mentions?|covers?|discuss(?:es)?)"
    rf"|(?:do you have|have you (?:got|written|posted|published)|is there|are there|got|did you write|you have){_HERE} (?:anything|something|any|an?|other|more|some|stuff|much)"
    rf"(?: (?:more|else|other))?(?: {POSTS}|information|info|stuff)?{_HERE} (?:written )?{_ON}"
    rf"|(?:(?:list|show|find|give|send|recommend|see)(?: me)? )?(?:all |everything |anything )?(?:of )?(?:the |your |some |an? |any )?(?:(?:{POSTS}|everything|anything|stuff)(?: you have)?{_HERE} {_ON})"
    rf"|where (?:can|do|could) i (?:read|find|learn)(?: out)?(?: something| more| anything)? (?:on|about)"
    rf"|(?:(?:what(?:['’]?s| is)|give me|send me|share|show me|is there|do you have|where(?:['’]?s| is)) )?(?:(?:the|an?) )?(?P<link>link|url|address)s? (?:to|of|for) (?:(?:the|your|an?|that) )?(?:{POSTS} {_ON}))"
    r" (?:the |your |an? )?(?P<topic>[^?!.]{2,80}?)" + _HERE + _END,
    re.IGNORECASE,
)
_KIND = re.compile(
    rf"{_PLEASE}(?:(?:list|show|name|give)(?: me)?|what|which)(?: all)?(?: (?:of )?(?:the|your))? (?P<topic>[\w’'-]+(?: [\w’'-]+)??) (?:{POSTS}|recipes)"
    rf"(?: (?:are there|do you have|have you (?:got|written)))?{_HERE}{_END}",
    re.IGNORECASE,
)
_EMPTY = frozenset(
    map(stem, "topic subject anything something everything thing else other stuff blog".split())
)
_NO_TOPIC = re.compile(r"\b(?:this|that|it|these|those|them)\b", re.IGNORECASE)


def catalogue(question: str, articles: Mapping[str, Article], chunks: Sequence[Chunk]) -> list[Line] | None:
    """The lines that answer a question about the blog as a whole; None if it is none.

    A single note if there is nothing to list. The question as it was asked, without what a
    conversation added.
    """
    if not articles:
        return None
    own = re.sub(r"\s*\([^()]*\)\s*$", "", question)
    count, every, kind, m = (pattern.fullmatch(own) for pattern in (_COUNT, _ALL, _KIND, _TOPIC))
    if not (count or every or kind or m):
        return None
    dated = sorted(articles.values(), key=lambda a: phrases.age(a.published))
    if count:
        text = f"{phrases.counted(len(dated))} {phrases.newest(dated[0], alone=len(dated) == 1)}"
        return [about_line(text, dated[0], chunks)]
    if every:
        head = [Line("note", (), text=phrases.counted(len(dated)))]
        return head + entries([(a, None) for a in dated], chunks)
    named = set(content_stems(kind["topic"])) - _EMPTY if kind else set()
    if named and (found := on_topic(named, dated, chunks)):
        return entries(found, chunks)
    topic = m["topic"].strip() if m else ""
    wanted = {s for s in content_stems(topic) if s not in _EMPTY}
    if not m or not wanted or (_NO_TOPIC.search(topic) and len(wanted) < 2):
        return None
    found = on_topic(wanted, dated, chunks)
    return entries(found, chunks) if found else [Line("note", (), text=phrases.nothing_on(topic))]


def on_topic(
    wanted: set[str], articles: Sequence[Article], chunks: Sequence[Chunk]
) -> list[tuple[Article, Chunk | None]]:
    """Posts about it by title or tags, then sections by heading, then those that mention it more than once."""
    whole = [
        a for a in articles if wanted <= set(stems(a.title)) or any(wanted <= set(stems(t)) for t in a.tags)
    ]
    ids = {a.id for a in whole}
    headed: list[tuple[Article, Chunk | None]] = []
    mentioning: list[tuple[Article, Chunk | None]] = []
    by_id = {a.id: a for a in articles}
    for chunk in chunks:
        if chunk.article_id in ids or chunk.article_id not in by_id:
            continue
        article = by_id[chunk.article_id]
        if not _may_have(f"{article.title} {' '.join(chunk.path)} {chunk.text}", wanted):
            continue
        if wanted <= set(stems(" ".join((article.title, *chunk.path)))):
            # A heading and those under it are one place.
            if not any(c and a is article and c.path == chunk.path[: len(c.path)] for a, c in headed):
                headed.append((article, chunk))
        else:
            body = [s for s in stems(chunk.text) if s in wanted]
            if all(body.count(s) >= 2 for s in wanted) and not any(
                a is article for a, _ in (*headed, *mentioning)
            ):
                mentioning.append((article, chunk))
    return [*((a, None) for a in whole), *headed, *mentioning]


def _may_have(text: str, wanted: set[str]) -> bool:
    """Has a text anything that begins like each stem? Stemming all of a large blog takes seconds."""
    folded = text.casefold()
    if not folded.isascii():  # stems have no accents
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return all(s[: max(3, len(s) - 1)] in folded for s in wanted)


def entries(found: Sequence[tuple[Article, Chunk | None]], chunks: Sequence[Chunk]) -> list[Line]:
    """A list of posts, or of sections of posts; of a long one how many more there are."""
    lines = []
    for article, chunk in found[:_MAX_LISTED]:
        heading = chunk.path[-1] if chunk is not None and chunk.path else ""
        passage = (
            passage_for(article, chunks) if chunk is None else Passage(chunk, article.title, article.url, 0.0)
        )
        lines.append(Line("entry", (Evidence(passage, 0, 0),), text=phrases.title(article, heading)))
    if len(found) > _MAX_LISTED:
        lines.append(Line("note", (), text=phrases.more(len(found) - _MAX_LISTED)))
    return lines


def entry_line(text: str, article: Article, chunks: Sequence[Chunk]) -> Line:
    """As about_line(), as an item of a list."""
    return Line("entry", (Evidence(passage_for(article, chunks), 0, 0),), text=text)


def about_line(text: str, article: Article, chunks: Sequence[Chunk]) -> Line:
    """Text about a post as such, citing it."""
    return Line("about", (Evidence(passage_for(article, chunks), 0, 0),), text=text)


def passage_for(article: Article, chunks: Sequence[Chunk]) -> Passage:
    """The passage that represents an article as such: its first."""
    chunk = next(iter(of_article(chunks, article.id)), Chunk(article.id, 0, (), "", 0, 0))
    return Passage(chunk, article.title, article.url, 0.0)
