"""Origins: where a stored article was read, and what listed it.

    file:///home/ann/blog/post.md           a file; its folder lists it
    https://blog.example/post               a page that was read alone
    feed:https://blog.example/feed KEY      a feed named it; feeds never say what is gone
    listing:https://blog.example/ KEY       a whole list (site or sitemap) named it, so it may vanish
    export:https://blog.example/x.xml KEY   an export held it

KEY is the post's own address, or a made-up key if it has none.
"""

from __future__ import annotations


def page_of(origin: str) -> str:
    """Where an article itself was read, without what listed it."""
    return origin.rpartition(" ")[2]


def preferred_origin(new: str, old: str) -> str:
    """The origin to store for an article that was found at two.

    A list of a whole site is preferred to a feed, which shows the newest posts only, and a feed to the
    page alone: else a followed feed would take posts from the sitemap that decides whether they still
    exist.
    """
    return old if _rank(old) > _rank(new) else new


def _rank(origin: str) -> int:
    if not origin.startswith(("http://", "https://", "feed:")):
        return 2
    return 1 if origin.startswith("feed:") else 0
