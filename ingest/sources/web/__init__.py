"""Reads what an address lists. In: the address of a page, feed, sitemap, export or blog. Out: articles, and which are gone.

It finds a blog's own list of posts and fetches its pages. It does not know the owner's files.
"""

from ingest.sources.web.site import Web

__all__ = ["Web"]
