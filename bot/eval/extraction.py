"""Quality of article extraction: ours and trafilatura alone, on labelled pages.

A set is a folder with `gold.jsonl` (a line a page: `_id`, `file`, `text`, the article's body as
people marked it) and the pages' files. The figures are those of the Article Extraction Benchmark
(github.com/scrapinghub/article-extraction-benchmark, evaluate.py), reimplemented:

- tokens are what `\\w+` matches; a text is the multiset of its runs of 4 tokens (a text of fewer
  tokens is one run);
- of a page, TP is the size of the overlap of the two multisets, FP what only the prediction has,
  FN what only the gold has;
- precision is the mean over pages of TP / (TP + FP), pages with an empty prediction left out;
  recall the mean of TP / (TP + FN), pages with an empty gold left out; F1 is 2PR / (P + R) of
  these two means, not a mean of F1s. So each page weighs the same, however long.

Intervals are percentile bootstraps over the pages. The benchmark also knows ± 1.96 standard
deviations; ours need not be symmetric.

The normal form's marks are taken off before scoring (`bare`): `#`, `-`, `1.`, `|` and `![ ]` go,
all the words stay, headings and captions too. The gold mostly has neither title nor captions, so
a second row shows our text without its captions, which Footnote marks as such.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.eval.measures.intervals import interval
from bot.eval.measures.metrics import share
from ingest.article import blocks
from ingest.errors import SourceError
from ingest.extract import decode, from_html

Half = Literal["all", "tuned", "held out"]
Reader = Callable[[str], str]
Result = dict[str, Any]

_RUN = 4
_TOKEN = re.compile(r"\w+")
_SEED = 20  # of the halves; fixed before anything was tuned


@dataclass(frozen=True, slots=True)
class Page:
    """One labelled page. html: decoded. gold: the article's body as text."""

    id: str
    html: str
    gold: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Runs of 4 tokens that prediction and gold share, that only one has; counts."""

    both: int
    only_predicted: int
    only_gold: int

    @property
    def precision(self) -> float:
        return self.both / (self.both + self.only_predicted) if self.both else 0.0

    @property
    def recall(self) -> float:
        return self.both / (self.both + self.only_gold) if self.both else 0.0

    @property
    def f1(self) -> float:
        """Of this page alone: to find the worst pages, never averaged."""
        return 2 * self.both / max(2 * self.both + self.only_predicted + self.only_gold, 1)


def is_page_set(folder: Path) -> bool:
    """Whether a folder holds labelled web pages."""
    return (folder / "gold.jsonl").is_file() and (folder / "html").is_dir()


def read_pages(folder: Path, half: Half = "all") -> list[Page]:
    """The labelled pages, in the file's order. Raises SourceError if the set is broken.

    half: "tuned" is the random half that rules were made on, "held out" the other one.
    """
    gold = folder / "gold.jsonl"
    try:
        rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
        named = [(str(row["_id"]), folder / row["file"], str(row["text"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        raise SourceError(f"{gold} cannot be read; each line needs _id, file and text.") from None
    ids = sorted(id for id, _, _ in named)
    tuned = set(random.Random(_SEED).sample(ids, len(ids) // 2))
    chosen = [one for one in named if half == "all" or (one[0] in tuned) == (half == "tuned")]
    return [Page(id, _read(file), text) for id, file, text in chosen]


def _read(file: Path) -> str:
    try:
        return decode(file.read_bytes(), html=True)
    except OSError:
        raise SourceError(f"{file} is named in gold.jsonl but cannot be read.") from None


def run(folder: Path, half: Half = "all") -> Result:
    """Figures of ours and of trafilatura's variants on the same pages, in the same run.

    {"pages": n, "readers": {name: {"precision" | "recall" | "F1": [figure, low, high],
    "ms a page": x}}, "F1 above trafilatura": [difference, low, high]}. Raises SourceError.
    """
    pages = read_pages(folder, half)
    if not pages:
        raise SourceError(f"{folder} names no pages.")
    overlaps: dict[str, list[Overlap]] = {}
    figures: dict[str, Result] = {}
    for name, reader in readers().items():
        reader(pages[0].html)  # imports and caches are not the page's time
        began = time.perf_counter()
        texts = [reader(page.html) for page in pages]
        ms = (time.perf_counter() - began) * 1000 / len(pages)
        overlaps[name] = [overlap(text, page.gold) for text, page in zip(texts, pages, strict=True)]
        figures[name] = _figures(overlaps[name]) | {"ms a page": round(ms, 1)}
    pairs = list(zip(overlaps["Footnote"], overlaps["trafilatura"], strict=True))
    return {"pages": len(pages), "readers": figures, "F1 above trafilatura": _with_interval(pairs, _gain)}


def readers() -> dict[str, Reader]:
    """What is compared: HTML in, an article's bare text out."""
    from trafilatura import extract

    def alone(*, recall: bool = False, precision: bool = False) -> Reader:
        return lambda html: (
            extract(html, include_comments=False, favor_recall=recall, favor_precision=precision) or ""
        )

    return {
        "Footnote": lambda html: plain_text(from_html(html).text),
        "Footnote, captions aside": lambda html: plain_text(from_html(html).text, captions=False),
        "trafilatura": alone(),
        "trafilatura, favor_recall": alone(recall=True),
        "trafilatura, favor_precision": alone(precision=True),
    }


def plain_text(text: str, *, captions: bool = True) -> str:
    """A text in normal form without its marks, a block a line; all words stay."""
    shown = (block for block in blocks(text) if captions or block.kind != "caption")
    return "\n".join(text[block.start : block.end] for block in shown)


def overlap(predicted: str, gold: str) -> Overlap:
    """How many runs of 4 tokens two texts share."""
    ours, theirs = _runs(predicted), _runs(gold)
    both = (ours & theirs).total()
    return Overlap(both, ours.total() - both, theirs.total() - both)


def _runs(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    starts = range(max(1, len(tokens) - _RUN + 1)) if tokens else range(0)
    return Counter(tuple(tokens[i : i + _RUN]) for i in starts)


def precision(pages: Sequence[Overlap]) -> float:
    """Mean over the pages where anything was predicted."""
    return share([p.precision for p in pages if p.both + p.only_predicted])


def recall(pages: Sequence[Overlap]) -> float:
    """Mean over the pages where there is anything to find."""
    return share([p.recall for p in pages if p.both + p.only_gold])


def f1(pages: Sequence[Overlap]) -> float:
    """Of mean precision and mean recall, as the benchmark has it."""
    p, r = precision(pages), recall(pages)
    return 2 * p * r / (p + r) if p + r else 0.0


def _gain(pairs: Sequence[tuple[Overlap, Overlap]]) -> float:
    return f1([ours for ours, _ in pairs]) - f1([theirs for _, theirs in pairs])


def _figures(pages: Sequence[Overlap]) -> Result:
    return {
        "precision": _with_interval(pages, precision),
        "recall": _with_interval(pages, recall),
        "F1": _with_interval(pages, f1),
    }


def _with_interval(values: Sequence[Any], figure: Callable[[Sequence[Any]], float]) -> list[float]:
    """[figure, low, high] over pages drawn with replacement; 95 %."""
    drawn = interval(range(len(values)), lambda at: figure([values[int(i)] for i in at]))
    return [round(x, 4) for x in (figure(values), *drawn)]
