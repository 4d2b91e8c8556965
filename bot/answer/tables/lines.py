"""The rows of the tables that were read: which may answer, and how they are quoted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answer.citations import Evidence, Line
from bot.answer.lists.named import passage_of
from bot.answer.phrases import is_source, source
from bot.answer.tables.rows import Match, match
from bot.answer.tables.table import Table, tables_of
from bot.read import Reading, ScoredSentence
from bot.types import Passage
from ingest.article import Article, Block

_SMALL = 12  # rows of a table that is quoted whole
_SHARE = 0.2  # of all probability: what a table must have where its rows are not named and prose fits better
_MOST_SURE = 3  # rows that a question may name and still be sure to mean


@dataclass(frozen=True, slots=True)
class Rows:
    """A table that was read, and what a question asks of it.

    Attributes:
        table: The table.
        scored: Its header and rows as they were read, best first.
        found: What the question asks of it.
        sure: The question is about nothing but a few of its rows and a column of theirs.
    """

    table: Table
    scored: tuple[ScoredSentence, ...]
    found: Match
    sure: bool = False

    @property
    def asked(self) -> tuple[Block, ...] | None:
        """The rows asked for that answer; None if the question names no row."""
        return self.found.rows

    @property
    def share(self) -> float:
        """Of all probability."""
        return sum(one.probability for one in self.scored)

    def has(self, evidence: Evidence) -> bool:
        """Is it one of the rows or the header?"""
        same = evidence.passage.chunk.article_id == self.table.article.id
        return same and self.table.start <= evidence.start < self.table.end


def rows_of(question: str, reading: Reading, articles: Mapping[str, Article]) -> list[Rows]:
    """The tables of what was read, that of the best row first, and what the question asks of each."""
    found: dict[tuple[str, int], list[ScoredSentence]] = {}
    places: dict[tuple[str, int], Table] = {}
    for one in reading.sentences:
        if one.sentence.kind != "row":
            continue
        article = articles[one.passage.chunk.article_id]
        if table := next((t for t in tables_of(article) if t.start <= one.sentence.start < t.end), None):
            key = (article.id, table.start)
            places[key] = table
            found.setdefault(key, []).append(one)
    return [_asked(question, places[key], scored) for key, scored in found.items()]


def _asked(question: str, table: Table, scored: Sequence[ScoredSentence]) -> Rows:
    above = (*scored[0].passage.chunk.path, table.article.title)
    found = match(question, table, above)
    sure = found.complete and found.rows is not None and 0 < len(found.rows) <= _MOST_SURE
    return Rows(table, tuple(scored), found, sure)


def without_other_rows(reading: Reading, tables: Sequence[Rows]) -> Reading:
    """The reading without the rows that are not asked for, and without the headers of tables that do not answer."""
    dropped = {id(one) for rows in tables for one in rows.scored if not _may_stay(one, rows)}
    kept = {id(one) for rows in tables for one in rows.scored}
    dropped |= {id(one) for one in reading.sentences if one.sentence.kind == "row" and id(one) not in kept}
    return reading.only([one for one in reading.sentences if id(one) not in dropped])


def _may_stay(one: ScoredSentence, rows: Rows) -> bool:
    if rows.asked is None:
        return True
    header = rows.table.header
    places = {row.start for row in rows.asked} | ({header.start} if header and rows.asked else set())
    return one.sentence.start in places


def with_tables(lines: Sequence[Line], tables: Sequence[Rows], best: ScoredSentence | None) -> list[Line]:
    """The lines with quoted rows as tables, each table once; a table that is surely meant goes first, and only what names its rows follows.

    Args:
        lines: An answer, its rows as lines like others.
        tables: What was read, best first.
        best: The sentence that answers best.
    """
    starts = {e.start for line in lines for e in line.evidence}
    sure = next((rows for rows in tables if rows.sure), None)
    out: list[Line] = []
    shown: list[Rows] = []
    for line in lines:
        rest = []
        for evidence in line.evidence:
            rows = next((rows for rows in tables if rows.has(evidence)), None)
            if rows is None:
                if sure is None or sure.found.is_named_in(_text(evidence)):
                    rest.append(evidence)
            elif rows not in shown:
                shown.append(rows)
                if rows.asked is not None or (best and rows.has(_evidence(best))) or rows.share >= _SHARE:
                    out.append(table_line(rows, starts))
        if rest or not line.evidence:
            out.append(replace(line, evidence=tuple(rest)))
    if sure is not None:
        first = table_line(sure, starts)
        out = [first, *(line for line in out if line != first)]
    return _with_sources(_without_empty(out), tables)


def _without_empty(lines: Sequence[Line]) -> list[Line]:
    """The lines without the names of posts of which nothing is quoted below."""
    below = [*lines, None][1:]
    return [
        line
        for line, following in zip(lines, below, strict=True)
        if line.evidence or not is_source(line.text) or (following and following.evidence)
    ]


def _with_sources(lines: Sequence[Line], tables: Sequence[Rows]) -> list[Line]:
    """The lines with the post's title above each table, where tables are from several posts."""
    articles = {rows.table.article.id: rows.table.article for rows in tables}
    found = [line.evidence[0].passage.chunk.article_id for line in lines if line.kind == "table"]
    if len(set(found)) < 2:
        return list(lines)
    out: list[Line] = []
    for line in lines:
        if line.kind == "table":
            out.append(Line("note", (), text=source(articles[line.evidence[0].passage.chunk.article_id])))
        out.append(line)
    return out


def _text(evidence: Evidence) -> str:
    chunk = evidence.passage.chunk
    return chunk.text[evidence.start - chunk.start : evidence.end - chunk.start]


def table_line(rows: Rows, starts: Collection[int] = ()) -> Line:
    """The header and the rows asked for; if none are, the whole table, or of a long one the rows that start there."""
    table, asked = rows.table, rows.asked
    if asked is None:
        picked = tuple(row for row in table.rows if row.start in starts)
        asked = table.rows if len(table.rows) <= _SMALL or not picked else picked
    text = table.article.text
    header = text[table.header.start : table.header.end] if table.header else ""
    score = max((one.probability for one in rows.scored), default=0.0)
    evidence = (Evidence(_passage(rows, *span), *span, score) for span in _spans(table, asked))
    return Line("table", tuple(evidence), text=header)


def _evidence(one: ScoredSentence) -> Evidence:
    return Evidence(one.passage, one.sentence.start, one.sentence.end)


def _spans(table: Table, rows: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """The header and these rows; what follows one another in one span."""
    every = [*([table.header] if table.header else []), *table.rows]
    wanted = {row.start for row in rows} | ({table.header.start} if table.header else set())
    start = end = -1
    for row in every:
        if row.start in wanted:
            start, end = (row.start if start < 0 else start), row.end
        elif start >= 0:
            yield start, end
            start = -1
    if start >= 0:
        yield start, end


def _passage(rows: Rows, start: int, end: int) -> Passage:
    near = rows.scored[0].passage
    for one in rows.scored:
        if one.passage.chunk.start <= start and end <= one.passage.chunk.end:
            return one.passage
    return passage_of(rows.table.article, near, start, end)
