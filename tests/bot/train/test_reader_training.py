"""The reader's training: rows as tokens, batches, the two losses, a run that resumes. With the real model, a few steps."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
from torch import Tensor

from bot.train.examples import Example, batches, batches_of_groups, tokenize
from bot.train.pairs import batch_of, load_tokenizer, pair_of
from bot.train.reader import figures, loss_of, loss_together, train
from bot.train.reading_rows import Row, mixed, read_rows
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import model_folder

TEXT = "Kettles\nFill it with vinegar. Boil it twice; rinse."
SENTENCES = ((8, 29), (30, 51))


@pytest.fixture(scope="module")
def tokenizer() -> object:
    folder = model_folder(DEFAULT_EMBEDDER)
    assert folder is not None
    return load_tokenizer(folder)


def rows() -> list[Row]:
    """Four questions about the kettle, each with the passage that answers and one that does not."""
    other = "Lamps\nDust the shade. Change the bulb when it flickers."
    found = []
    for number, question in enumerate(("what do I fill in", "how often do I boil", "with what", "and then")):
        gold = (number % 2 == 0, number % 2 == 1)
        found.append(Row("kettles", f"q{number}", "answered", question, TEXT, SENTENCES, gold))
        found.append(
            Row("kettles", f"q{number}", "retrieved", question, other, ((6, 21), (22, 54)), (False, False))
        )
    return found


@pytest.fixture(scope="module")
def examples(tokenizer: object) -> list[Example]:
    return tokenize(rows(), tokenizer)


def test_sentences_are_known_by_their_tokens_and_what_does_not_fit_is_left_out(tokenizer: object) -> None:
    pair = pair_of(tokenizer, "how do I descale", TEXT, SENTENCES)
    (_, start, end), (_, after, last) = pair.sentences
    assert end == after and last == len(pair.ids) - 1 and pair.types[start] == 1
    batch = batch_of([pair, pair_of(tokenizer, "how", TEXT, SENTENCES[:1])])
    assert batch.real.tolist() == [[True, True], [True, False]]
    assert batch.pool.sum(-1).round(5).tolist() == [[1, 1], [1, 0]]
    long = "word " * 400 + "last."
    assert [k for k, _, _ in pair_of(tokenizer, "why", long, [(0, 4), (2000, 2005)]).sentences] == [0]


def test_every_example_is_in_one_batch_and_a_group_stays_together(examples: list[Example]) -> None:
    for arrange in (batches, batches_of_groups):
        made = list(arrange(examples, random.Random(0)))
        assert sorted(map(id, (e for batch in made for e in batch))) == sorted(map(id, examples))
    for batch in batches_of_groups(examples * 30, random.Random(0)):
        groups = [e.row.group for e in batch]
        assert all(groups.count(group) % 2 == 0 for group in groups)


@pytest.mark.model
def test_a_few_steps_learn_and_a_run_that_was_stopped_goes_on(
    examples: list[Example], tmp_path: Path
) -> None:
    from bot.train.network import TrainableReader

    net = TrainableReader()
    before = value(loss_of(net, examples)), value(loss_together(net, examples))
    train(net, examples, examples, tmp_path, seed=0, epochs=12)
    net.eval()
    assert value(loss_of(net, examples)) < before[0] and value(loss_together(net, examples)) < before[1]
    assert set(figures(net, examples)["kettles"]) == {"auroc", "first"}
    again = TrainableReader()
    train(
        again, examples, examples, tmp_path, seed=0, epochs=12
    )  # all steps are done: only loads the checkpoint
    net.eval()
    again.eval()
    assert value(loss_of(again, examples)) == pytest.approx(value(loss_of(net, examples)), abs=1e-3)


def value(loss: Tensor) -> float:
    return float(loss.detach())


def test_a_public_set_is_read_with_its_answers_and_shares(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    passage = "Fill it with vinegar. Boil it twice."
    lines = [
        {"question": "with what?", "title": "Kettles", "passage": passage, "answers": [[13, 20]], "group": "a", "licence": "MIT"},
        {"question": "with oil?", "title": "", "passage": passage, "answers": [], "group": "a", "neg": "delete"},
    ] * 6  # fmt: skip
    with gzip.open(folder / "train.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    first, second = list(read_rows(folder, "train"))[:2]
    assert first.text == f"Kettles\n{passage}" and first.gold == (True, False) and first.licence == "MIT"
    assert [first.text[a:b] for a, b in first.sentences] == ["Fill it with vinegar.", "Boil it twice."]
    assert second.text == passage and second.gold == (False, False) and second.kind == "delete"
    taken = mixed(tmp_path, random.Random(0))
    assert [row.kind for row in taken].count("answered") == 6 and len(taken) == 8
