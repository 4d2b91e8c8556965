"""A Chroma server that several machines share: collections of records, each an id and a vector, and the nearest of them.

In go an address, ids and vectors, out come ids, vectors and similarities. This room does not know what the records are of.
"""

from ingest.chroma.collection import Collection
from ingest.chroma.server import ChromaServer, open_chroma

__all__ = ["ChromaServer", "Collection", "open_chroma"]
