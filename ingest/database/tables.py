"""What a store asks of the place where its rows are, whether that is a SQLite file or a database of several servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from ingest.errors import DatabaseError, FootnoteError

LAYOUT_VERSION = 1  # the newest of all stores' tables


class Cursor(Protocol):
    """The rows of a statement."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """Runs statements, with ? for each value; sqlite3.Connection is one."""

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Any, /) -> Cursor: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of one store.

    Attributes:
        name: Of the store, among those of a blog.
        statements: Make the tables, as SQLite reads them; a database's own types are put in.
        version: Of the tables; a newer one is not touched.
        error: What is raised if they cannot be used.
        effect: What still works then, a sentence.
    """

    name: str
    statements: tuple[str, ...]
    version: int = LAYOUT_VERSION
    error: type[FootnoteError] = DatabaseError
    effect: str = "Answers are not affected."


class Tables(Protocol):
    """Where one store's rows are. Each call raises the store's own error if they cannot be used."""

    @property
    def place(self) -> str:
        """Where, in words for the owner."""

    @property
    def problem(self) -> str:
        """What happened to the rows, in a sentence for the owner; "" if nothing did."""

    def exists(self) -> bool:
        """Whether there may be rows; asking makes no tables."""

    def reading(self) -> AbstractContextManager[Connection]:
        """To look something up."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Everything inside is written, or nothing; one writer at a time."""

    def remove(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement that only removes rows, also where there is no room for more; returns how many went."""

    def compact(self) -> None:
        """After rows were removed: keep nothing of them, and give their room back."""
