"""Ten times the blog: what a search, opening, memory and one edited post cost, beside the same of a small index.

Posts are put together from the sentences of some synthetic ones and embedded by a fake embedder, with two token vectors
each: the index is measured, not the vectors, and 100,000 passages are written in a minute.
"""

from __future__ import annotations

import functools
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bot.bench.rig.stopwatch import ROOT, Figures, disk, ms, seconds
from bot.bench.rig.synthetic_blog import synthetic_post
from bot.lookup import PASSAGES
from bot.retrieve import Corpus, LiveCorpus, search_by_vector
from ingest.article import Article, Inventory, Item, Seen, sentences
from ingest.config import DEFAULT_EMBEDDER, IndexConfig
from ingest.embedder import Floats
from ingest.index import NOTHING_STORED, Index, Stored
from ingest.sync import sync
from ingest.token_vectors import TokenVectors

_SECTIONS = 10  # of a post, each a passage
_SENTENCES = 6  # of a section
_SOURCES = 60  # synthetic posts whose sentences are used
_WORD = re.compile(r"\w+")
_SOURCE = "scale://posts"
_COMMON = (
    "How do I loosen a stiff ankle before bed?",
    "Why does a tight calf strain the hip?",
    "What helps gardeners with a sore back in the morning?",
    "Can I practise with a towel in the office after work?",
    "How many times should I lift the heel on each side?",
)


