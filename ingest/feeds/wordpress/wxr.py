"""A WordPress export (WXR 1.0 to 1.2, the file of Tools > Export) -> its posts, one at a time.

Read as a stream, so that an export of 500 MB takes no more memory than a small one. Elements go by
their names without regard to the version of their namespace. No entity is ever expanded that an
export declares: WordPress declares none.
"""

from __future__ import annotations

import codecs
import html as html_names
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from ingest.article import tidy
from ingest.errors import SourceError
from ingest.feeds.entry import clean_tags, iso, made_key, name_only, short_title
from ingest.feeds.post import Post, Skipped, plain_title
from ingest.feeds.wordpress.content import body_html
from ingest.feeds.xml import FORBIDDEN, decoded, encoding_of
from ingest.urls import public_url
from ingest.visibility import hidden_because

_CHUNK = 64 * 1024
_SNIFFED = 16 * 1024
_LONGEST_FIELD = 16 * 1024 * 1024  # letters
_MOST_AUTHORS = 50_000
_NAMESPACE = re.compile(
    r"xmlns:\w+\s*=\s*[\"']https?://(?:www\.)?wordpress\.org/export/|<wp:wxr_version", re.I
)
_MYSQL_DATE = re.compile(r"((?!0000)\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)")
_FIELDS = frozenset(
    "title link guid pubdate creator encoded post_id post_date post_date_gmt post_type status post_password category".split()
)


def looks_like_wxr(head: bytes) -> bool:
    """Whether a file that begins so is a WordPress export. The first 16 KB are enough."""
    text = decoded(head[:_SNIFFED])
    start = re.search(r"<rss\b", text)
    return start is not None and bool(_NAMESPACE.search(text, start.start()))


def read_wxr(file: BinaryIO) -> Iterator[Post | Skipped]:
    """The published posts and pages, in the export's order; drafts and the like as Skipped.

    Attachments, menus, revisions and other types of plugins are passed over. Raises SourceError,
    after all that could be read, where the export breaks off or is damaged, or is none.
    """
    reader = _Reader()
    keys: set[str] = set()
    for item in reader.items(file):
        result = _result(item, reader.authors, keys)
        if result is not None:
            yield result


@dataclass(slots=True)
class _Item:
    """The fields of one <item>, by their names without prefix; the first of a name counts."""

    values: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    too_long: bool = False


class _Reader:
    """Turns the parser's events into items."""

    def __init__(self) -> None:
        self.authors: dict[str, str] = {}  # login -> name to be shown
        self.done: list[_Item] = []
        self.depth = 0
        self.item: _Item | None = None
        self.author: dict[str, str] | None = None
        self.home = 0  # depth of the open item's or author's element
        self.name = ""  # of the open field, "" if none is
        self.bits: list[str] = []
        self.length = 0
        self.is_rss = False

    def items(self, file: BinaryIO) -> Iterator[_Item]:
        parser = self.parser()
        line = 0
        try:
            for text in _texts(file):
                parser.Parse(text.encode("utf-8"), False)
                line = parser.CurrentLineNumber
                yield from self.taken()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            line = error.lineno
        except OSError as error:
            yield from self.taken()
            raise SourceError(f"the export could not be read behind line {line}; try again") from error
        else:
            yield from self.taken()
            if not self.is_rss:
                raise SourceError("this is no WordPress export; export the blog again under Tools > Export")
            return
        yield from self.taken()
        if not self.is_rss:
            raise SourceError("this is no WordPress export; export the blog again under Tools > Export")
        raise SourceError(
            f"the export breaks off or is damaged in line {line}, and what comes behind was not read; "
            "export the blog again under Tools > Export"
        )

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        # An undeclared entity such as "&nbsp;" is then passed to the handler instead of being an error.
        parser.UseForeignDTD(True)
        parser.SkippedEntityHandler = self.reference
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.EntityDeclHandler = _refuse
        return parser

    def taken(self) -> list[_Item]:
        taken, self.done = self.done, []
        return taken

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        prefix, _, local = name.lower().rpartition(":")
        self.is_rss = self.is_rss or (self.depth == 1 and local in ("rss", "rdf"))
        if self.item is None and self.author is None:
            if name == "item":
                self.item, self.home = _Item(), self.depth
            elif local == "author" and prefix:
                self.author, self.home = {}, self.depth
            return
        if self.depth != self.home + 1:
            return
        wanted = local in _FIELDS if self.item is not None else local.startswith("author_")
        if not wanted or (local == "encoded" and prefix == "excerpt"):
            return
        if local == "category" and (
            prefix or attributes.get("domain", "category") not in ("category", "post_tag", "tag")
        ):
            return
        self.name, self.bits, self.length = local, [], 0

    def text(self, text: str) -> None:
        if not self.name:
            return
        self.length += len(text)
        if self.length <= _LONGEST_FIELD:
            self.bits.append(text)
        elif self.item is not None:
            self.item.too_long = True

    def reference(self, name: str, _: int) -> None:
        self.text(html_names.unescape(f"&{name};"))

    def end(self, _: str) -> None:
        if self.name and self.depth == self.home + 1:
            self.close_field("".join(self.bits))
        elif self.depth == self.home:
            if self.item is not None:
                self.done.append(self.item)
            elif self.author is not None and len(self.authors) < _MOST_AUTHORS:
                login = self.author.get("author_login", "")
                self.authors[login] = self.author.get("author_display_name", "") or login
            self.item = self.author = None
            self.home = 0
        self.depth -= 1

    def close_field(self, value: str) -> None:
        name, self.name, self.bits = self.name, "", []
        if self.author is not None:
            self.author.setdefault(name, tidy(value))
        elif self.item is not None and name == "category":
            self.item.tags.append(value)
        elif self.item is not None:
            self.item.values.setdefault(name, value)


