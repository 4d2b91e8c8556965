"""Reduce WordNet for the check of sentences: `python -m bot.train.wordnet FOLDER`, the folder being WordNet's `dict`.

WordNet 3.1 (Princeton University; its licence is beside the result) has the synonym sets of English and their
hypernyms. Kept are the most frequent senses by stem: the numbers of their sets, and of the sets directly above.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.text.tokens import stem

OUT = Path("bot/write/verify/wordnet.tsv.gz")
_SENSES = {"noun": 2, "verb": 4, "adj": 3, "adv": 2}  # how many of a word's senses, the most usual first
_UP = {"noun": ("@",), "verb": ("@",), "adj": ("&", "\\"), "adv": ("\\",)}


def _index(folder: Path, pos: str) -> Iterator[tuple[str, list[str]]]:
    """Each single word with its synsets, the most frequent first; the format is that of wndb(5WN)."""
    for line in (folder / f"index.{pos}").read_text(encoding="latin-1").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split()
        lemma, senses, pointers = fields[0], int(fields[2]), int(fields[3])
        tag_count = int(fields[5 + pointers])
        if lemma.isalpha() and len(lemma) > 2 and (tag_count or senses == 1):
            yield lemma, fields[6 + pointers :][: max(1, min(_SENSES[pos], tag_count or 1))]


def _above(folder: Path, pos: str) -> dict[str, list[str]]:
    """Synset -> its direct hypernyms of the same part of speech."""
    found: dict[str, list[str]] = {}
    for line in (folder / f"data.{pos}").read_text(encoding="latin-1").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split(" | ")[0].split()
        words = int(fields[3], 16)
        at = 4 + 2 * words
        pointers = [fields[at + 1 + 4 * i : at + 5 + 4 * i] for i in range(int(fields[at]))]
        found[fields[0]] = [
            p[1] for p in pointers if p[0] in _UP[pos] and p[2] == {"adj": "a"}.get(pos, pos[0])
        ]
    return found


def build(folder: Path) -> str:
    """The file: stem, numbers of its sets, numbers of those above, separated by tabs."""
    numbers: dict[str, int] = {}
    own: dict[str, set[int]] = {}
    above: dict[str, set[int]] = {}
    for pos in _SENSES:
        upper = _above(folder, pos)
        for lemma, synsets in _index(folder, pos):
            key = stem(lemma)
            for synset in synsets:
                number = numbers.setdefault(f"{pos} {synset}", len(numbers))
                own.setdefault(key, set()).add(number)
                for one in upper.get(synset, []):
                    above.setdefault(key, set()).add(numbers.setdefault(f"{pos} {one}", len(numbers)))
    shared = _shared(own, above)
    lines = []
    for key in sorted(own):
        mine, over = sorted(own[key] & shared), sorted((above.get(key, set()) - own[key]) & shared)
        if mine or over:
            lines.append(f"{key}\t{' '.join(map(str, mine))}\t{' '.join(map(str, over))}")
    return "\n".join(lines) + "\n"


def _shared(own: dict[str, set[int]], above: dict[str, set[int]]) -> set[int]:
    """The sets of at least two stems; others carry no information."""
    owners: dict[int, set[str]] = {}
    for table in (own, above):
        for key, sets in table.items():
            for one in sets:
                owners.setdefault(one, set()).add(key)
    return {one for one, keys in owners.items() if len(keys) > 1}


if __name__ == "__main__":
    with OUT.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
        file.write(build(Path(sys.argv[1])).encode())
