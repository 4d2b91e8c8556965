"""Which rows of a table a question asks for, and whether they hold what it asks.

A row is asked for by what its cells say: by names that are not interchangeable ("week 4", "Saturday"), which must be in
it; by an amount in the first column ("the 10 km race"), which must be, too; or by words that tell it from the other rows. What
is asked of it is a column: by the column's name, or because the column holds that kind of thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.answer.tables.table import Table, is_empty
from bot.text.english import CARDINALS
from bot.text.numbered_names import Name, months, names
from bot.text.quantities import Quantity, quantities
from bot.text.tokens import content_stems, stem, stems
from ingest.article import Block

_PREFIX = 5  # letters of a stem that another may go on from: "physio" for physiotherapy
_VAGUE = frozenset(("count", "one", "per", "times", "percent"))  # kinds of amounts that name no row


@dataclass(frozen=True, slots=True)
class _Asked:
    """What questions ask of a table: how they ask, how the column that holds it is called, what its cells look like.

    only: a row without such a column does not answer.
    """

    question: re.Pattern[str]
    column: re.Pattern[str]
    cell: re.Pattern[str]
    only: bool = True


def _asked(question: str, column: str, cell: str = "(?!)", *, only: bool = True) -> _Asked:
    asks, named, held = (re.compile(pattern, re.IGNORECASE) for pattern in (question, column, cell))
    return _Asked(asks, named, held, only)


_KINDS = (
    _asked(
        r"\bwho(?:se|m)?\b",
        r"\b(?:who|by|with|names?|led|doctors?|surgeons?|staff|therapists?|hosts?|authors?|\w+(?:er|or|ist|ian)s?)\b",
        r"(?:(?:Dr|Mrs?|Ms|Prof)\.? )?[A-Z]\w+ [A-Z]\w+",
    ),
    _asked(r"\bwhere\b", r"\b(?:where|places?|rooms?|locations?|address|venues?|sites?|halls?)\b"),
    _asked(
        r"\bhow (?:often|frequent\w*)\b",
        r"\b(?:every|often|frequen\w+|intervals?|times|repeat|per (?:day|week|month))\b",
        r"\b(?:every|each|daily|weekly|monthly|once|twice|times)\b|\b(?:a|per) (?:day|week|month)\b",
    ),
    _asked(
        r"\b(?:cost|costs|price|prices|priced|fees?|charges?|pay|expensive|cheap\w*)\b|\bhow much (?:is|are)\b",
        r"\b(?:prices?|costs?|fees?|charges?|rates?|[£$€])",
        r"\W*(?:[£$€]\s?\d|\d[\d.,]*\s?(?:[£$€]|eur|usd|gbp|kr\b))|free\b",
    ),
    _asked(r"\bwhen\b|\bwhat time\b|\bopen\w*\b|\bclos\w+\b|\bhours\b", r"\b(?:when|after|before|from|until|start\w*|days?|dates?|times?|hours|open\w*|weeks?|months?)\b", r"\d{1,2}[:.]\d\d", only=False),
    _asked(r"\bhow (?:long|far)\b|\bdistance\b", r"\b(?:durations?|lengths?|distances?|long|times?|holds?)\b", r"[\d:.]+\s?(?:km|m|miles?|min\w*|h\w*|s\w*)\b", only=False),
    _asked(r"\bhow much\b|\bdos\w+\b", r"\b(?:doses?|dosage|amounts?|quantity|quantities)\b", r"[\d.,]+\s?(?:m?g|kg|mcg|micrograms?|iu|ml)\b", only=False),
)  # fmt: skip
# Words that ask and are in no table.
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBERS = frozenset(stem(word) for word in CARDINALS)
_ASKING = frozenset(
    content_stems(
        "take look like do cost price pay charge fee often long far much many distance dose start happen give tell show open close"
        " hour time day week month year total class offer plan schedule until"
    )
)


@dataclass(frozen=True, slots=True)
class Match:
    """What a question asks of a table.

    Attributes:
        rows: Those asked for that hold it; none if the table does not answer; None if no row is asked for.
        complete: Is each word of the question a row's, a column's or the post's?
        words: The stems that tell the rows from the others.
        names: The names that do.
    """

    rows: tuple[Block, ...] | None
    complete: bool = False
    words: frozenset[str] = frozenset()
    names: frozenset[Name] = frozenset()

    def is_named_in(self, text: str) -> bool:
        """Does a text name the rows, too?"""
        found = names(text, {kind for kind, _ in self.names}) | months(text)
        return bool(self.names & found) or any(_among(word, stems(text)) for word in self.words)


def match(question: str, table: Table, above: Sequence[str]) -> Match:
    """What a question asks of a table. above: the headings over it and its post's title."""
    named = _by_names(question, table)
    if (named is not None and not named) or _is_of_other_years(question, table):
        return Match(())
    pool = table.rows if named is None else named
    words = set(content_stems(question))
    chosen, hits = _by_words(words, table, pool)
    rows = chosen or named
    kept, columns = _with_a_value(question, words, table, rows or table.rows)
    if not kept:
        return Match(())
    if rows is None:
        return Match(None)
    known = {*_ASKING, *(stem for text in (*above, *table.columns) for stem in content_stems(text))}
    own = {stem for row in kept for cell in table.cells(row) for stem in content_stems(cell)}
    rest = {word for word in words - hits if not word.isdecimal() and not _among(word, known | own)}
    if named is not None:
        rest = {word for word in rest if not names(word.title()) and word not in _NUMBERS}
    return Match(
        kept, bool(columns) and not rest, frozenset(hits), names(question, _kinds(table)) | months(question)
    )


