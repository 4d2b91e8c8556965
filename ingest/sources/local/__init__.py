"""Reads what lies on the owner's disk. In: the path of a file or folder. Out: articles, what is left out, what failed.

A folder may be the repository of a site or hold exports and a table of addresses. It knows no HTTP.
"""

from ingest.sources.local.files import Files, existing
from ingest.sources.local.folder import FEEDS, read_bytes

__all__ = ["FEEDS", "Files", "existing", "read_bytes"]
