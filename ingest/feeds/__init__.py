"""Posts as feeds, exports and WordPress's interface give them.

In go the bytes of a feed (RSS, Atom, JSON Feed), an export file (WordPress, Blogger, Ghost), structured data or answers of the interface; out come Posts,
or the reason why an entry is none for readers. Nothing here knows files or HTTP.
"""

from ingest.feeds.export import exported, looks_like_export
from ingest.feeds.feed import Feed, looks_like_feed, read_feed
from ingest.feeds.post import Post, Skipped, article_of
from ingest.feeds.structured_data import OWN_SCHEMA_MAP, Described, read_structured_data
from ingest.feeds.wordpress import (
    WordPressPosts,
    looks_like_wxr,
    read_wxr,
    wordpress_kinds,
    wordpress_posts,
    wordpress_root,
)

__all__ = [
    "OWN_SCHEMA_MAP",
    "Described",
    "Feed",
    "Post",
    "Skipped",
    "WordPressPosts",
    "article_of",
    "exported",
    "looks_like_export",
    "looks_like_feed",
    "looks_like_wxr",
    "read_feed",
    "read_structured_data",
    "read_wxr",
    "wordpress_kinds",
    "wordpress_posts",
    "wordpress_root",
]
