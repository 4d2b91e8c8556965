"""Posts as WordPress gives them. In: answers of its interface (REST), or an export file (WXR). Out: Posts, or why one is none.

It makes HTML of what WordPress stores, as WordPress would. It does not know how an answer is fetched.
"""

from ingest.feeds.wordpress.api import WordPressPosts, wordpress_kinds, wordpress_posts, wordpress_root
from ingest.feeds.wordpress.wxr import looks_like_wxr, read_wxr

__all__ = [
    "WordPressPosts",
    "looks_like_wxr",
    "read_wxr",
    "wordpress_kinds",
    "wordpress_posts",
    "wordpress_root",
]
