"""From a reading to the draft of an answer, and from the drafts of a message's questions to footnoted text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answer.about import about_the_blog, about_the_page, names_no_subject, on_the_page, points
from bot.answer.addresses import article_at
from bot.answer.citations import Line, footnote, verify
from bot.answer.comparison import compared
from bot.answer.continuation import continued, item_line
from bot.answer.lists import named_list, without_other_steps
from bot.answer.phrases import NOTHING_MORE, not_found
from bot.answer.quotes import quote_lines
from bot.answer.recipe_facts import without_facts
from bot.answer.tables import rows_of, table_line, without_other_rows
from bot.read import Reading
from bot.retrieve import Corpus
from bot.text.subjects import Subject
from bot.text.tokens import words
from bot.types import Citation, Passage, Query, Question
from ingest.article import Article

Span = tuple[str, int, int]  # article id, start, end
_NEAREST = 3  # sentences
_SURER = 0.2  # by which the alternative must be answered more surely


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer to one question, before footnotes.

    Attributes:
        question: What is answered.
        lines: Empty if the blog does not say.
        answerable: Calibrated probability, 0 to 1, that the blog answers.
        passages: What was read for it, best first.
        nearest: The sentences that came nearest to answering.
        wordable: The passages that a chat model may word the answer from, best first; empty if the question
            is about the blog itself.
    """

    question: str
    lines: tuple[Line, ...]
    answerable: float
    passages: tuple[Passage, ...] = ()
    nearest: tuple[Span, ...] = ()
    wordable: tuple[Passage, ...] = ()

    @property
    def answered(self) -> bool:
        return any(line.evidence for line in self.lines)


@dataclass(frozen=True, slots=True)
class Quoted:
    """The text of an answer with its footnotes.

    Attributes:
        pieces: What of the text is still to be streamed.
        text: Markdown with markers.
        citations: One for each marker; empty if nothing may be shown as an answer. The text then says what the
            blog lacks, or is "".
    """

    pieces: tuple[str, ...]
    text: str
    citations: tuple[Citation, ...]


def compose(
    query: Query,
    read: Callable[[Question], Reading],
    corpus: Corpus,
    page: str = "",
    *,
    threshold: float,
    subject: Subject,
) -> list[Draft]:
    """Draft an answer to each question of a query separately; to all together if none of them is answered so.

    Args:
        query: What is asked.
        read: Reads the passages that are found for a question.
        corpus: What the passages are from.
        page: Address of the page that the reader is on, "" if it is not known; what names no subject is asked of it.
        threshold: Probability from which on the blog counts as answering.
        subject: The blog's.

    Returns:
        A draft for each question, in order.
    """

    def read_either(question: Question) -> Reading:
        reading = read(question)
        if query.alternative is None or question != query.whole:
            return reading
        other = read(query.alternative)
        return other if other.answerable > reading.answerable + _SURER else reading

    def draft(question: Question) -> Draft:
        if about := _about_the_posts(question.text, page, corpus):
            return about
        names_none = page and names_no_subject(question.text, corpus.keywords.vocabulary)
        if names_none and (here := article_at(page, corpus.articles.values())) is not None:
            reading = read(on_the_page(question, here))
            kept = [s for s in reading.sentences if s.passage.chunk.article_id == here.id]
            made = _from_reading(question.text, reading.only(kept), corpus.articles, threshold, subject)
            if made.answered or points(question.text):
                return made
        if query.posts_only:
            return Draft(question.text, (), 0.0)
        lines, answerable = compared(question.text, read, corpus.articles, threshold)
        if lines:
            shown = tuple(dict.fromkeys(e.passage for line in lines for e in line.evidence))
            return Draft(question.text, tuple(lines), answerable, shown, wordable=shown)
        made = _from_reading(question.text, read_either(question), corpus.articles, threshold, subject)
        return made if _has_one(made, query.words, corpus.articles) else replace(made, lines=(), wordable=())

    item = item_line(query.item, corpus.articles, corpus.chunks) if query.item else None
    drafts = [_of_item(query.whole.text, item)] if item else [draft(question) for question in query.parts]
    if len(drafts) > 1 and not any(draft.answered for draft in drafts):
        drafts = [draft(query.whole)]
    if not query.then:
        return drafts

    def of_others(shown: frozenset[str]) -> Sequence[Line]:
        reading = read(query.whole)
        kept = [s for s in reading.sentences if s.passage.chunk.article_id not in shown]
        return _from_reading(query.whole.text, reading.only(kept), corpus.articles, threshold, subject).lines

    lines = continued(join(drafts), query.then, query.message, corpus.articles, corpus.chunks, of_others)
    if not any(line.evidence for line in lines):
        lines = [Line("note", (), text=NOTHING_MORE)]
    return [Draft(query.whole.text, tuple(lines), max(draft.answerable for draft in drafts))]


def _of_item(question: str, item: Line) -> Draft:
    """A draft that quotes what a list has at the place that is asked for."""
    passages = tuple(evidence.passage for evidence in item.evidence)
    return Draft(question, (item,), 1.0, passages, wordable=passages)


