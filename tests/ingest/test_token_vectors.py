"""Token vectors as the index keeps them: small, near to what they were, and damage is an error."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IndexCorrupt
from ingest.token_vectors import TokenVectors, late_interaction


def made(n: int, d: int, seed: int = 0) -> TokenVectors:
    draw = np.random.default_rng(seed)
    vectors = draw.standard_normal((n, d)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    starts = np.cumsum(draw.integers(0, 9, n)).astype(np.int32)
    return TokenVectors(starts, starts + draw.integers(1, 70_000, n).astype(np.int32), vectors)


@given(st.integers(0, 20), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_offsets_and_lengths_survive(n: int, d: int, seed: int) -> None:
    before = made(n, d, seed)
    back = TokenVectors.from_bytes(before.to_bytes())
    assert (back.starts == before.starts).all() and (back.ends == before.ends).all()
    assert back.vectors.shape == (n, d)
    assert np.allclose(np.linalg.norm(back.vectors, axis=1), 1.0, atol=1e-4)


@pytest.mark.parametrize("d", [384, 768, 1000])
def test_cosines_are_near_to_what_they_were(d: int) -> None:
    passage, question = made(200, d, 1), made(20, d, 2).vectors
    question = question + 2 * passage.vectors[:20]  # some are near, as words of a question are
    question /= np.linalg.norm(question, axis=1, keepdims=True)
    back = TokenVectors.from_bytes(passage.to_bytes()).vectors
    shrunk = (2 / np.pi) ** 0.5  # the mean cosine of a vector with its signs
    error = (question @ back.T) / shrunk - question @ passage.vectors.T
    assert float(np.abs(error).mean()) < 1 / d**0.5
    assert (np.argmax(question @ back.T, axis=1) == np.arange(20)).all()


def test_one_peak_does_not_hide_the_rest() -> None:
    """Signs of numbers as they are would all but ignore which number is large."""
    vectors = np.full((2, 384), 0.01, np.float32)
    vectors[0, 5] = vectors[1, 300] = 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nothing = np.zeros(2, np.int32)
    back = TokenVectors.from_bytes(TokenVectors(nothing, nothing, vectors).to_bytes()).vectors
    assert (np.argmax(vectors @ back.T, axis=1) == [0, 1]).all()
    assert float(vectors[0] @ back[1]) < 0.3


def test_a_passage_takes_a_bit_a_number() -> None:
    at = 5 * np.arange(120, dtype=np.int32)
    assert len(TokenVectors(at, at + 4, made(120, 384).vectors).to_bytes()) < 120 * (384 / 8 + 2)


def test_offsets_in_the_order_of_before_are_read() -> None:
    before = made(30, 384)
    blob = before.to_bytes()
    length = int(np.frombuffer(blob, np.int32, 1, 12)[0])
    offsets = np.diff(np.stack([before.starts, before.ends], axis=1).ravel(), prepend=0).astype(np.int32)
    packed = zlib.compress(offsets.tobytes())
    head = np.array([-2, 30, 384, len(packed)], np.int32).tobytes()
    old = TokenVectors.from_bytes(head + packed + blob[16 + length :])
    assert (old.starts == before.starts).all() and (old.ends == before.ends).all()
    assert (old.vectors == TokenVectors.from_bytes(blob).vectors).all()


def test_what_version_0_2_stored_is_read_as_what_is_stored_today() -> None:
    before = made(30, 384)
    numbers = np.rint(before.vectors * 127 / np.abs(before.vectors).max(axis=1, keepdims=True)).astype(
        np.int8
    )
    head = np.array([30, 384], np.int32)
    old = b"".join(part.tobytes() for part in (head, before.starts, before.ends, numbers))
    read, today = TokenVectors.from_bytes(old), TokenVectors.from_bytes(before.to_bytes())
    assert (read.starts == before.starts).all() and (read.ends == before.ends).all()
    assert float((read.vectors * today.vectors).sum(axis=1).min()) > 0.9
    with pytest.raises(IndexCorrupt, match="rebuilds"):
        TokenVectors.from_bytes(old[:-1])


@pytest.mark.parametrize("damage", ["empty", "head", "short", "long", "noise"])
def test_damage_is_an_error_that_says_what_to_do(damage: str) -> None:
    blob = made(30, 384).to_bytes()
    broken = {"empty": b"", "head": blob[:13], "short": blob[:-1], "long": blob + b"x", "noise": b"\xff" * 99}
    with pytest.raises(IndexCorrupt, match="rebuilds"):
        TokenVectors.from_bytes(broken[damage])


@given(st.lists(st.integers(0, 6), max_size=5), st.integers(0, 4), st.integers(0, 99))
def test_a_text_is_as_near_as_the_tokens_nearest_to_those_of_the_question(
    sizes: list[int], asked: int, seed: int
) -> None:
    question = made(asked, 24, seed).vectors
    blobs = [made(n, 24, seed + number).to_bytes() for number, n in enumerate(sizes)]
    near = late_interaction(question, blobs)
    assert near.shape == (len(sizes),)
    for found, n, blob in zip(near, sizes, blobs, strict=True):
        back = TokenVectors.from_bytes(blob).vectors
        wanted = (question @ back.T).max(axis=1).mean() if n and asked else -1.0
        assert abs(float(found) - float(wanted)) < 1e-4


def test_a_damaged_text_is_an_error_there_too() -> None:
    with pytest.raises(IndexCorrupt):
        late_interaction(made(2, 24).vectors, [made(3, 24).to_bytes()[:-1]])