def _refuse(*_: object) -> None:
    raise SourceError("this export declares XML entities, which no export by WordPress does; it was not read")


def _texts(file: BinaryIO) -> Iterator[str]:
    """The file's text in chunks: whatever its charset, and without what XML forbids."""
    chunk = file.read(_CHUNK)
    encoding, skip = encoding_of(chunk)
    chunk = chunk[skip:]
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while chunk:
        yield FORBIDDEN.sub("", decoder.decode(chunk))
        chunk = file.read(_CHUNK)
    yield FORBIDDEN.sub("", decoder.decode(b"", True))


def _result(item: _Item, authors: dict[str, str], keys: set[str]) -> Post | Skipped | None:
    values = {name: value.strip() for name, value in item.values.items()}
    kind = values.get("post_type") or "post"
    if kind not in ("post", "page"):
        return None
    title = short_title(plain_title(values.get("title", "")))
    url = public_url(values.get("link", ""))
    key = _key(values, title, url, keys)
    reason = _reason(item, values)
    body = "" if reason else body_html(item.values.get("encoded", ""))
    if not reason and kind == "page" and not plain_title(body):
        reason = "it is an empty page"
    if reason:
        return Skipped(key, title, url, reason)
    login = tidy(values.get("creator", ""))
    author = name_only(authors.get(login) or login) or None
    tags = clean_tags(item.tags)
    return Post(key, url, title, body, author, _published(values), tags, full=True)


def _reason(item: _Item, values: dict[str, str]) -> str:
    """Why readers do not see the post; "" if they do."""
    status = values.get("status") or "publish"
    if status != "publish":
        return (
            hidden_because({"status": status})
            or f"its status is “{tidy(status)[:40]}”, so it is not published"
        )
    if reason := hidden_because({"post_password": values.get("post_password", "")}):
        return reason
    if item.too_long:
        return f"it is longer than {_LONGEST_FIELD // 1024 // 1024} million letters"
    return ""


def _key(values: dict[str, str], title: str, url: str | None, keys: set[str]) -> str:
    """The post's guid, else its number, else its address; made up where all are missing or taken."""
    number = tidy(values.get("post_id", ""))
    stated = (tidy(values.get("guid", "")), number, url or "")
    key = next((k for k in stated if k and k not in keys), "")
    while not key or key in keys:
        key = made_key(title + key, values.get("encoded", ""))
    keys.add(key)
    return key


def _published(values: dict[str, str]) -> str | None:
    for name, zone in (("post_date_gmt", "+00:00"), ("post_date", "")):
        if m := _MYSQL_DATE.fullmatch(values.get(name, "")):
            found = iso(f"{m[1]}T{m[2]}{zone}")
            if found:
                return found
    return iso(values.get("pubdate", ""))
