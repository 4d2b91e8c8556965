"""Postgres: a schema for each blog, a few connections that are used again, and tables in it.

A blog's statements name no schema and run with its own as the search path, so they cannot reach another blog's rows.
Values are put into statements on this side, so that a pooler such as PgBouncer may be in between.
"""

from __future__ import annotations

import functools
import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ingest.database.tables import Connection, Layout
from ingest.errors import ConfigError, DatabaseError

if TYPE_CHECKING:
    import psycopg

    Session = psycopg.Connection[Any]

CONNECT_SECONDS = 3
_LOOK_SECONDS = 5  # for a statement of a mere look
_IDLE = 4  # connections that are kept open
_TYPES = ((" WITHOUT ROWID", ""), (" BLOB", " BYTEA"), (" REAL", " DOUBLE PRECISION"))
_OPTIONS = "-c search_path={} -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """What was seen in a database.

    Attributes:
        version: Of Postgres.
        schema: Of the blog.
        layouts: The version of each store's tables, by the store's name; none if the schema was not made yet.
        may_create: Whether its user may make the schema.
    """

    version: str
    schema: str
    layouts: Mapping[str, int]
    may_create: bool


@dataclass(eq=False)
class Database:
    """One blog's schema in one Postgres. May be shared by threads.

    Args:
        url: postgresql://user:password@host:5432/name
        blog: Lower-case letters, digits and hyphens.
    """

    url: str = field(repr=False)
    blog: str
    _idle: list[Session] = field(default_factory=list, repr=False)
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _made: set[str] = field(default_factory=set)

    @property
    def schema(self) -> str:
        return "footnote_" + self.blog.replace("-", "_")

    def key(self, name: str) -> int:
        """The number of one of this blog's locks."""
        digest = hashlib.blake2b(f"{self.schema}/{name}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big", signed=True)

    @contextmanager
    def connected(self, layout: Layout) -> Iterator[Session]:
        """A connection in which the tables of a layout exist; each statement is its own transaction.

        Raises:
            DatabaseError: The database cannot be reached, or refuses a statement.
        """
        with self.errors():
            db = self._take()
            try:
                self._make(db, layout)
                yield db
            except BaseException:
                db.close()
                raise
            self._give(db)

    @contextmanager
    def transaction(self, layout: Layout) -> Iterator[Session]:
        """Everything inside is written, or nothing; one writer of a layout at a time. Raises DatabaseError."""
        with self.connected(layout) as db, db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(%s)", (self.key(layout.name),))
            yield db

    def session(self, layout: Layout) -> Session:
        """A connection of the caller's own, such as for a lock that ends with it. Raises DatabaseError."""
        with self.errors():
            db = self._connect()
            self._make(db, layout)
        return db

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """A connection that makes nothing and can change nothing. Raises DatabaseError."""
        with self.errors():
            db = self._connect()
            try:
                db.execute("SET default_transaction_read_only = on")
                db.execute(f"SET statement_timeout = '{_LOOK_SECONDS}s'")
                yield db
            finally:
                db.close()

    def status(self) -> DatabaseStatus:
        """Which Postgres it is, and what is there of the blog; changes nothing. Raises DatabaseError."""
        with self.looking() as db:
            version, has_layouts, may_create = db.execute(
                "SELECT current_setting('server_version'), to_regclass('layouts') IS NOT NULL,"
                " has_database_privilege(current_database(), 'CREATE')"
            ).fetchone() or ("", False, False)
            rows = db.execute("SELECT name, version FROM layouts").fetchall() if has_layouts else []
        return DatabaseStatus(version, self.schema, dict(rows), may_create)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what psycopg raises into a DatabaseError."""
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise DatabaseError(_reason(error)) from error

    def tables(self, layout: Layout) -> PostgresTables:
        """The tables of one store of the blog."""
        return PostgresTables(self, layout)

    def close(self) -> None:
        """Close the connections that wait."""
        with self._mutex:
            idle, self._idle = self._idle, []
        for db in idle:
            db.close()

    def _take(self) -> Session:
        """A connection that answers."""
        import psycopg

        while True:
            with self._mutex:
                db = self._idle.pop() if self._idle else None
            if db is None:
                return self._connect()
            try:
                db.execute("SELECT 1")
            except psycopg.Error:  # the database was restarted
                db.close()
            else:
                return db

    def _give(self, db: Session) -> None:
        with self._mutex:
            if len(self._idle) < _IDLE:
                self._idle.append(db)
                return
        db.close()

    def _connect(self) -> Session:
        import psycopg

        return psycopg.connect(
            self.url,
            autocommit=True,
            cursor_factory=psycopg.ClientCursor,
            connect_timeout=CONNECT_SECONDS,
            options=_OPTIONS.format(self.schema),
            application_name=f"footnote {self.blog}",
        )

    def _make(self, db: Session, layout: Layout) -> None:
        """Make the tables of a layout, once."""
        if layout.name in self._made:
            return
        with db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(%s)", (self.key("layout"),))
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
            db.execute("CREATE TABLE IF NOT EXISTS layouts (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
            found = db.execute("SELECT version FROM layouts WHERE name = %s", (layout.name,)).fetchone()
            if found is None:
                for statement in layout.statements:
                    db.execute(cast("Any", _translated(statement)))
                db.execute("INSERT INTO layouts VALUES (%s, %s)", (layout.name, layout.version))
            elif found[0] > layout.version:
                raise DatabaseError("it was written by a newer version of Footnote; update this one")
        self._made.add(layout.name)


@dataclass(frozen=True, slots=True)
class PostgresTables:
    """The tables of one store in a blog's schema."""

    database: Database
    layout: Layout

    @property
    def place(self) -> str:
        return f"the database of FOOTNOTE_DATABASE_URL (schema {self.database.schema})"

    @property
    def problem(self) -> str:
        return ""

    def exists(self) -> bool:
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._errors(), self.database.connected(self.layout) as db:
            yield _Statements(db)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._errors(), self.database.transaction(self.layout) as db:
            yield _Statements(db)

    def remove(self, sql: str, values: Sequence[Any] = ()) -> int:
        with self.writing() as db:
            return db.execute(sql, values).rowcount

    def compact(self) -> None:
        """Nothing: Postgres uses the room again, and its own vacuum decides when."""

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise self.layout.error(
                f"{self.place[0].upper()}{self.place[1:]} cannot be used ({error}). {self.layout.effect} See that it runs, "
                "and that its user may write there."
            ) from error


