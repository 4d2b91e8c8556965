"""Lay out the sentences that were chosen: whole paragraphs, the best one first, each with what it leans on.

Sentences of one paragraph are quoted side by side in its order. A sentence that refers to the one before it ("Then
…", "This helps because …") brings that one along, and a mere label ("By car.") the one after it. A line before a
paragraph names its post where the quotes do not name what was asked about, and when it was written where entries of
a diary are quoted together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from bot.answer import phrases
from bot.answer.citations import Evidence, Line
from bot.read import ScoredSentence, spans
from bot.text.quantities import quantities
from bot.text.tokens import stems
from bot.understand import topic_stems
from ingest.article import Article, Block, blocks

MAX_QUOTED = 5  # sentences in all, with those that come along
_MOST_BEFORE = 2  # sentences that come along before one
_LABEL = 2  # words: a sentence of so few, without a number, says nothing alone
_DIARY = 0.03  # share of the words of a diary that are its writer's "I" or "my"
_I = re.compile(r"\b(?:I|[Mm]e|[Mm]y)\b")
# "Do not exceed 40 mg.", "Stop if it hurts.": what a dose or a number before it must not be read without.
_LIMIT = re.compile(
    r"(?:please |but |and )?(?:stop|do not|don['’]t|never|avoid)\b.*"
    r"\b(?:if|when|unless|until|after|without|exceed|more|longer|above|over|beyond)\b"
    r"|.*\b(?:(?:no|not) (?:more|longer) than|at (?:the )?most|maximum|upper limit|exceed)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"(?:it|its|this|that|these|those|they|their|he|she|his|her|such|both|the (?:former|latter|same)|here"
    r"|there(?! (?:is|are|was|were)\b))\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:then|so|but|or|instead|otherwise|however|therefore|afterwards?|after that)\b", re.IGNORECASE
)


def paragraphs(
    question: str, chosen: Sequence[ScoredSentence], articles: Mapping[str, Article]
) -> list[Line]:
    """The lines that quote these sentences.

    Args:
        question: What they answer.
        chosen: Best first.
        articles: By id.
    """
    groups: dict[tuple[object, ...], list[ScoredSentence]] = {}
    for one in chosen:
        groups.setdefault(_group(one, articles), []).append(one)
    room = MAX_QUOTED - len(chosen)
    several = len({one.passage.chunk.article_id for one in chosen}) > 1
    lines: list[Line] = []
    shown = ""
    for mine in _post_by_post(groups.values()):
        evidence = {(one.sentence.start, one.sentence.end): _evidence(one) for one in mine}
        for one in mine:
            for beside in _leaned_on(one, articles, after=one is chosen[0]):
                if room > 0 and (beside.start, beside.end) not in evidence:
                    evidence[beside.start, beside.end] = beside
                    room -= 1
        quoted = tuple(evidence[span] for span in sorted(evidence))
        if len(groups) > 1 and len(quoted) == 1 and _is_label(_text(quoted[0], articles)):
            continue
        post = mine[0].passage.chunk.article_id
        if shown != post and mine[0].sentence.kind != "row":  # a table says itself which post it is from
            lines += _lead_in(question, quoted, articles, several=several)
        shown = post
        if len(quoted) > 1 and mine[0].sentence.kind != "paragraph":
            lines += [Line("bullet", (one,)) for one in quoted]
        else:
            lines.append(Line("prose", quoted))
    return lines


def _post_by_post(groups: Collection[list[ScoredSentence]]) -> list[list[ScoredSentence]]:
    """The groups with those of one post together, in the order in which the posts come first."""
    posts = list(dict.fromkeys(mine[0].passage.chunk.article_id for mine in groups))
    return sorted(groups, key=lambda mine: posts.index(mine[0].passage.chunk.article_id))


def _is_label(text: str) -> bool:
    """Is a sentence only the name of what follows it?"""
    return len(text.split()) <= _LABEL and not any(c.isdigit() for c in text)


def _group(one: ScoredSentence, articles: Mapping[str, Article]) -> tuple[object, ...]:
    """What is the same for sentences that are quoted side by side: their paragraph, or the section of their list."""
    chunk = one.passage.chunk
    if one.sentence.kind != "paragraph":
        return chunk.article_id, chunk.path
    return chunk.article_id, _paragraph(one, articles).start


def _paragraph(one: ScoredSentence, articles: Mapping[str, Article]) -> Block:
    chunk = one.passage.chunk
    found = blocks(articles[chunk.article_id].text, chunk.start, chunk.end)
    return next(block for block in found if block.end >= one.sentence.end)


def _text(one: Evidence, articles: Mapping[str, Article]) -> str:
    return articles[one.passage.chunk.article_id].text[one.start : one.end]


def _evidence(one: ScoredSentence) -> Evidence:
    return Evidence(one.passage, one.sentence.start, one.sentence.end, one.probability)


def _leaned_on(one: ScoredSentence, articles: Mapping[str, Article], *, after: bool) -> Iterator[Evidence]:
    """The sentences of its paragraph that a sentence says little without, and the limit that follows an amount.

    Args:
        one: The sentence.
        articles: By id.
        after: Also the next one, if that refers to it.
    """
    if one.sentence.kind != "paragraph":
        return
    text = articles[one.passage.chunk.article_id].text
    paragraph = _paragraph(one, articles)
    around = [(start, end) for start, end, _ in spans(text, paragraph.line, paragraph.end)]
    here = around.index((one.sentence.start, one.sentence.end))
    wanted = []
    first = here
    while first and here - first < _MOST_BEFORE and _leans(text[slice(*around[first])]):
        first -= 1
        wanted.append(first)
    if here + 1 < len(around):
        own, follows = (text[slice(*around[place])] for place in (here, here + 1))
        limited = quantities(own) and _LIMIT.match(follows)
        if _is_label(own) or limited or (after and _REFERS.match(follows)):
            wanted.append(here + 1)
    yield from (Evidence(one.passage, *around[place], one.probability) for place in wanted)


def _leans(text: str) -> bool:
    return bool(_REFERS.match(text) or _GOES_ON.match(text))


def _lead_in(
    question: str, quoted: Sequence[Evidence], articles: Mapping[str, Article], *, several: bool
) -> list[Line]:
    """The line that names the post of these quotes, where a reader could not tell what or when they are about."""
    chunk = quoted[0].passage.chunk
    article = articles[chunk.article_id]
    if several and article.published and _is_diary(article):
        return [Line("note", (), text=phrases.source(article))]
    asked = set(topic_stems(question))
    named = {stem for one in quoted for stem in stems(_text(one, articles))}
    titled = asked & set(stems(article.title))
    if len(articles) > 1 and titled and not titled & named:
        return [Line("note", (), text=phrases.source(article, dated=False))]
    return []


def _is_diary(article: Article) -> bool:
    """Does its writer tell what happened to them? Their words say so, whatever the post is called."""
    return len(_I.findall(article.text)) >= _DIARY * len(article.text.split())