class _QuickEmbedder:
    """An Embedder: a text's vector is the mean of those of its words, which are drawn at random."""

    name = DEFAULT_EMBEDDER
    dimension = 384

    def count(self, text: str) -> int:
        return len(text.split())

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return np.array([self.embed_query(text) for text in texts], np.float32)

    def embed_query(self, text: str) -> Floats:
        mean = np.mean([_direction(word) for word in _WORD.findall(text.lower())] or [_direction("")], axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        pooled, at = self.embed_passages(texts), np.arange(2, dtype=np.int32)
        return pooled, [TokenVectors(at, at + 1, np.stack([one, one])) for one in pooled]


@functools.lru_cache(maxsize=50_000)
def _direction(word: str) -> Floats:
    return np.random.default_rng(list(word.encode())).standard_normal(384, np.float32)


class _Blog:
    """Posts as a Load gives them: an unchanged one without its text, as a source that remembers does."""

    def __init__(self, passages: int) -> None:
        self._count = max(1, passages // _SECTIONS)
        self._editions: dict[int, int] = {}

    def edit(self, number: int, edition: int) -> None:
        self._editions[number] = edition

    def __call__(
        self, source: str, *, url: str | None = None, known: Mapping[str, Stored] = NOTHING_STORED
    ) -> Iterator[Item]:
        assert source == _SOURCE and url is None
        yield Inventory(_SOURCE, self._count)
        for number in range(self._count):
            stored = known.get(f"post/{number:06}")
            if stored is None or number in self._editions:
                yield _article(number, self._editions.get(number, 0))
            else:
                yield Seen(f"post/{number:06}", stored.fingerprint, stored.origin)


def _article(number: int, edition: int) -> Article:
    rng = random.Random(number)
    post = f"The {_name(number)}"
    parts = []
    for section in range(_SECTIONS):
        text = " ".join(rng.choices(_sentences(), k=_SENTENCES))
        fact = f"{post} is held for {20 + edition % 1000} seconds. " if section == 3 else ""
        parts.append(f"## Part {section} of {number}\n\n{fact}{text}")
    return Article(f"post/{number:06}", f"{post} stretch", "\n\n".join(parts), origin=f"{_SOURCE}/{number}")


def _name(number: int) -> str:
    return "".join("bdfgklmnprstvz"[int(digit)] + "aeiou"[int(digit) % 5] for digit in f"{number:06}") + "n"


@functools.lru_cache(maxsize=1)
def _sentences() -> list[str]:
    texts = [synthetic_post(number).text for number in range(_SOURCES)]
    return [
        text[start:end] for text in texts for start, end in sentences(text, 0, len(text)) if end - start > 40
    ]


def measure_scale(
    sizes: tuple[int, int] = (10_000, 100_000), questions: int = 60, edits: int = 3, place: Path | None = None
) -> Figures:
    """Two indexes, of so many passages each.

    Args:
        sizes: Passages of the small and of the large one.
        questions: How many are searched in each, in turn.
        edits: How many posts are edited.
        place: Where the indexes are kept, and used again; None: in a temporary folder.
    """
    with _folder(place) as folder:
        paths = [folder / str(size) for size in sizes]
        for path, size in zip(paths, sizes, strict=True):
            if Index(path, IndexConfig()).generation() is None:
                _sync(path, _Blog(size))
        searched = _in_process("searches", [str(path) for path in paths], questions)
        opened = [_in_process("opening", str(path), questions) for path in paths]
        bare = _in_process("nothing")["MB"]
        edited = [_edited(path, size, edits) for path, size in zip(paths, sizes, strict=True)]
        disks = [disk(path) for path in paths]
    figures: Figures = {}
    for at, size in enumerate(sizes):
        figures[f"{size} passages"] = {
            "passages": opened[at]["passages"],
            **{f"{name}, median ms": ms(searched[name][at]) for name in searched},
            "opening, s": round(opened[at]["seconds"], 2),
            "memory after it, MB more than a bare process": round(opened[at]["MB"] - bare),
            "one post edited, sync, s": round(edited[at][0], 2),
            "one post edited, to the next search, s": round(sum(edited[at]), 2),
            "index on disk, MB": round(disks[at], 1),
        }
    figures |= {f"{name}, large / small": round(two[1] / two[0], 2) for name, two in searched.items()}
    return figures | {
        "edit, large / small": round(sum(edited[1]) / sum(edited[0]), 2),
        "memory, large / small": round((opened[1]["MB"] - bare) / max(opened[0]["MB"] - bare, 1), 2),
    }


@contextmanager
def _folder(place: Path | None) -> Iterator[Path]:
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="footnote-bench-") as made:
        yield Path(made)


def _sync(path: Path, blog: _Blog) -> None:
    sync([_SOURCE], index=Index(path, IndexConfig()), embedder=_QuickEmbedder, load=blog)


def _edited(path: Path, size: int, edits: int) -> tuple[float, float]:
    """Median seconds of the sync after a post was edited, and then of the first search of a reader that was there before."""
    index, vector = Index(path, IndexConfig()), _QuickEmbedder().embed_query(_COMMON[0])
    live: LiveCorpus[None] = LiveCorpus(index, lambda corpus: None)
    synced, found = [], []

    def search() -> None:
        with live.open() as (corpus, _):
            _search(corpus, _COMMON[0], vector)

    search()
    blog = _Blog(size)
    for number in range(edits):
        post = number * max(1, size // _SECTIONS) // edits
        blog.edit(post, int(time.time()) + number)  # none that an earlier run has written
        synced.append(seconds(lambda: _sync(path, blog)))
        found.append(seconds(search))
    index.close()
    return statistics.median(synced), statistics.median(found)


def _search(corpus: Corpus, question: str, vector: Floats) -> None:
    passages = search_by_vector(question, vector, vector[None, :], corpus=corpus, k=PASSAGES)
    corpus.store.tokens([one.chunk.id for one in passages])  # the readers take them from the store, too


def _in_process(name: str, *arguments: object) -> dict[str, Any]:
    """What a function of this module gives in a new process."""
    code = f"import json; from bot.bench import scale; print(json.dumps(scale.{name}(*{arguments!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def nothing() -> dict[str, float]:
    """The memory of a process that has imported what the others do."""
    return {"MB": _memory()}


def opening(folder: str, questions: int) -> dict[str, float]:
    """Open an index and search it: seconds of the first search, and the memory after all."""
    index, embedder = Index(Path(folder), IndexConfig()), _QuickEmbedder()
    live: LiveCorpus[None] = LiveCorpus(index, lambda corpus: None)
    asked = [(text, embedder.embed_query(text)) for text in _questions(questions, 1)]
    began = time.perf_counter()
    took = 0.0
    for text, vector in asked:
        with live.open() as (corpus, _):
            _search(corpus, text, vector)
            took = took or time.perf_counter() - began
            passages = len(corpus.chunks)
    return {"seconds": took, "MB": _memory(), "passages": passages}


def searches(folders: Sequence[str], questions: int) -> dict[str, list[float]]:
    """Median seconds of the steps of a search in each index, in turn, so that other load affects all."""
    embedder = _QuickEmbedder()
    indexes = [Index(Path(folder), IndexConfig()) for folder in folders]
    lives: list[LiveCorpus[None]] = [LiveCorpus(index, lambda corpus: None) for index in indexes]
    took: dict[str, list[list[float]]] = {}
    for live in lives:
        with live.open() as (corpus, _):
            posts = len(corpus.articles)
        for text in _questions(3, posts):  # reads what is read at first use
            with live.open() as (corpus, _):
                _search(corpus, text, embedder.embed_query(text))
    for turn, text in enumerate(_questions(questions, posts)):
        vector = embedder.embed_query(text)
        for at in (0, 1) if turn % 2 else (1, 0):
            with lives[at].open() as (corpus, _):
                for name, step in _steps(corpus, text, vector).items():
                    took.setdefault(name, [[] for _ in lives])[at].append(seconds(step))
    return {name: [statistics.median(each) for each in both] for name, both in took.items()}


def _steps(corpus: Corpus, text: str, vector: Floats) -> dict[str, Callable[[], object]]:
    ids = [one.chunk.id for one in search_by_vector(text, vector, vector[None, :], corpus=corpus, k=PASSAGES)]
    return {
        "search": lambda: _search(corpus, text, vector),
        "search: vectors": lambda: corpus.store.nearest(vector, 50),
        "search: keywords": lambda: corpus.keywords.best(text, 50),
        "search: token vectors of the passages": lambda: corpus.store.tokens(ids),
    }


def _questions(count: int, posts: int) -> list[str]:
    """Of one post each, and others whose words are in many."""
    rng = random.Random(0)
    return [
        f"How long is the {_name(rng.randrange(posts))} stretch held?"
        if number % 2
        else _COMMON[number // 2 % len(_COMMON)]
        for number in range(count)
    ]


def _memory() -> float:
    """MB that this process has in memory now."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = status.read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024
