"""Reads sources: files, folders, feeds, sitemaps, whole blogs. In: a path or an address. Out: articles.

Beside articles it gives what is left out and why, what failed, and which listing is complete, so that a
sync knows what has vanished. It does not know how text is cleaned or what an index does with it.
"""

from ingest.sources.listing import Listing, Spool, list_source
from ingest.sources.load import Load, load, loader, memory_in
from ingest.sources.origins import page_of, preferred_origin

__all__ = [
    "Listing",
    "Load",
    "Spool",
    "list_source",
    "load",
    "loader",
    "memory_in",
    "page_of",
    "preferred_origin",
]
