"""The lines of a list that is asked for by its name, or of one of its members."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.answer.citations import Evidence, Line
from bot.answer.lists.members import members_named
from bot.answer.lists.names import AskedName, asked_names
from bot.answer.lists.places import places_asked
from bot.answer.phrases import source
from bot.read import ScoredSentence
from bot.text.subjects import Subject
from bot.text.tokens import content_stems
from bot.types import Passage
from ingest.article import Article, Block, Chunk, blocks, sections, sentences

LONGEST = 25  # members
_MOST_SENTENCES = 4  # of one member
_ROOM = 7  # members, up to which each comes with its first sentence
_SHORT = 160  # characters of such a sentence


def named_list(
    question: str, scored: Sequence[ScoredSentence], articles: Mapping[str, Article], subject: Subject
) -> list[Line]:
    """The list that is asked for by its name ("list the stretches"), from the best post that has one; [] if none has."""
    for asked in asked_names(question, subject):
        ids = dict.fromkeys(one.passage.chunk.article_id for one in scored)
        # A post about nothing else goes first: "Rice" before "Chicken with rice".
        for article_id in sorted(ids, key=lambda i: not set(content_stems(articles[i].title)) <= asked.rest):
            if members := members_named(asked, articles[article_id]):
                near = next(s.passage for s in scored if s.passage.chunk.article_id == article_id)
                wanted = _wanted(question, asked, members, subject)
                return _lines(wanted, len(members), near, articles[article_id])
    return []


def _wanted(question: str, asked: AskedName, members: Sequence[Block], subject: Subject) -> list[Block]:
    own = re.sub(rf"\b{re.escape(asked.noun)}\b", "item", question) if asked.noun else question
    places = places_asked(own, len(members), subject)
    return list(members[:LONGEST]) if places is None else [members[i] for i in places]


def _lines(wanted: Sequence[Block], count: int, near: Passage, article: Article) -> list[Line]:
    if not wanted:
        return []
    lines = [Line("note", (), text=source(article, dated=False))]
    if len(wanted) == 1 and wanted[0].kind == "heading":
        return lines + list(_whole(wanted[0], near, article))
    for member in wanted:
        evidence = [_evidence(member, near, article)]
        if member.kind == "heading" and count <= _ROOM:
            evidence += _first_sentences(member, near, article)
        lines.append(item_line(member, tuple(evidence), article.text))
    return lines


def item_line(block: Block, evidence: tuple[Evidence, ...], text: str) -> Line:
    """A member of a list; one that the blog numbers keeps its number."""
    if block.kind == "number":
        number = int(re.match(r"\d+", text[block.line : block.start].strip())[0])  # type: ignore[index]
        return Line("number", evidence, number)
    return Line("prose" if block.kind == "paragraph" else "bullet", evidence)


def _first_sentences(heading: Block, near: Passage, article: Article, most: int = 1) -> list[Evidence]:
    """The first sentences of the paragraph under a heading, if they are short."""
    under = next(blocks(article.text, heading.end), None)
    if under is None or under.kind != "paragraph":
        return []
    found = sentences(article.text, under.start, under.end)[:most]
    return [
        Evidence(passage_of(article, near, start), start, end)
        for start, end in found
        if most > 1 or (end - start <= _SHORT and not article.text[start:end].endswith((":", "?")))
    ]


def _whole(heading: Block, near: Passage, article: Article) -> Iterator[Line]:
    """A heading and what is under it: its first sentences, or its list."""
    yield Line("label", (_evidence(heading, near, article),))
    if under := _first_sentences(heading, near, article, _MOST_SENTENCES):
        yield Line("prose", tuple(under))
    for block in blocks(article.text, heading.end):
        if block.kind == "heading":
            break
        if block.is_item:
            yield item_line(block, (_evidence(block, near, article),), article.text)


def _evidence(block: Block, near: Passage, article: Article) -> Evidence:
    return Evidence(passage_of(article, near, block.start), block.start, block.end)


def passage_of(article: Article, near: Passage, at: int, end: int = 0) -> Passage:
    """The section at an offset, and to another, as a passage. near: another passage of the same article."""
    place = next((s for s in sections(article.text) if s.start <= at < s.end), None)
    if place is None or near.chunk.start <= at < max(at + 1, end) <= near.chunk.end:
        return near
    text = article.text[place.start : place.end]
    return Passage(
        Chunk(article.id, near.chunk.ordinal, place.path, text, place.start, place.end),
        near.title,
        near.url,
        near.score,
    )
