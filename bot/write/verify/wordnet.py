"""Synonyms and hypernyms by stem, from Princeton University's WordNet 3.1, reduced; senses are not disambiguated.

A "handset" is a "phone", so a sentence about a handset entails one about a phone, not the other way round.
Loaded at first use (0.1 s, 12 MB).
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


def is_entailed(wanted: str, there: Iterable[str]) -> bool:
    """Is one of these stems a synonym or a hyponym of the wanted one?"""
    own = _senses(wanted)[0]
    return bool(own) and any(own & (mine | above) for mine, above in map(_senses, there))


def are_siblings(one: str, other: str) -> bool:
    """Are these co-hyponyms, neither of which can replace the other ("arm" and "leg")?"""
    (mine, over), (its, above) = _senses(one), _senses(other)
    return bool(over & above) and not (mine & (its | above) or its & over)
