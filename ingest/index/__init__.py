"""Stores articles, chunks and vectors, in generations of which one is live; readers and writers never meet.

In: articles, chunks and their vectors (`Index.writing`). Out: the live store (`Index.reading`), to be searched
by vector. It does not know where articles come from, or what a question is.
"""

from ingest.index.checksums import damaged_files
from ingest.index.copies import create_store, needs_rewrite, reset_search_index
from ingest.index.disk import disk_errors, is_corruption, private_file
from ingest.index.finish import Finisher, StartFinisher, Subprocess, finish
from ingest.index.folder import Generations, generation_number
from ingest.index.generations import Index
from ingest.index.next_generation import NextGeneration
from ingest.index.records import NOTHING_STORED, Head, Stored
from ingest.index.search_index import warm_up
from ingest.index.shared import SharedGenerations, fetched_generations, share_generations
from ingest.index.store import Store
from ingest.index.writer import Writer

__all__ = [
    "NOTHING_STORED",
    "Finisher",
    "Generations",
    "Head",
    "Index",
    "NextGeneration",
    "SharedGenerations",
    "StartFinisher",
    "Store",
    "Stored",
    "Subprocess",
    "Writer",
    "create_store",
    "damaged_files",
    "disk_errors",
    "fetched_generations",
    "finish",
    "generation_number",
    "is_corruption",
    "needs_rewrite",
    "private_file",
    "reset_search_index",
    "share_generations",
    "warm_up",
]
