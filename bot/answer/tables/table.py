"""A table of an article: its rows, cells and header."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bot.text.markdown import cells
from bot.text.numbered_names import names
from ingest.article import Article, Block, blocks

_RULER = re.compile(r"[|\s:-]+")
_NOTHING = re.compile(r"[\s\-–—−/?.]*|n/?a|tb[ac]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """A table. header: its first row, unless that is a row like the others; rows: the others, in order."""

    article: Article
    header: Block | None
    rows: tuple[Block, ...]

    @property
    def start(self) -> int:
        return (self.header or self.rows[0]).start

    @property
    def end(self) -> int:
        return self.rows[-1].end

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns; empty ones without a header."""
        if self.header is None:
            return ("",) * max(len(self.cells(row)) for row in self.rows)
        return self.cells(self.header)

    def cells(self, row: Block) -> tuple[str, ...]:
        """The cells of a row without the space around them."""
        return cells(self.article.text[row.start : row.end])


def is_empty(cell: str) -> bool:
    """Is a cell blank, a dash or the like? "None" is a value."""
    return _NOTHING.fullmatch(cell) is not None


@functools.lru_cache(maxsize=1024)
def tables_of(article: Article) -> tuple[Table, ...]:
    """The tables of an article that have rows beside the header."""
    return tuple(_tables(article))


def _tables(article: Article) -> Iterator[Table]:
    text = article.text
    for kind, run in groupby(blocks(text), lambda block: block.kind):
        open_: list[Block] = []
        for block in run if kind == "row" else ():
            if open_ and "\n\n" in text[open_[-1].end : block.line]:
                yield from _table(article, open_)
                open_ = []
            if not _RULER.fullmatch(text, block.start, block.end):
                open_.append(block)
        yield from _table(article, open_)


def _table(article: Article, rows: list[Block]) -> Iterator[Table]:
    if len(rows) < 2:
        return
    first, second = (cells(article.text[row.start : row.end])[:1] for row in rows[:2])
    shared = {kind for cell in first for kind, _ in names(cell)} & {
        kind for cell in second for kind, _ in names(cell)
    }
    yield Table(article, None, tuple(rows)) if shared else Table(article, rows[0], tuple(rows[1:]))
