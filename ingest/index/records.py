"""articles.db: the articles, where their chunks lie, and every chunk's vector, in one SQLite file.

All but the search by vector is answered from here, and the vectors are here too, so that the search
index can be rebuilt without embedding anything; where a server has them, the column has what they are found there by. A chunk's
text is not stored a second time: it is a slice of its article's text.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingest.article import Article, Chunk
from ingest.config import IndexConfig
from ingest.errors import IndexMismatch
from ingest.index.disk import REBUILD, damaged, disk_errors
from ingest.index.rows import Record, article_of, article_row, chunk_of, chunk_row
from ingest.index.segments import Place

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, url TEXT, author TEXT,
    published TEXT, tags TEXT NOT NULL, origin TEXT NOT NULL, fingerprint TEXT NOT NULL);
CREATE TABLE chunks (
    id TEXT PRIMARY KEY, article_id TEXT NOT NULL, ordinal INTEGER NOT NULL, path TEXT NOT NULL,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, vector BLOB NOT NULL,
    segment TEXT NOT NULL, position INTEGER NOT NULL, size INTEGER NOT NULL, digest BLOB NOT NULL);
CREATE TABLE pending (id TEXT PRIMARY KEY);
CREATE INDEX chunks_in_order ON chunks (article_id, ordinal);
"""
_ARTICLE = "SELECT id, title, text, url, author, published, tags, origin FROM articles"
_CHUNK = """SELECT c.article_id, c.ordinal, c.path, a.text, c.start, c.stop
    FROM chunks c JOIN articles a ON a.id = c.article_id"""
_PLACE = "SELECT segment, position, size, id, digest FROM chunks"
_LAYOUT = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
DB = "articles.db"
_MANY = 500  # ids in one statement; SQLite may be built to take no more than 999 parameters


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a stored article without reading it."""

    fingerprint: str
    origin: str


@dataclass(frozen=True, slots=True)
class Head:
    """An article without its text; the fields are as Article's."""

    id: str
    title: str
    url: str | None
    published: str | None
    origin: str


NOTHING_STORED: Mapping[str, Stored] = MappingProxyType({})  # of an index that holds nothing


