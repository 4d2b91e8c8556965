"""Which words of English mean the same, and which say less than others: WordNet, by stem.

A "handset" is a "phone", so a sentence about a handset bears out one that says phone; not the other way
round. Princeton University's WordNet 3.1 (wordnet.LICENSE), made small by bot/train/wordnet.py and read at
first use (0.1 s, 12 MB). What this file does not know: which of a word's senses is meant.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Iterable
from pathlib import Path

_FILE = Path(__file__).parent / "wordnet.tsv.gz"


@functools.lru_cache(maxsize=1)
def _sets() -> dict[str, tuple[str, str]]:
    lines = gzip.decompress(_FILE.read_bytes()).decode("utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {stem: (own, above) for stem, own, above in rows}


@functools.lru_cache(maxsize=20_000)
def _senses(stem: str) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of a stem's own sets, and of those right above them."""
    own, above = _sets().get(stem, ("", ""))
    return frozenset(map(int, own.split())), frozenset(map(int, above.split()))


def is_borne_out(wanted: str, there: Iterable[str]) -> bool:
    """Does one of these stems mean the same as the wanted one, or something that is a kind of it?"""
    own = _senses(wanted)[0]
    return bool(own) and any(own & (mine | above) for mine, above in map(_senses, there))


def are_siblings(one: str, other: str) -> bool:
    """Are these two kinds of one thing, so that neither can stand for the other ("arm" and "leg")?"""
    (mine, over), (its, above) = _senses(one), _senses(other)
    return bool(over & above) and not (mine & (its | above) or its & over)
