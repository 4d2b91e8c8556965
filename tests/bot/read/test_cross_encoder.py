"""Question and passage side by side: how they are laid out, stored, and what comes of the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot.read.cross_encoder import MARKS, CrossEncoder, Pieces, batch_of, pair
from bot.read.features import NAMES, ReaderInput, Sentence
from bot.read.readers import CROSS_ENCODER_SHARE, rank_passages, rerank
from bot.read.reading import Reading, ScoredSentence, calibrated
from bot.types import Passage
from ingest.article import Chunk
from ingest.embedder import Floats, SentenceTransformerEmbedder
from ingest.errors import EmbedderError

D = 4


def words_of(text: str) -> Pieces:
    """A text cut at its spaces, each word one token."""
    starts, at = [], 0
    for word in text.split(" "):
        starts.append(at)
        at += len(word) + 1
    ends = [s + len(w) for s, w in zip(starts, text.split(" "), strict=True)]
    return Pieces(text, np.arange(1000, 1000 + len(starts)), np.array(starts), np.array(ends))


def inputs_of(question: Floats, texts: Sequence[Floats], sentences: Sequence[Sentence]) -> ReaderInput:
    features = np.zeros((len(sentences), len(NAMES)), np.float32)
    exact = np.zeros((len(question), len(sentences), 4), np.float32)
    return ReaderInput(
        question, tuple(texts), tuple(np.arange(1) for _ in texts), tuple(sentences), features, exact
    )


def sentence(passage: int, rows: Sequence[int]) -> Sentence:
    return Sentence(passage, rows[0], rows[-1] + 1, "paragraph", np.array(rows), np.array([], np.int64))


def passage_of(title: str, text: str) -> Passage:
    return Passage(Chunk(title, 0, (), text, 0, len(text)), title, None, 0.0)


def unit(*rows: int) -> Floats:
    return np.eye(D, dtype=np.float32)[list(rows)]


def test_a_pair_holds_every_token_once_and_tells_where_sentences_are() -> None:
    asked, said = words_of("hold stretches"), words_of("Seated hold the stretch")
    inputs = inputs_of(unit(0, 1), [unit(2, 0, 3, 1)], [sentence(0, [1]), sentence(0, [2, 3])])
    made = pair(asked, said, inputs, 0)
    assert made.ids.tolist() == [101, 1000, 1001, 102, 1000, 1001, 1002, 1003, 102]
    assert made.types.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert made.sentences == ((0, 5, 6), (1, 6, 8))


def test_each_token_is_told_what_stands_on_the_other_side() -> None:
    asked, said = words_of("the stretches"), words_of("Seated hold the stretch")
    made = pair(asked, said, inputs_of(unit(0, 1), [unit(2, 2, 3, 1)], [sentence(0, [1])]), 0)
    shared, stop, heading = made.marks.T.tolist()
    assert shared[1:3] == [1.0, 1.0]  # both words of the question stand there, one as another form
    assert shared[4:8] == [0.0, 0.0, 0.0, 1.0]  # of the passage only the content word counts
    assert stop[1] == stop[6] == 1.0 and sum(stop) == 2.0
    assert heading[4] == 1.0 and sum(heading) == 1.0


def test_a_sentence_that_was_not_embedded_whole_is_left_out() -> None:
    asked, said = words_of("hold"), words_of("one two three")
    made = pair(asked, said, inputs_of(unit(0), [unit(1, 2)], [sentence(0, [0]), sentence(0, [1, 2])]), 0)
    assert made.sentences == ((0, 3, 4),)


def test_a_batch_averages_the_tokens_of_each_sentence_and_nothing_else() -> None:
    asked, text = words_of("hold stretches"), words_of("Seated hold the stretch")
    both = [sentence(0, [1]), sentence(0, [2, 3])]
    long = pair(asked, text, inputs_of(unit(0, 1), [unit(2, 0, 3, 1)], both), 0)
    short = pair(words_of("hold"), text, inputs_of(unit(0), [unit(2, 0, 3, 1)], both[:1]), 0)
    batch = batch_of([long, short])
    assert batch.mask.sum(1).tolist() == [9, 8] and batch.ids[1, 8] == 0
    assert batch.marks.shape == (2, 9, MARKS) and not batch.marks[1, 8].any()
    assert batch.pool.sum(-1).tolist() == pytest.approx(np.array([[1, 1], [1, 0]]))
    assert np.flatnonzero(batch.pool[0, 1]).tolist() == [6, 7]


def test_missing_weights_are_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    inputs = inputs_of(unit(0), [unit(1)], [sentence(0, [0])])
    with pytest.raises(EmbedderError, match="make train-cross-encoder"):
        CrossEncoder(tmp_path).logits("q", ["t"], inputs, [0])


@pytest.mark.model
def test_threads_share_the_network_and_what_is_read_together_hardly_matters() -> None:
    """Activations of eight bits are scaled over a batch, hence the tolerance."""
    texts = [
        "Kettles\nDescale the kettle with vinegar once a month.",
        "Lamps\nDust the lamp with a dry cloth.",
    ]
    encoder, question = CrossEncoder(), "how often do I descale the kettle"
    _, (asked, *read) = SentenceTransformerEmbedder(threads=1).embed_tokens([question, *texts])
    bodies = [
        np.flatnonzero(tokens.starts > text.index("\n")) for text, tokens in zip(texts, read, strict=True)
    ]
    sentences = [sentence(place, rows.tolist()) for place, rows in enumerate(bodies)]
    inputs = inputs_of(asked.vectors, [tokens.vectors for tokens in read], sentences)
    together = encoder.logits(question, texts, inputs, [0, 1])
    apart = encoder.logits(question, texts, inputs, [0]) | encoder.logits(question, texts, inputs, [1])
    assert together[0] > together[1]
    assert together == pytest.approx(apart, abs=1.0)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: encoder.logits(question, texts, inputs, [0, 1]), range(8)))
    assert all(one == together for one in found)


class Second:
    """A second reading that says a fixed thing of every sentence, and tells what it was asked."""

    def __init__(self, logit: float) -> None:
        self.logit, self.chosen = logit, list[int]()

    @property
    def calibration(self) -> Floats:
        return np.array([1.0, 0.0, 0.0], np.float32)

    def logits(
        self, question: str, texts: Sequence[str], inputs: ReaderInput, chosen: Sequence[int]
    ) -> dict[int, float]:
        self.chosen = list(chosen)
        return {k: self.logit for k, s in enumerate(inputs.sentences) if s.passage in chosen}


def test_the_passages_that_look_best_are_read_again_and_both_readings_count() -> None:
    sentences = [sentence(p, [0]) for p in range(4)]
    inputs = inputs_of(unit(0), [unit(1)] * 4, sentences)
    second = Second(4.0)
    judged = rerank("q", ["t"] * 4, inputs, np.array([0.0, -3.0, 2.0, 1.0], np.float32), second, 2)
    assert sorted(second.chosen) == [2, 3]
    assert judged == pytest.approx({2: 2.0 + 2 * CROSS_ENCODER_SHARE, 3: 1.0 + 3 * CROSS_ENCODER_SHARE})


def test_a_passage_that_looks_hopeless_is_not_read_again() -> None:
    inputs = inputs_of(unit(0), [unit(1)] * 4, [sentence(p, [0]) for p in range(4)])
    second = Second(4.0)
    rerank("q", ["t"] * 4, inputs, np.array([0.0, -3.0, 2.0, -1.0], np.float32), second, 4)
    assert sorted(second.chosen) == [0, 2, 3]


def test_the_best_sentence_and_the_sum_of_all_are_calibrated() -> None:
    logits = np.array([0.0, -50.0], np.float32)
    assert calibrated(logits, np.array([2.0, 0.0, 1.0], np.float32)) == pytest.approx(1 / (1 + np.exp(-1)))
    two = np.array([0.0, 0.0], np.float32)
    assert calibrated(two, np.array([0.0, 1.0, 0.0], np.float32)) == pytest.approx(2 / 3)


def test_what_is_read_best_comes_first_and_what_was_not_read_keeps_its_place() -> None:
    found = [passage_of(f"Post {n}", f"Text {n}.") for n in range(4)]
    sentences = [sentence(0, [0]), sentence(1, [0]), sentence(1, [0])]
    scored = tuple(
        ScoredSentence(found[p], s, 0.1, logit)
        for p, s, logit in zip((0, 2, 2), sentences, (1.0, -2.0, 3.0), strict=True)
    )
    assert rank_passages(found, Reading(scored, 0.5)) == [found[2], found[0], found[1], found[3]]
