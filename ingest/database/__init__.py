"""The database of several servers (Postgres), and what a store needs of it or of a SQLite file: tables, transactions.

In goes the address of a database and the name of a blog, out come tables in a schema of that blog's own. This room does not
know what is kept in them.
"""

from typing import TYPE_CHECKING

from ingest.database.folders import Folder, LocalFolder, SharedFolder
from ingest.database.postgres import Database, DatabaseStatus, PostgresTables, open_database
from ingest.database.tables import LAYOUT_VERSION, Connection, Cursor, Layout, Tables
from ingest.database.watched import LOOK_SECONDS, Watched

if TYPE_CHECKING:
    from ingest.database.postgres import Session as Session

__all__ = [
    "LAYOUT_VERSION",
    "LOOK_SECONDS",
    "Connection",
    "Cursor",
    "Database",
    "DatabaseStatus",
    "Folder",
    "Layout",
    "LocalFolder",
    "PostgresTables",
    "SharedFolder",
    "Tables",
    "Watched",
    "open_database",
]
