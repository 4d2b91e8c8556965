"""Every error Footnote raises on purpose, in one tree.

    FootnoteError
    ├── ConfigError          a setting that cannot be used
    ├── SourceError          a source that cannot be read at all
    │   └── FetchError           an address that gave nothing to read
    │       ├── PrivateAddress       it leads into a private network
    │       ├── DisallowedByRobots   robots.txt asks programs to keep out
    │       └── TryLater             nothing wrong with the address: busy, broken off, too slow
    ├── EmbedderError        the embedding model is missing, damaged or does not load
    ├── ModelError           the owner's chat model failed, or took too long
    ├── IndexError_          the index as a whole
    │   ├── IndexMissing     there is none yet
    │   ├── IndexMismatch    built with another model, chunking or schema
    │   ├── IndexDamaged     there is one, but it cannot be read
    │   │   └── IndexCorrupt     its files hold something else than was written
    │   ├── IndexBusy        another ingest holds it
    │   └── ChromaDown       the Chroma server that searches it does not answer
    ├── NotInIndex           no article with that id
    ├── DatabaseError        the database of several servers cannot be used
    ├── BackupError          a backup that cannot be written, read or restored
    ├── FeedbackError        readers' feedback cannot be read or written
    │   └── FeedbackFull         as much as one day may bring has come
    ├── GapsError            the questions that the blog does not answer cannot be read or written
    ├── ChatPaused           the owner has paused the chat
    └── QuestionError        a question or history that cannot be answered as it is
        └── QuestionTooLong

Each message is one or two sentences for a blog owner or reader: what is wrong and what to do. It
names no Python internals.
"""

import zipfile
import zlib

# What zipfile raises, too, when it reads a file from elsewhere that is no whole archive of a kind it knows.
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError)


class FootnoteError(Exception):
    """Base of every error raised on purpose; `str(error)` may be shown to the person."""


class ConfigError(FootnoteError):
    """A setting (environment variable, option) that cannot be used as given."""


class SourceError(FootnoteError):
    """A source that does not exist or cannot be read at all."""


class FetchError(SourceError):
    """A web address that gave nothing to read; shown after the address, so it begins in lower case.

    status: the HTTP status that was the reason (404 and 410: the page is gone), or None.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class PrivateAddress(FetchError):
    """The address, or one it redirects to, lies in a private network or on this computer."""


class DisallowedByRobots(FetchError):
    """The site's robots.txt asks programs not to read this."""


class TryLater(FetchError):
    """The site did not answer properly this time; the address itself may be fine.

    wait: seconds that the server asked to be left alone, None if it did not say.
    """

    def __init__(self, message: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(message, status)
        self.wait = wait


class EmbedderError(FootnoteError):
    """The embedding model is missing, damaged, or cannot be loaded."""


class ModelError(FootnoteError):
    """The owner's chat model failed, or took too long; readers get quotes instead."""


class IndexError_(FootnoteError):
    """Something is wrong with the index as a whole."""


class IndexMissing(IndexError_):
    """There is no index at this place yet."""


class IndexMismatch(IndexError_):
    """The index was built with another embedding model, chunking or schema version."""


class IndexDamaged(IndexError_):
    """There is an index, but its files cannot be read."""


class IndexCorrupt(IndexDamaged):
    """The index's files hold something else than was written; the next ingest rebuilds it."""


class IndexBusy(IndexError_):
    """Another process is writing the index and did not finish in time."""


class ChromaDown(IndexError_):
    """The Chroma server of several machines does not answer; nothing is wrong with the index."""


class NotInIndex(FootnoteError):
    """No stored article has this id."""


class DatabaseError(FootnoteError):
    """The database that several servers share cannot be reached or used."""


class BackupError(FootnoteError):
    """A backup cannot be written, or is not what can be restored here; nothing was changed."""


class FeedbackError(FootnoteError):
    """The store of readers' feedback cannot be read or written; answers are not affected."""


class FeedbackFull(FeedbackError):
    """As much feedback as one day may bring has been stored."""


class GapsError(FootnoteError):
    """The store of questions that the blog does not answer cannot be read or written; answers are not affected."""


class ChatPaused(FootnoteError):
    """The owner has paused the chat; only urgent messages are answered. own: the message is in the owner's words."""

    def __init__(self, message: str, *, own: bool = False) -> None:
        super().__init__(message)
        self.own = own


class QuestionError(FootnoteError):
    """A question or a history that cannot be answered as it is."""


class QuestionTooLong(QuestionError):
    """The question is longer than a question is."""