def _by_names(question: str, table: Table) -> tuple[Block, ...] | None:
    """The rows that have the names, months and first amounts asked for; None if they name no row of such a table."""
    kinds = _kinds(table)
    each = {row: _names_in(table, row, kinds) for row in table.rows}
    asked = names(question, kinds) | months(question)
    wanted = [
        {name for name in asked if name[0] == kind}
        for kind in {kind for kind, _ in asked} & {kind for found in each.values() for kind, _ in found}
    ]
    left = [row for row in table.rows if all(each[row] & some for some in wanted)]
    named = bool(wanted)
    keys = {row: quantities(" ".join(table.cells(row)[:1])) for row in table.rows}
    for one in quantities(question):
        if one.kind in _VAGUE:
            continue
        if sum(any(key.kind == one.kind for key in found) for found in keys.values()) > 1:
            left, named = [row for row in left if _holds(keys[row], one)], True
        elif holding := [row for row in left if _holds(quantities(" | ".join(table.cells(row)[1:])), one)]:
            left, named = holding, True
    return tuple(left) if named else None


def _kinds(table: Table) -> frozenset[str]:
    """What numbers in the columns may count: "week", "size"."""
    return frozenset(name.split()[-1].lower() for name in table.columns if name.strip())


def _is_of_other_years(question: str, table: Table) -> bool:
    """Are the columns years, and not one of them the year that is asked for?"""
    years = {name for name in table.columns if _YEAR.fullmatch(name)}
    asked = set(_YEAR.findall(question))
    return len(years) > 1 and bool(asked) and not asked & years


def _names_in(table: Table, row: Block, kinds: Collection[str]) -> frozenset[Name]:
    """The names in a row; a number alone in a cell counts what its column is named after."""
    texts = [
        f"{column} {cell}" if cell[:1].isdigit() else cell
        for column, cell in zip(table.columns, table.cells(row), strict=False)
    ]
    return frozenset(name for text in texts for name in names(text, kinds) | months(text))


def _holds(having: Iterable[Quantity], wanted: Quantity) -> bool:
    return any(
        one.kind == wanted.kind and one.low <= wanted.high and wanted.low <= one.high for one in having
    )


def _by_words(words: set[str], table: Table, pool: Sequence[Block]) -> tuple[tuple[Block, ...], set[str]]:
    """The rows that words of the question tell from the others, and those words; none if they tell none."""
    columns = {stem for name in table.columns for stem in content_stems(name)}
    wanted = {word for word in words if not word.isdecimal() and not _among(word, columns)}
    own = {row: {stem for cell in table.cells(row) for stem in content_stems(cell)} for row in pool}
    hits = {row: frozenset(word for word in wanted if _among(word, own[row])) for row in pool}
    everywhere = frozenset.intersection(*hits.values()) if len(pool) > 1 else frozenset()
    hits = {row: found - everywhere for row, found in hits.items()}
    best = [row for row in pool if hits[row] and not any(hits[row] < other for other in hits.values())]
    whole = [
        row
        for row in best
        if any(
            (stems := set(content_stems(cell))) and all(_among(stem, words) for stem in stems)
            for cell in table.cells(row)
        )
    ]
    chosen = tuple(
        row for row in best if row in whole or not any(hits[row] <= hits[other] for other in whole)
    )
    return chosen, {word for row in chosen for word in hits[row]} | everywhere


def _with_a_value(
    question: str, words: set[str], table: Table, rows: Sequence[Block]
) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    """The rows that hold a value in a column that is asked for, and those columns."""
    shared = [sum(_among(stem, words) for stem in content_stems(name)) for name in table.columns]
    most = max(shared[1:], default=0) or max(shared, default=0)
    columns = [n for n, count in enumerate(shared) if most and count == most]
    kinds = [kind for kind in _KINDS if kind.question.search(question)]
    for kind in kinds:
        fitting = [n for n, name in enumerate(table.columns) if kind.column.search(name)]
        fitting = fitting or [
            n
            for n in range(1, len(table.columns))
            if any(kind.cell.match(_cell(table, row, n)) for row in rows)
        ]
        named = [n for n in columns if n in fitting]
        if kind.only and not fitting:
            return (), ()
        columns = named or fitting or columns
    asked = tuple(columns)
    later = [n for n in asked if n] or list(range(1, len(table.columns)))
    return tuple(row for row in rows if any(not is_empty(_cell(table, row, n)) for n in later)), asked


def _cell(table: Table, row: Block, column: int) -> str:
    cells = table.cells(row)
    return cells[column] if column < len(cells) else ""


def _among(stem: str, others: Iterable[str]) -> bool:
    """Is a stem one of others, or does one of the two begin with the other?"""
    return any(
        stem == other
        or (min(len(stem), len(other)) >= _PREFIX and (stem.startswith(other) or other.startswith(stem)))
        for other in others
    )
