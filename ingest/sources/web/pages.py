"""Pages of a blog, fetched a few at a time -> what each is: an article, as it was, or none.

What a page said when it was last read is remembered: its validators, a hash of its
bytes, and what came of them. So a page that has not changed costs one small request, and one that
was merely sent again costs no parsing. Validators are hints: at least once a day a page is fetched
in full, and whether an article has changed is for its fingerprint to say.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Protocol

from ingest.article import Article, LeftOut, LoadFailure, Seen
from ingest.errors import FetchError
from ingest.feeds import Post
from ingest.fetch import Fetched
from ingest.index import Stored
from ingest.sources.memory import Memory, code_version
from ingest.sources.web.fetched_page import read_page

AT_ONCE = 4  # pages fetched at a time; the fetcher lets fewer of them at one host
_AHEAD = 16  # pages that may wait, fetched, for those before them
_DAY = 86_400.0
_SETTLED = 2 * _DAY  # a sitemap's date may name the day only: younger ones can hide a second edit
_GONE = (404, 410)
_REPEATED = 3  # as many pages with one text are a wall: a log-in page, an error page
_FEW = "few:"  # begins the hash of a short text
_SHORT = 120  # letters: two posts may well both say "Coming soon."
PageItem = Article | LoadFailure | LeftOut | Seen


class Get(Protocol):
    """What is needed of a Fetcher."""

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page to be read. lastmod: as its sitemap states it. post: as structured data state it."""

    url: str
    origin: str
    lastmod: str | None = None
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class _Note:
    """What is remembered of a page. read, checked: when it came in full, and when it was last asked
    for (seconds since 1970). id, fingerprint, text (a hash): of its article; left_out: why it is none.
    stated: a hash of what structured data say of it."""

    reader: str
    digest: str
    etag: str | None
    last_modified: str | None
    lastmod: str | None
    read: float
    checked: float
    id: str = ""
    fingerprint: str = ""
    text: str = ""
    left_out: str = ""
    stated: str = ""


class Pages:
    """Reads pages. known: what the index holds. patient: trust a sitemap's date for up to a day."""

    def __init__(
        self, fetcher: Get, memory: Memory, known: Mapping[str, Stored], *, patient: bool = False
    ) -> None:
        self._fetcher = fetcher
        self._memory = memory
        self._known = known
        self._patient = patient

    def read(self, wanted: Iterable[Wanted]) -> Iterator[PageItem]:
        """An item for each page, in their order; what only repeats another page is a failure.

        So are, from the third on, all that say the same few words; two posts may be that short.
        """
        met: dict[str, list[Article | Seen]] = {}
        for item, text in self._in_order(wanted):
            if not isinstance(item, Article | Seen) or not text:
                yield item
                continue
            same = met.setdefault(text, [])
            twins = [one for one in same if one.id != item.id]
            same.append(item)
            if not twins or (text.startswith(_FEW) and len(twins) < _REPEATED - 1):
                yield item
                continue
            yield LoadFailure(item.origin, item.id, _same_as(twins[0]))
            if len(twins) == _REPEATED - 1:  # so those before are none of the blog's texts either
                before = twins if text.startswith(_FEW) else twins[:1]  # the others failed at once
                yield from (LoadFailure(one.origin, one.id, _same_as(item)) for one in before)

    def one(self, fetched: Fetched, origin: str) -> PageItem:
        """What a page is that was fetched already."""
        return self._kept(Wanted(fetched.asked, origin), fetched)[0]

    def _in_order(self, wanted: Iterable[Wanted]) -> Iterator[tuple[PageItem, str]]:
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page")
        waiting: deque[Future[tuple[PageItem, str]]] = deque()
        try:
            for one in wanted:
                waiting.append(pool.submit(self._page, one))
                if len(waiting) >= _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # nobody reads what is still on its way

    def _page(self, wanted: Wanted) -> tuple[PageItem, str]:
        """What a page is, and a hash of its text ("" if it has none)."""
        note = self._note(wanted)
        if note and self._patient and _unchanged_by_date(wanted, note):
            return _as_it_was(wanted, note)
        fresh = note is not None and 0 <= time.time() - note.read < _DAY
        try:
            fetched = self._fetcher.get(
                wanted.url,
                etag=note.etag if note and fresh else None,
                last_modified=note.last_modified if note and fresh else None,
            )
        except FetchError as error:
            return self._unread(wanted, error), ""
        if fetched.status == 304 and note:
            self._remember(wanted, _renewed(note, wanted, fetched))
            return _as_it_was(wanted, note)
        if note and note.digest == _digest(fetched):
            self._remember(wanted, _renewed(note, wanted, fetched))
            return _as_it_was(wanted, note)
        return self._kept(wanted, fetched)

    def _unread(self, wanted: Wanted, error: FetchError) -> PageItem:
        """A page that did not come: what is wrong."""
        if error.status in _GONE:
            return LeftOut(wanted.origin, wanted.url, f"the page is gone ({error.status})", gone=True)
        return LoadFailure(wanted.origin, wanted.url, str(error))

    def _kept(self, wanted: Wanted, fetched: Fetched) -> tuple[PageItem, str]:
        """As _page(), and remember it."""
        item = read_page(fetched, wanted.origin, wanted.post)
        now = time.time()
        note = _Note(
            code_version(), _digest(fetched), fetched.etag, fetched.last_modified, wanted.lastmod, now, now,
            stated=_stated(wanted),
        )  # fmt: skip
        if isinstance(item, Article):
            text = _text_of(item)
            found = asdict(note) | {"id": item.id, "fingerprint": item.fingerprint, "text": text}
            self._remember(wanted, _Note(**found))
            return item, text
        if isinstance(item, LeftOut) and not item.gone:
            self._remember(wanted, _Note(**(asdict(note) | {"left_out": item.reason})))
        return item, ""

    def _remember(self, wanted: Wanted, note: _Note) -> None:
        self._memory.put("page", wanted.url, json.dumps(asdict(note)))

    def _note(self, wanted: Wanted) -> _Note | None:
        """What is remembered of a page, if it still holds: the index has the article in that state."""
        stored = self._memory.get("page", wanted.url)
        try:
            note = _Note(**json.loads(stored)) if stored else None
        except (ValueError, TypeError):
            return None
        if note is None or note.reader != code_version() or note.stated != _stated(wanted):
            return None
        known = self._known.get(note.id)
        same = known is not None and known.fingerprint == note.fingerprint
        return note if same or note.left_out else None