def _has_one(draft: Draft, phrases: frozenset[str], articles: Mapping[str, Article]) -> bool:
    """Does a draft have one of these phrases, in what it quotes, the headings over it or its posts' titles?"""
    if not phrases:
        return True
    places = {(e.passage.title, *e.passage.chunk.path) for line in draft.lines for e in line.evidence}
    quoted = [
        articles[e.passage.chunk.article_id].text[e.start : e.end]
        for line in draft.lines
        for e in line.evidence
    ]
    text = " ".join(
        word for word, _, _ in words(" ".join([*quoted, *(part for place in places for part in place)]))
    )
    return any(f" {phrase} " in f" {text} " for phrase in phrases)


def _about_the_posts(question: str, page: str, corpus: Corpus) -> Draft | None:
    """A draft about the posts as such: who wrote them, how many there are, what this one says; None for others."""
    articles, chunks = corpus.articles, corpus.chunks
    lines = about_the_page(question, page, articles, chunks) or about_the_blog(question, articles, chunks)
    return Draft(question, tuple(lines), float(any(line.evidence for line in lines))) if lines else None


def _from_reading(
    question: str, reading: Reading, articles: Mapping[str, Article], threshold: float, subject: Subject
) -> Draft:
    tables = rows_of(question, reading, articles)
    reading = without_facts(question, without_other_rows(reading, tables), articles)
    reading = without_other_steps(question, reading, articles)
    answerable = reading.answerable
    sure = next((rows for rows in tables if rows.sure), None)
    lines: list[Line] = []
    if (
        answerable < threshold and sure
    ):  # each word of the question is in its row, its column or its post's title
        answerable, lines = threshold, [table_line(sure)]
    elif answerable < threshold and named_list(question, reading.sentences, articles, subject):
        answerable = threshold  # the list whose name is asked for is an answer, however little it says
    if answerable >= threshold and not lines:
        lines = quote_lines(question, reading, articles, subject, tables)
    nearest = tuple(
        (s.passage.chunk.article_id, s.sentence.start, s.sentence.end) for s in reading.sentences[:_NEAREST]
    )
    wordable = tuple(dict.fromkeys(s.passage for s in reading.sentences)) if lines else ()
    return Draft(question, tuple(lines), answerable, reading.passages, nearest, wordable)


def wordable(drafts: Sequence[Draft]) -> list[Passage]:
    """The passages that a chat model may word all drafts from; none if it may not word one of them."""
    if not all(draft.wordable for draft in drafts):
        return []
    return [passage for draft in drafts for passage in draft.wordable]


def quote(
    drafts: Sequence[Draft],
    articles: Mapping[str, Article],
    *,
    shown: str = "",
    citations: tuple[Citation, ...] = (),
) -> Quoted:
    """Footnote the drafts and verify every citation.

    Args:
        drafts: One for each question of the message, in order.
        articles: By id.
        shown: Text that has been streamed already; the drafts follow it.
        citations: Of that text.
    """
    lines, quoted = footnote(join(drafts), articles, citations)
    pieces = tuple(pieces_of([shown, *lines] if shown else lines))
    text, citations = "".join(pieces), citations + quoted
    if citations and not verify(text, citations, articles):
        return Quoted((), "", ())
    return Quoted(pieces[1 if shown else 0 :], text, citations)


def join(drafts: Sequence[Draft]) -> list[Line]:
    """The lines of all drafts in their order; a question without an answer is named.

    What two drafts quote is left to the later one, which asked for it alone, unless nothing would be left of the
    earlier one. If no question is answered, what the drafts say about that; empty if nothing.
    """
    kept = [list(draft.lines) for draft in drafts]
    for i in range(len(kept)):
        for j in range(i + 1, len(kept)):
            shorter = _without(kept[i], _spans(kept[j]))
            if any(line.evidence for line in shorter):
                kept[i] = shorter
            else:
                kept[j] = _without(kept[j], _spans(kept[i]))
    quoted = {span for lines in kept for span in _spans(lines)}
    joined: list[Line] = []
    for draft, lines in zip(drafts, kept, strict=True):
        joined += lines
        # Where the nearest to an answer is quoted for another question, the blog may well say it.
        if not draft.lines and quoted and not quoted & set(draft.nearest):
            joined.append(Line("note", (), text=not_found(draft.question)))
    return joined


def pieces_of(lines: Sequence[str]) -> Iterator[str]:
    """The lines and what separates them: a line break between list items, a blank line elsewhere."""
    previous = ""
    for line in lines:
        if previous:
            yield "\n" if _is_item(previous) and _is_item(line) else "\n\n"
        yield line
        previous = line


def _is_item(line: str) -> bool:
    return line.startswith("- ") or line.split(". ", 1)[0].isdigit()


def _spans(lines: Sequence[Line]) -> set[Span]:
    return {(e.passage.chunk.article_id, e.start, e.end) for line in lines for e in line.evidence if e.end}


def _without(lines: Sequence[Line], quoted: set[Span]) -> list[Line]:
    """The lines without what is quoted elsewhere, and without notes that nothing follows."""
    kept: list[Line] = []
    for line in reversed(lines):
        rest = tuple(e for e in line.evidence if (e.passage.chunk.article_id, e.start, e.end) not in quoted)
        if rest or (not line.evidence and ((kept and kept[-1].kind != "note") or not _spans(lines))):
            kept.append(replace(line, evidence=rest))
    return kept[::-1]
