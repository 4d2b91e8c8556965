"""Generations of several machines: their files in a database, which one is live there, and a copy in each machine's folder.

In go a database, a folder and perhaps a Chroma server for the vectors, out come generations that are read as on one machine. This
room does not know what articles are, or how a question is searched.
"""

from ingest.index.shared.generations import SharedGenerations, fetched_generations, share_generations

__all__ = ["SharedGenerations", "fetched_generations", "share_generations"]