def _stated(wanted: Wanted) -> str:
    """A hash of a text that may stand in for the page's."""
    post = wanted.post
    if post is None or not post.full:
        return ""
    return hashlib.blake2b(f"{post.title}\n{post.html}".encode(errors="replace"), digest_size=16).hexdigest()


def _same_as(other: Article | Seen) -> str:
    return (
        f"this has the very text of {other.id}: a log-in or error page perhaps; if it is the same post twice, "
        "let both name one canonical address"
    )


def _as_it_was(wanted: Wanted, note: _Note) -> tuple[PageItem, str]:
    if note.left_out:
        return LeftOut(wanted.origin, wanted.url, note.left_out), ""
    return Seen(note.id, note.fingerprint, wanted.origin), note.text


def _text_of(article: Article) -> str:
    """A hash of title and text: walls have one of each, and two posts may quote the same poem."""
    length = _FEW if len(article.text) < _SHORT else ""
    shown = f"{article.title}\n{article.text}"
    return length + hashlib.blake2b(shown.encode(errors="replace"), digest_size=16).hexdigest()


def _renewed(note: _Note, wanted: Wanted, fetched: Fetched) -> _Note:
    now = time.time()
    changed = {"checked": now, "lastmod": wanted.lastmod}
    if fetched.status != 304:
        changed |= {"read": now, "etag": fetched.etag, "last_modified": fetched.last_modified}
    return _Note(**(asdict(note) | changed))


def _unchanged_by_date(wanted: Wanted, note: _Note) -> bool:
    """Whether the sitemap's date says that a page is as it was when it was last looked at."""
    if not wanted.lastmod or wanted.lastmod != note.lastmod or not 0 <= time.time() - note.checked < _DAY:
        return False
    try:
        stated = datetime.fromisoformat(wanted.lastmod)
    except ValueError:
        return False
    return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).timestamp() < note.checked - _SETTLED


def _digest(fetched: Fetched) -> str:
    """Of all that a page's article is made from."""
    facts = [fetched.url, fetched.media_type, fetched.charset, fetched.robots]
    return hashlib.blake2b(json.dumps(facts).encode() + fetched.body, digest_size=16).hexdigest()
