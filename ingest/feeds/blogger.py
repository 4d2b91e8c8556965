"""Blogger's export (Atom, of Settings > Back up and of Takeout): which of its entries are public posts.

The export holds the theme, the settings (with the administrators' addresses), drafts and readers'
comments as entries beside the posts.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.feeds.xml import decoded
from ingest.visibility import hidden_because

Entry = Any  # feedparser's dictionaries
_SNIFFED = 16 * 1024
_EXPORT = re.compile(r"blog-\d+\.(?:archive|layout|settings|template)|schemas\.google\.com/blogger/2018")
_POSTS = frozenset(("post", "page"))


def looks_like_blogger(head: bytes) -> bool:
    """Whether a file that begins so is an export of Blogger; its live feeds are not."""
    text = decoded(head[:_SNIFFED])
    return re.search(r"<feed\b", text) is not None and _EXPORT.search(text) is not None


def is_post(entry: Entry) -> bool:
    """Whether an entry of any feed is a post or page, by its kind; without a kind it is."""
    if any(name.rpartition("_")[2] == "in-reply-to" for name in entry):
        return False
    return all(kind in _POSTS for kind in _kinds(entry))


def why_hidden(entry: Entry) -> str | None:
    """Why a post is not public, in words; None if it is."""
    fields = {name: entry[name] for name in entry if name.rpartition("_")[2] in ("draft", "status")}
    if any(_kinds(entry)):  # an export; the dates of live feeds may be wrong by a time zone
        fields["published"] = entry.get("published", "")
    return hidden_because({name.rpartition("_")[2]: value for name, value in fields.items()})


def _kinds(entry: Entry) -> list[str]:
    tags = [tag for tag in entry.get("tags") or () if isinstance(tag, dict)]
    kinds = [str(tag.get("term")) for tag in tags if str(tag.get("scheme") or "").endswith("#kind")]
    kinds += [str(entry[name]) for name in entry if name == "blogger_type"]
    return [kind.rpartition("#")[2].strip().lower() for kind in kinds]