class Records:
    """One articles.db, for reading (it is never written then, nor locked) or for writing.

    May be shared by threads. Raises IndexDamaged when it cannot be read, and when open for writing
    IndexError_ when it cannot be written.
    """

    def __init__(self, file: Path, *, writable: bool = False) -> None:
        mode = "rw" if writable else "ro&immutable=1"
        self._writable = writable
        self._closed = False
        self._mutex = threading.Lock()
        with disk_errors(writing=writable):
            uri = f"{file.resolve().as_uri()}?mode={mode}"
            self._db = sqlite3.connect(uri, uri=True, check_same_thread=False)
            if writable:
                self._db.execute("PRAGMA synchronous=OFF")  # a build that dies is thrown away anyway

    @staticmethod
    def create(file: Path, config: IndexConfig, segment: str) -> None:
        """Write an empty articles.db. segment: name of the file for its new token vectors."""
        with disk_errors(writing=True), contextlib.closing(sqlite3.connect(file)) as db:
            db.execute("PRAGMA page_size=16384")  # less is lost at the ends of pages
            db.executescript(_TABLES)
            meta = {"config": json.dumps(asdict(config)), "segment": segment}
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            db.commit()

    @staticmethod
    def require_layout(file: Path) -> None:
        """Raise IndexCorrupt unless a file from elsewhere is a whole database with our tables and nothing else."""
        with disk_errors(writing=False), contextlib.closing(sqlite3.connect(":memory:")) as ours:
            ours.executescript(_TABLES)
            uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
            with contextlib.closing(sqlite3.connect(uri, uri=True)) as theirs:
                whole = theirs.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
                if not whole or theirs.execute(_LAYOUT).fetchall() != ours.execute(_LAYOUT).fetchall():
                    raise damaged("its articles.db is not one of this version")

    def close(self) -> None:
        """Commit what was written, and close; once more does nothing."""
        with self._mutex, disk_errors(writing=self._writable):
            if not self._closed:
                self._closed = True
                self._db.commit()
                self._db.close()

    def config(self) -> IndexConfig:
        """What the index was built with. Raises IndexMismatch if this version cannot tell."""
        try:
            return IndexConfig(**json.loads(self.meta("config", "")))
        except (TypeError, ValueError) as error:
            raise IndexMismatch(f"The index was written by another version of Footnote. {REBUILD}") from error

    def meta(self, key: str, default: str) -> str:
        found = self._rows("SELECT value FROM meta WHERE key = ?", key)
        return str(found[0][0]) if found else default

    def set_meta(self, key: str, value: str) -> None:
        self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(key, value)])

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and of chunks."""
        row = self._rows("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks)")[0]
        return int(row[0]), int(row[1])

    def stored(self) -> dict[str, Stored]:
        """Article id to fingerprint and origin."""
        return {
            row[0]: Stored(*row[1:]) for row in self._rows("SELECT id, fingerprint, origin FROM articles")
        }

    def article(self, article_id: str) -> Article | None:
        found = self._rows(f"{_ARTICLE} WHERE id = ?", article_id)
        return article_of(found[0]) if found else None

    def articles(self, ids: Sequence[str] | None = None) -> list[Article]:
        """All, or those with these ids; by id."""
        if ids is None:
            return [article_of(row) for row in self._rows(f"{_ARTICLE} ORDER BY id")]
        some = (
            self._rows(f"{_ARTICLE} WHERE id IN ({_marks(each)})", *each) for each in _slices(sorted(ids))
        )
        return sorted((article_of(row) for rows in some for row in rows), key=lambda article: article.id)

    def heads(self) -> list[Head]:
        """Every article without its text, the latest first, undated ones at the end."""
        sql = "SELECT id, title, url, published, origin FROM articles ORDER BY published IS NULL, published DESC, title"
        return [Head(*row) for row in self._rows(sql)]

    def chunks(self, article_id: str | None = None) -> list[Chunk]:
        """All chunks, or one article's, by article and place."""
        where = "" if article_id is None else "WHERE c.article_id = ?"
        which = () if article_id is None else (article_id,)
        return [
            chunk_of(row) for row in self._rows(f"{_CHUNK} {where} ORDER BY c.article_id, c.ordinal", *which)
        ]

    def chunks_by_id(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Ids that are not stored are left out."""
        found: dict[str, Chunk] = {}
        for some in _slices(ids):
            for row in self._rows(f"{_CHUNK} WHERE c.id IN ({_marks(some)})", *some):
                piece = chunk_of(row)
                found[piece.id] = piece
        return found

    def chunk_ids(self) -> list[str]:
        return [row[0] for row in self._rows("SELECT id FROM chunks ORDER BY article_id, ordinal")]

    def outline(self) -> list[tuple[str, str, int, tuple[str, ...], int, int]]:
        """Id, article id, ordinal, headings, start and end of each chunk, by article and place."""
        rows = self._rows(
            "SELECT id, article_id, ordinal, path, start, stop FROM chunks ORDER BY article_id, ordinal"
        )
        paths = {path: tuple(json.loads(path)) for path in {row[3] for row in rows}}
        return [
            (key, owner, number, paths[path], start, end) for key, owner, number, path, start, end in rows
        ]

    def vectors(self, *, article_id: str | None = None, ids: Sequence[str] = ()) -> dict[str, bytes]:
        """Vectors of one article's chunks, or of these chunks, as they are kept here."""
        sql = "SELECT id, vector FROM chunks WHERE"
        if article_id is not None:
            rows = self._rows(f"{sql} article_id = ?", article_id)
        else:
            found = (self._rows(f"{sql} id IN ({_marks(some)})", *some) for some in _slices(ids))
            rows = [row for some in found for row in some]
        return {row[0]: row[1] for row in rows}

    def set_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """Keep something else for the vectors of these chunks."""
        self._write(
            "UPDATE chunks SET vector = ? WHERE id = ?", [(kept, key) for key, kept in vectors.items()]
        )

    def chunks_kept_as(self, vector: bytes) -> list[str]:
        """Ids of the chunks for whose vectors just this is kept."""
        return [row[0] for row in self._rows("SELECT id FROM chunks WHERE vector = ?", vector)]

    def not_in(self, other: Path) -> list[tuple[str, bytes]]:
        """Ids and vectors, as they are kept, that another articles.db, which nobody writes, does not have so."""
        uri = f"{other.resolve().as_uri()}?mode=ro&immutable=1"
        with self._mutex, disk_errors(writing=False):
            self._db.execute("ATTACH ? AS other", (uri,))
            try:
                sql = "SELECT id, vector FROM chunks EXCEPT SELECT id, vector FROM other.chunks"
                return [(row[0], bytes(row[1])) for row in self._db.execute(sql)]
            finally:
                self._db.execute("DETACH other")

    def vectors_at(self, numbers: Sequence[int]) -> list[bytes]:
        """Vectors, as they are kept here, of the chunks in these rows."""
        some = (numbers[at : at + _MANY] for at in range(0, len(numbers), _MANY))
        sql = "SELECT rowid, vector FROM chunks WHERE rowid IN"
        found = dict(row for each in some for row in self._rows(f"{sql} ({_marks(each)})", *each))
        return [found[number] for number in numbers]

    def vector_batches(self, size: int = 4096) -> Iterator[list[tuple[int, str, bytes]]]:
        """Row number, id and vector, as it is kept here, of all chunks, by article and place, some at a time."""
        sql = """SELECT article_id, ordinal, rowid, id, vector FROM chunks WHERE (article_id, ordinal) > (?, ?)
            ORDER BY article_id, ordinal LIMIT ?"""
        last: tuple[str, int] = "", -1
        while rows := self._rows(sql, *last, size):
            yield [row[2:] for row in rows]
            last = rows[-1][:2]

    def dimension(self) -> int:
        """Of the vectors; 0 if none was stored."""
        return int(self.meta("dimension", "0"))

    def places(self, ids: Sequence[str]) -> dict[str, Place]:
        """Where these chunks' token vectors lie."""
        rows = (self._rows(f"{_PLACE} WHERE id IN ({_marks(some)})", *some) for some in _slices(ids))
        return {row[3]: Place(*row[:3]) for some in rows for row in some}

    def places_by_digest(self, article_id: str) -> dict[bytes, Place]:
        """Where one article's token vectors lie, by their digest."""
        return {row[4]: Place(*row[:3]) for row in self._rows(f"{_PLACE} WHERE article_id = ?", article_id)}

    def segments(self) -> dict[str, tuple[int, int]]:
        """Segment name to (last byte in use + 1, bytes in use)."""
        sql = "SELECT segment, max(position + size), sum(size) FROM chunks GROUP BY segment"
        return {row[0]: (int(row[1]), int(row[2])) for row in self._rows(sql)}

    def pending(self) -> list[str]:
        """Ids of the chunks, stored or deleted, that the search index does not know so yet."""
        return [row[0] for row in self._rows("SELECT id FROM pending ORDER BY rowid")]

    def set_pending(self, ids: Iterable[str]) -> None:
        self._write("INSERT OR IGNORE INTO pending VALUES (?)", [(key,) for key in ids])

    def clear_pending(self) -> None:
        self._write("DELETE FROM pending", [()])

    def move(self, places: dict[str, Place]) -> None:
        """Note where chunks' token vectors have been copied to."""
        rows = [(p.segment, p.position, p.size, chunk_id) for chunk_id, p in places.items()]
        self._write("UPDATE chunks SET segment = ?, position = ?, size = ? WHERE id = ?", rows)

    def replace(self, article: Article, records: Sequence[Record]) -> None:
        """Store an article and its chunks instead of whatever was stored under its id."""
        self.delete([article.id])
        self._write(f"INSERT INTO articles VALUES ({_marks(range(9))})", [article_row(article)])
        self._write(f"INSERT INTO chunks VALUES ({_marks(range(11))})", [chunk_row(one) for one in records])

    def set_origin(self, article_id: str, origin: str) -> None:
        self._write("UPDATE articles SET origin = ? WHERE id = ?", [(origin, article_id)])

    def delete(self, article_ids: Sequence[str]) -> None:
        which = [(article_id,) for article_id in article_ids]
        self._write("DELETE FROM chunks WHERE article_id = ?", which)
        self._write("DELETE FROM articles WHERE id = ?", which)

    def is_worn(self) -> bool:
        """Whether a fifth of what was put into the search index since it was made is of no use any more."""
        churn, chunks = int(self.meta("churn", "0")), self.counts()[1]
        return churn * 5 > chunks + churn

    def _rows(self, sql: str, *values: str | bytes | int) -> list[Any]:
        with self._mutex, disk_errors(writing=self._writable):
            return self._db.execute(sql, values).fetchall()

    def _write(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._mutex, disk_errors(writing=True):
            self._db.executemany(sql, rows)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _slices(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + _MANY] for at in range(0, len(ids), _MANY))