@dataclass(frozen=True, slots=True)
class _Statements:
    """Runs statements as SQLite writes them."""

    db: Session

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        return self.db.execute(cast("Any", sql.replace("?", "%s")), parameters)

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Any:
        cursor = self.db.cursor()
        cursor.executemany(cast("Any", sql.replace("?", "%s")), parameters)
        return cursor


@functools.cache
def open_database(url: str, blog: str) -> Database:
    """The database of a blog, one for all of a process; connects when it is first used.

    Raises:
        ConfigError: The address is none, or psycopg is not installed.
    """
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise ConfigError(
            "FOOTNOTE_DATABASE_URL needs a library that is not installed. Install it: pip install 'footnote-blog[wide]'"
        ) from None
    try:
        if not url.startswith(("postgresql://", "postgres://")):
            raise ProgrammingError
        conninfo_to_dict(url)
    except ProgrammingError:
        raise ConfigError(
            "FOOTNOTE_DATABASE_URL: write an address such as postgresql://user:password@host:5432/name."
        ) from None
    return Database(url, blog)


def _translated(statement: str) -> str:
    for sqlite, postgres in _TYPES:
        statement = statement.replace(sqlite, postgres)
    return statement


def _reason(error: Exception) -> str:
    """Why, without what was asked of it and without the address."""
    import psycopg

    state = getattr(error, "sqlstate", None)
    if isinstance(error, psycopg.OperationalError) and (state or "08")[:2] in ("08", "53", "57"):
        return "it cannot be reached"
    return f"it refuses what is asked of it: {type(error).__name__}" + (f", {state}" if state else "")
