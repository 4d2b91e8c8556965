"""One entry, as feedparser gives it -> Post.

Which of its links is the post's address, which of its texts is the body, whether the body is the
whole post, who wrote it and when.

    full: the entry has a body (content:encoded, Atom's content) that does not end in "[…]", "Read
    more" or the like, and that does not merely repeat the summary up to a "…". A description alone
    is taken for the whole post if it is 1,500 letters and four paragraphs long and ends in no such
    mark.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ingest.article import tidy
from ingest.extract import iso_date
from ingest.feeds.excerpt import ends_open, looks_whole, same_beginning, without_footer, without_more
from ingest.feeds.post import Post, paragraphs, plain_title
from ingest.urls import public_url

Entry = Any  # feedparser's dictionaries
_MAIL = re.compile(r"(?:mailto:)?[^\s<>()\"',;]+@[^\s<>()\"',;]+")
_ISO = re.compile(r"[12]\d{3}-\d\d-\d\d")
_MOST_TAGS = 30
_LONGEST_TITLE = 500
_LATEST = "2200"  # dates behind it are no dates


@dataclass(frozen=True, slots=True)
class Context:
    """What an entry needs to know of its feed.

    base: what relative addresses are relative to. has_bodies: the feed has elements for whole
    posts; where it has none, feedparser's "content" is a second description.
    """

    base: str | None
    atom: bool
    has_bodies: bool
    channel: Entry


def post_of(entry: Entry, context: Context) -> Post:
    """Never raises on odd values: what cannot be read is as if it were not there."""
    url = _address(entry, context.base)
    title = _title(entry)
    body, full = _body(entry, context)
    key = tidy(str(entry.get("id") or "")) or url or made_key(title, body)
    return Post(key, url, title, body, _author(entry, context), _published(entry), _tags(entry), full)


def made_key(title: str, body: str) -> str:
    """A key for a post that has neither an id nor an address."""
    return "post " + hashlib.blake2b(f"{title}\n{body}".encode(), digest_size=8).hexdigest()


def _address(entry: Entry, base: str | None) -> str | None:
    links = [k for k in entry.get("links") or () if isinstance(k, dict)]
    posts = [k for k in links if k.get("rel", "alternate") == "alternate"]
    pages = [k for k in posts if "html" in str(k.get("type", "html"))]
    link, guid = entry.get("link"), entry.get("id")
    if entry.get("guidislink") and link == guid:
        link = public_url(str(guid))  # many a guid is called a permalink by mistake: "1234" is none
    stated = [entry.get("feedburner_origlink"), *(k.get("href") for k in pages), link]
    stated += [k.get("href") for k in posts]
    return next((found for s in stated if isinstance(s, str) and s and (found := public_url(s, base))), None)


def _title(entry: Entry) -> str:
    stated = str(entry.get("title") or "")
    kind = str((entry.get("title_detail") or {}).get("type") or "text/html")
    return short_title(tidy(stated) if kind == "text/plain" else plain_title(stated))


def short_title(title: str) -> str:
    """A title that is a title: some feeds put a whole note there."""
    return title if len(title) <= _LONGEST_TITLE else title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"


def _body(entry: Entry, context: Context) -> tuple[str, bool]:
    """The body as HTML, and whether it is the whole post."""
    summary = without_footer(_summary(entry))
    contents = [without_footer(_html(c)) for c in entry.get("content") or () if _is_text(c)]
    content = max(contents, key=len, default="")
    if not context.has_bodies and content:
        content, summary = "", max(content, summary, key=len)
    if content.strip():
        content, cut = without_more(content)
        if not summary.strip():
            return content, not cut
        short, _ = without_more(summary)
        repeats = ends_open(content) and same_beginning(content, short)
        # A post whose "content" is the excerpt, and whose description is the post, has been seen.
        if (cut or repeats) and len(short) > 2 * len(content):
            return _described(summary)
        return content, not (cut or repeats)
    return _described(summary)


def _described(summary: str) -> tuple[str, bool]:
    body, cut = without_more(summary)
    return body, not cut and not ends_open(body) and looks_whole(body)


def _summary(entry: Entry) -> str:
    detail = entry.get("summary_detail")  # without it, feedparser has copied the content
    if not isinstance(detail, dict):
        return "" if entry.get("content") else str(entry.get("summary") or "")
    return _html(detail)


def _is_text(content: Entry) -> bool:
    kind = str(content.get("type") or "text/html")
    return kind.startswith("text/") or kind.endswith(("xhtml+xml", "xhtml"))


def _html(content: Entry) -> str:
    value = str(content.get("value") or "")
    return paragraphs(value) if content.get("type") == "text/plain" and value.strip() else value


def name_only(stated: str) -> str:
    """A person's name without e-mail address: "me@blog.example (Ann)" -> "Ann"; "" if none is left."""
    text = plain_title(stated)
    if "@" not in text:
        return "" if re.match(r"https?://", text) or len(text) > 200 else text
    rest = _MAIL.sub(" ", text)
    return tidy(re.sub(r"[()<>\[\]\"]", " ", rest)).strip(" ,;:-") if "@" not in rest else ""


def _author(entry: Entry, context: Context) -> str | None:
    for place in (entry, entry.get("source") or {}, context.channel if context.atom else {}):
        people = [p.get("name") for p in place.get("authors") or () if isinstance(p, dict)]
        stated = str(place.get("author") or "")
        if "@" in stated and len(people) < 2:
            people = [stated]  # feedparser takes some addresses out of it by half
        names = [name_only(str(n)) for n in people if n] or [name_only(stated)]
        found = ", ".join(dict.fromkeys(n for n in names[:10] if n))
        if found:
            return found
    return None


def _published(entry: Entry) -> str | None:
    for name in ("published", "created", "updated"):
        # Not entry.get: it would answer with another date, and warn about it.
        stated = dict.get(entry, name)
        if stated and (found := iso(str(stated), dict.get(entry, f"{name}_parsed"))):
            return found
    return None


def iso(stated: str, parsed: Any = None) -> str | None:
    """A date as feeds state it -> ISO, with the time and its zone where they are stated; else None.

    parsed: what feedparser made of it: a time.struct_time in UTC.
    """
    found = _iso(stated, parsed)
    return found if found and _ISO.match(found) and found < _LATEST else None


def _iso(stated: str, parsed: Any) -> str | None:
    found = iso_date(stated)
    if found and _ISO.match(found) and re.match(r"\s*\d{4}", stated):
        return found
    try:
        return parsedate_to_datetime(tidy(stated)).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        pass  # no date as e-mails write it: see what feedparser made of it
    if parsed is not None:
        try:
            year, month, day, hour, minute, second = parsed[:6]
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC).isoformat()
        except (ValueError, TypeError, OverflowError):
            return None
    return found


def _tags(entry: Entry) -> tuple[str, ...]:
    stated = [t.get("label") or t.get("term") for t in entry.get("tags") or () if isinstance(t, dict)]
    return clean_tags(str(t) for t in stated if t)


def clean_tags(stated: Any) -> tuple[str, ...]:
    """Tags as readers see them: no addresses, none twice."""
    texts = (plain_title(t).lstrip("#") for t in stated)
    fit = (t for t in texts if t and len(t) < 60 and "://" not in t and t.lower() != "uncategorized")
    return tuple(dict.fromkeys(fit))[:_MOST_TAGS]
