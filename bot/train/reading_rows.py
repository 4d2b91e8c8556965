"""Questions with one passage each, from which the reader learns whether and where a passage answers.

Three kinds of source: public question sets in the layout of a reader-training collection (one JSON object a line:
question, title, passage, answers, neg), this project's own posts and questions (data/train/reading), and the training
halves of question sets in the BEIR layout. Of the last two a question comes with the passages that retrieval finds, the
answering one and some that look best of those that do not answer.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.eval.sets import read_set
from bot.read import spans
from bot.retrieve import Corpus, embed_plain, search
from bot.train.cross_encoder import trained_on
from bot.train.sentence_net import correct_question, memory_corpus, off_topic_questions, read_post
from ingest.article import embedding_text
from ingest.embedder import SentenceTransformerEmbedder

# What share of a public set's rows is taken, by how a row without an answer was made. Deleted and swapped ones can be found
# by counting shared words, and teach just that; those that people wrote or edited do not.
SHARES = {
    "answered": 1.0, "human": 1.0, "edit-word": 1.0, "edit-ent": 1.0, "edit-num": 1.0,
    "swap": 0.5, "swap-near": 0.5, "other-aspect": 0.5, "delete": 0.33,
}  # fmt: skip
_PAIRS = "squad2-pairs"  # sets whose rows come as a person's pairs: taken twice
_FEWER = {"fairytaleqa": 0.45, "squadshifts-wiki": 0.85}  # of large sets, this share of the answered rows
_PASSAGES = 12
_LONGEST = (
    900  # characters of a passage; a longer one is cut to a window of whole sentences around the answer
)


@dataclass(frozen=True, slots=True)
class Row:
    """A question and one passage.

    Attributes:
        source: Where it is from.
        group: Rows of one group belong in one batch: a person's pair of questions, one answerable and one not.
        kind: "answered", or how an unanswerable one was made.
        question: As a reader types it.
        text: Title and headings, a line break, the passage.
        sentences: Start and end of each in `text`.
        gold: For each sentence, does it answer?
        licence: Of the source, as it states it.
    """

    source: str
    group: str
    kind: str
    question: str
    text: str
    sentences: tuple[tuple[int, int], ...]
    gold: tuple[bool, ...]
    licence: str = ""


def read_rows(folder: Path, part: str) -> Iterator[Row]:
    """The rows of one public set. part: "train" or "dev"."""
    with gzip.open(folder / f"{part}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if made := _row(row, folder.name):
                yield made


def mixed(folder: Path, draw: random.Random) -> list[Row]:
    """The training rows of every set in a folder, in the shares that judge best on their dev parts."""
    taken: list[Row] = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        rows = list(read_rows(place, "train"))
        if place.name.startswith(_PAIRS):
            taken += rows * 2
            continue
        for kind in sorted({row.kind for row in rows}):
            mine = [row for row in rows if row.kind == kind]
            share = _FEWER.get(place.name, 1.0) if kind == "answered" else SHARES.get(kind, 0.5)
            taken += draw.sample(mine, round(share * len(mine)))
    return taken


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


def own_rows(folder: Path, embedder: SentenceTransformerEmbedder, negatives: int = 2) -> Iterator[Row]:
    """The project's own questions, each with passages of its post."""
    posts = {path.stem: read_post(path) for path in sorted(folder.glob("*.json"))}
    strange = off_topic_questions(posts, random.Random(0))
    for name, (article, written) in posts.items():
        asked = [
            (q.question, [(article.id, *span) for span in q.gold]) for q in (*written, *strange.get(name, []))
        ]
        yield from _found_rows("own", name, asked, memory_corpus([article], embedder), embedder, negatives)


def benchmark_rows(folder: Path, embedder: SentenceTransformerEmbedder, negatives: int = 3) -> Iterator[Row]:
    """The training half of a question set in the BEIR layout."""
    found = read_set(folder)
    corpus = memory_corpus(found.articles, embedder)
    asked = [
        (case.question, [*case.any, *case.all] if case.answerable else [])
        for case in found.cases
        if trained_on(case.id) and not case.kind and (case.has_gold or not case.answerable)
    ]
    yield from _found_rows(folder.name, folder.name, asked, corpus, embedder, negatives)


def _found_rows(
    source: str,
    group: str,
    asked: Iterable[tuple[str, Sequence[tuple[str, int, int]]]],
    corpus: Corpus,
    embedder: SentenceTransformerEmbedder,
    negatives: int,
) -> Iterator[Row]:
    questions = list(asked)
    queries = [correct_question(question, corpus.keywords, embedder) for question, _ in questions]
    for number, ((_, gold), question) in enumerate(
        zip(questions, embed_plain(queries, embedder), strict=True)
    ):
        wrong = 0
        for passage in search(question, corpus, k=_PASSAGES):
            chunk = passage.chunk
            text, shift = embedding_text(passage.title, chunk)
            places = [
                (a, b) for a, b, _ in spans(corpus.articles[chunk.article_id].text, chunk.start, chunk.end)
            ]
            right = tuple(
                any(chunk.article_id == name and a < e and b < s for name, b, e in gold) for a, s in places
            )
            if not places or (not any(right) and wrong >= negatives):
                continue
            wrong += not any(right)
            kind = "answered" if any(right) else "retrieved"
            moved = tuple((a - shift, b - shift) for a, b in places)
            yield Row(source, f"{group}-{number}", kind, question.text, text, moved, right)
