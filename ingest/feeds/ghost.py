"""Ghost's export (the JSON file of Settings > Import/Export) -> its posts and pages.

Of `{"db": [{"meta": {"exported_on": …}, "data": {"posts": […], "tags": […], …}}]}`; the first versions of Ghost
left "db" out. An export does not name the site's address, so a post has one only if its owner gave it a canonical
one. Posts whose status is not "published" (newsletters that were only sent, too) are not on the site.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from ingest.article import tidy
from ingest.errors import SourceError
from ingest.feeds.entry import clean_tags, iso, made_key, name_only, short_title
from ingest.feeds.post import Post, Skipped, paragraphs, plain_title
from ingest.feeds.xml import decoded
from ingest.urls import public_url
from ingest.visibility import hidden_because

Row = Mapping[str, Any]
_EXPORT = re.compile(r"\s*\{\s*(?:\"db\"\s*:\s*\[\s*\{\s*)?\"meta\"\s*:\s*\{[^{}]{0,2000}?\"exported_on\"")
_LARGEST = 100 * 1024 * 1024
_SITE = "__GHOST_URL__"  # in place of the site's address, which an export does not name
# Of a post that is public some blocks may be for members only.
_GATE = re.compile(r"<!--\s*kg-gated-block:begin\b(?P<for>[^>]{0,300})-->")
_GATE_END = re.compile(r"<!--\s*kg-gated-block:end\s*-->")
_FOR_MEMBERS = re.compile(r"nonMember\s*:\s*false", re.I)


def looks_like_ghost(head: bytes) -> bool:
    """Whether a file that begins so is an export of Ghost."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _EXPORT.match(decoded(head)) is not None


def read_ghost(file: BinaryIO) -> Iterator[Post | Skipped]:
    """The public posts and pages in the export's order; all others as Skipped. Raises SourceError if it is damaged."""
    data = _data_of(file)
    private = any(
        row.get("key") == "is_private" and hidden_because({"private": row.get("value")})
        for row in _rows(data, "settings")
    )
    tags = _linked(data, "tags", "posts_tags", "tag_id")
    people = _linked(data, "users", "posts_authors", "author_id")
    keys: set[str] = set()
    for row in _rows(data, "posts"):
        post = _post(row, tags.get(str(row.get("id")), ()), people.get(str(row.get("id")), ()))
        key = post.key if post.key not in keys else made_key(post.title + post.key, post.html)
        keys.add(key)
        if reason := "it is private, as the whole site is" if private else _reason(row):
            yield Skipped(key, post.title, post.url, reason)
        else:
            yield Post(
                key, post.url, post.title, post.html, post.author, post.published, post.tags, post.full
            )


def _data_of(file: BinaryIO) -> Row:
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise SourceError(f"this export is larger than {_LARGEST // 1024**2} MB; export the blog in parts")
    try:
        found = json.loads(content, strict=False)
    except (ValueError, RecursionError) as error:
        raise SourceError("this export of Ghost is damaged: it is not valid JSON; export again") from error
    outer = found.get("db", [found]) if isinstance(found, dict) else []
    first = outer[0] if isinstance(outer, list) and outer else {}
    data = first.get("data") if isinstance(first, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("posts"), list):
        raise SourceError("this export of Ghost is damaged: it lists no posts; export the blog again")
    return data


def _rows(data: Row, table: str) -> list[Row]:
    rows = data.get(table)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _linked(data: Row, table: str, links: str, to: str) -> dict[str, list[Row]]:
    """By post the rows of a table that another one links it with, in their order."""
    rows = {str(row.get("id")): row for row in _rows(data, table)}
    found: dict[str, list[tuple[float, Row]]] = defaultdict(list)
    for link in _rows(data, links):
        if (row := rows.get(str(link.get(to)))) is not None:
            order = link.get("sort_order")
            found[str(link.get("post_id"))].append((order if isinstance(order, int | float) else 0, row))
    if table == "users":  # Ghost before version 2 has one author a post, named in the post
        for post in _rows(data, "posts"):
            row = rows.get(str(post.get("author_id")))
            if row is not None and str(post.get("id")) not in found:
                found[str(post.get("id"))].append((0, row))
    return {
        post: [row for _, row in sorted(pairs, key=lambda pair: pair[0])] for post, pairs in found.items()
    }


def _post(row: Row, tags: Sequence[Row], people: Sequence[Row]) -> Post:
    title = short_title(tidy(_text(row.get("title"))))
    body = _without_gated(_text(row.get("html"))).replace(_SITE, "") or paragraphs(
        _text(row.get("plaintext"))
    )
    url = public_url(_text(row.get("canonical_url")))
    key = tidy(_text(row.get("slug"))) or str(row.get("id") or "") or made_key(title, body)
    shown = [tag for tag in tags if tag.get("visibility") != "internal"]
    names = dict.fromkeys(
        name for person in people[:10] if (name := name_only(plain_title(_text(person.get("name")))))
    )
    published = iso(str(row["published_at"])) if row.get("published_at") else None
    return Post(
        key,
        url,
        title,
        body,
        ", ".join(names) or None,
        published,
        clean_tags(_text(t.get("name")) for t in shown),
        full=True,
    )


def _reason(row: Row) -> str:
    """Why readers do not see a post; "" if they do."""
    status = tidy(_text(row.get("status"))).lower()
    if status == "sent":
        return "it was sent by e-mail only"
    if status != "published":
        return hidden_because({"status": status}) or f"its status is “{status[:40]}”, so it is not published"
    fields = {"visibility": row.get("visibility") or "public", "published_at": row.get("published_at")}
    return hidden_because(fields) or ""


def _without_gated(html: str) -> str:
    """The body without the blocks that only members see; one that is not closed hides the rest."""
    out: list[str] = []
    at = 0
    for gate in _GATE.finditer(html):
        if gate.start() < at or not _FOR_MEMBERS.search(gate["for"]):
            continue
        out.append(html[at : gate.start()])
        end = _GATE_END.search(html, gate.end())
        if end is None:
            return "".join(out)
        at = end.end()
    return "".join((*out, html[at:]))


def _text(value: object) -> str:
    """A string as it is, anything else as nothing; half a surrogate pair would break what follows."""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
