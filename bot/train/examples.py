"""Rows as tokens, and in which order and company training sees them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.train.pairs import Pair, pair_of
from bot.train.reading_rows import Row

Item = TypeVar("Item")
_TOKENS = 16 * 160  # of a batch, padding included
_SORTED = 512  # rows that are sorted by length together


@dataclass(frozen=True, slots=True)
class Example:
    """A row as tokens. gold: for each sentence of the pair."""

    row: Row
    pair: Pair
    gold: tuple[bool, ...]


def tokenize(rows: Sequence[Row], tokenizer: Any, draw: random.Random | None = None) -> list[Example]:
    """Rows as tokens; those whose answer is cut off are left out. draw: varies how the question is typed."""
    made = []
    for row in rows:
        question = _typed(row.question, draw) if draw else row.question
        pair = pair_of(tokenizer, question, row.text, row.sentences)
        gold = tuple(row.gold[k] for k, _, _ in pair.sentences)
        if pair.sentences and any(gold) == any(row.gold):
            made.append(Example(row, pair, gold))
    return made


def _typed(question: str, draw: random.Random) -> str:
    """A question as a reader may type it: without its mark, or two letters of a word swapped."""
    if draw.random() < 0.4:
        question = question.rstrip(" ?")
    if draw.random() < 0.06 and len(question) > 12:
        at = draw.randrange(4, len(question) - 4)
        if question[at : at + 2].isalpha():
            question = question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return question


def batches(examples: Sequence[Example], draw: random.Random) -> Iterator[list[Example]]:
    """All examples once, those of a group close together, of like length in a batch."""
    order = list(by_group(examples, examples).values())
    draw.shuffle(order)
    row = [example for group in order for example in group]
    made: list[list[Example]] = []
    for at in range(0, len(row), _SORTED):
        part = sorted(row[at : at + _SORTED], key=lambda e: len(e.pair.ids))
        while part:
            longest, size = len(part[-1].pair.ids), 0
            size = max(1, min(len(part), _TOKENS // longest))
            made.append(part[-size:])
            del part[-size:]
    draw.shuffle(made)
    yield from made


def batches_of_groups(examples: Sequence[Example], draw: random.Random) -> Iterator[list[Example]]:
    """All examples once, those of a group in one batch, groups of like size in a batch."""
    order = list(by_group(examples, examples).values())
    draw.shuffle(order)
    made: list[list[Example]] = []
    for at in range(0, len(order), _SORTED):
        batch: list[Example] = []
        for group in sorted(order[at : at + _SORTED], key=lambda g: max(len(e.pair.ids) for e in g)):
            if batch and max(len(e.pair.ids) for e in group) * (len(batch) + len(group)) > _TOKENS:
                made.append(batch)
                batch = []
            batch = [*batch, *group]
        made.append(batch)
    draw.shuffle(made)
    yield from made


def by_group(examples: Sequence[Example], items: Iterable[Item]) -> dict[tuple[str, str], list[Item]]:
    """What belongs to each example, by the example's group."""
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for example, item in zip(examples, items, strict=True):
        groups[example.row.source, example.row.group].append(item)
    return groups
