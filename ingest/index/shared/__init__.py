"""Generations of several machines: their files in a database, which one is live there, and a copy in each machine's folder.

In goes a database and a folder, out come generations that are read from the folder as on one machine. This room does not know
what is in the files.
"""

from ingest.index.shared.generations import SharedGenerations, share_generations

__all__ = ["SharedGenerations", "share_generations"]
