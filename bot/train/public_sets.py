"""Questions of public sets, each with one passage, in the layout of a reader-training collection.

One JSON object a line: question, title, passage, answers (offsets), neg (how a question without an answer was made).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.read import spans

_LONGEST = (
    900  # characters of a passage; a longer one is cut to a window of whole sentences around the answer
)


@dataclass(frozen=True, slots=True)
class Row:
    """A question and one passage.

    Attributes:
        source: Where it is from.
        group: As the set states it.
        kind: "answered", or how an unanswerable one was made.
        question: As a reader types it.
        text: Title and headings, a line break, the passage.
        sentences: Start and end of each in `text`.
        gold: For each sentence, does it answer?
        licence: Of the source, as it states it.
        cosine: Of question and passage; 0 where it was not computed.
    """

    source: str
    group: str
    kind: str
    question: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    gold: tuple[bool, ...]
    licence: str = ""
    cosine: float = 0.0


def read_rows(folder: Path, part: str) -> Iterator[Row]:
    """The rows of one public set. part: "train" or "dev"."""
    with gzip.open(folder / f"{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if made := _row(row, folder.name):
                yield made


def _row(row: dict[str, object], source: str) -> Row | None:
    passage, answers = str(row["passage"]), [(int(a), int(b)) for a, b in row["answers"]]  # type: ignore[attr-defined]
    places = [(a, b) for a, b, _ in spans(passage, 0, len(passage))] or [(0, len(passage))]
    if len(passage) > _LONGEST:
        places = _window(places, answers)
    first, last = places[0][0], places[-1][1]
    title = str(row.get("title") or "")
    head = title.rstrip(" .") + "\n" if title else ""
    shift = len(head) - first
    gold = tuple(any(a < e and b < s for b, e in answers) for a, s in places)
    if bool(answers) != any(gold):
        return None
    kind = "answered" if answers else str(row.get("neg") or "unknown")
    moved = tuple((a + shift, b + shift) for a, b in places)
    return Row(
        source,
        str(row["group"]),
        kind,
        str(row["question"]),
        head + passage[first:last],
        moved,
        gold,
        str(row.get("licence") or ""),
    )


def _window(places: Sequence[tuple[int, int]], answers: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring sentences of at most _LONGEST characters that hold the first answer; the first ones if there is none."""
    centre = next(
        (k for k, (a, b) in enumerate(places) if answers and a < answers[0][1] and answers[0][0] < b), 0
    )
    low, high = centre, centre + 1
    while True:
        wider = [(low - 1, high), (low, high + 1)]
        fits = [
            (x, y)
            for x, y in wider
            if x >= 0 and y <= len(places) and places[y - 1][1] - places[x][0] <= _LONGEST
        ]
        if not fits:
            return list(places[low:high])
        low, high = fits[len(fits) // 2] if len(fits) == 1 else fits[(high - low) % 2]
