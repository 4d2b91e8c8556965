"""The contextual vectors of a text's tokens, and how the index keeps them: one bit a number.

A vector is turned by a fixed orthogonal matrix, after which all its numbers matter alike, and of each the sign is kept
(Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002). The question's vectors keep all their
bits, which is where most of the precision lies (Gao & Long, "RaBitQ", SIGMOD 2024).
"""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.errors import IndexCorrupt

Floats = NDArray[np.float32]
_LAYOUT = -3  # the first number of a blob; up to version 0.2 that was n, and never negative
_LAYOUT_BEFORE = -2  # of a version that was never released: the bytes of the differences in another order
_HEAD = 16  # bytes: the layout, n, d and the length of what follows first, as int32


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The contextual vectors of a text's tokens.

    starts, ends: (n,) int32 offsets into the text, special tokens left out. vectors: (n, d)
    float32, unit length.
    """

    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    vectors: Floats

    def to_bytes(self) -> bytes:
        """The shape, the offsets compressed as differences, and the signs of the turned vectors."""
        n, d = self.vectors.shape
        offsets = np.diff(np.stack([self.starts, self.ends], axis=1).ravel(), prepend=0).astype(np.int32)
        apart = offsets.view(np.uint8).reshape(n, 2, 4).transpose(1, 2, 0)  # most of its bytes are 0
        packed = zlib.compress(apart.tobytes(), 9)
        signs = np.packbits(self.vectors @ turn(d) > 0, axis=1)
        return b"".join([np.array([_LAYOUT, n, d, len(packed)], np.int32).tobytes(), packed, signs.tobytes()])

    @staticmethod
    def from_bytes(blob: bytes) -> TokenVectors:
        """What to_bytes wrote; vectors come back about as they were, at unit length.

        Raises IndexCorrupt if it is something else.
        """
        offsets, signs, d = _read(blob)
        vectors = _of_signs(signs, d) @ (turn(d).T / np.float32(max(d, 1) ** 0.5))
        return TokenVectors(offsets[:, 0], offsets[:, 1], vectors)


def late_interaction(question: Floats, blobs: Sequence[bytes]) -> Floats:
    """How near each text is to a question, token by token: (len(blobs),), -1 to 1.

    For each token of the question the cosine similarity to the nearest token of the text, and of these the mean (MaxSim of
    Khattab & Zaharia, "ColBERT", SIGIR 2020).

    Args:
        question: (m, d), the vectors of its tokens, unit length.
        blobs: What to_bytes() made of each text. A text without tokens is as far away as can be.

    Raises:
        IndexCorrupt: If a blob is something else.
    """
    near = np.full(len(blobs), -1.0, np.float32)
    count, d = question.shape
    read = [(place, signs) for place, blob in enumerate(blobs) if len(signs := _read(blob)[1])]
    if not read or not count:
        return near
    turned = question @ turn(d) / np.float32(d**0.5)
    cosines = turned @ _of_signs(np.concatenate([signs for _, signs in read]), d).T
    firsts = np.cumsum([0, *(len(signs) for _, signs in read[:-1])])
    near[[place for place, _ in read]] = np.maximum.reduceat(cosines, firsts, axis=1).mean(axis=0)
    return near


def _read(blob: bytes) -> tuple[NDArray[np.int32], NDArray[np.uint8], int]:
    """The offsets (n, 2) and the signs (n, d / 8) of a blob, and d. Raises IndexCorrupt."""
    try:
        layout = np.frombuffer(blob, np.int32, 1)[0]
        if layout not in (_LAYOUT, _LAYOUT_BEFORE):
            return _read(_of_version_0_2(blob).to_bytes())
        n, d, length = (int(x) for x in np.frombuffer(blob, np.int32, 3, 4))
        packed = np.frombuffer(zlib.decompress(blob[_HEAD : _HEAD + length]), np.uint8)
        if layout == _LAYOUT:
            packed = np.ascontiguousarray(packed.reshape(2, 4, n).transpose(2, 0, 1)).ravel()
        offsets = np.cumsum(packed.view(np.int32), dtype=np.int32).reshape(n, 2)
        signs = np.frombuffer(blob, np.uint8, offset=_HEAD + length).reshape(n, -(-d // 8))
    except (ValueError, zlib.error):
        raise IndexCorrupt(
            "The index is damaged: its token vectors cannot be read. The next `footnote ingest` rebuilds it."
        ) from None
    return offsets, signs, d


def _of_signs(signs: NDArray[np.uint8], d: int) -> Floats:
    """(n, d) of 1 and -1."""
    return (2 * np.unpackbits(signs, axis=1, count=d).view(np.int8) - 1).astype(np.float32)


def _of_version_0_2(blob: bytes) -> TokenVectors:
    """What version 0.2 and earlier wrote: eight bits a number. Raises ValueError if it is something else."""
    n, d = (int(x) for x in np.frombuffer(blob, np.int32, 2))
    if n < 0 or d < 0 or len(blob) != 8 + n * (8 + d):
        raise ValueError(f"{len(blob)} bytes are no {n} vectors of {d} numbers")
    starts, ends = np.frombuffer(blob, np.int32, 2 * n, 8).reshape(2, n)
    numbers = np.frombuffer(blob, np.int8, n * d, 8 + 8 * n).reshape(n, d)
    return TokenVectors(starts, ends, numbers.astype(np.float32))


@functools.lru_cache(maxsize=4)
def turn(d: int) -> Floats:
    """An orthogonal (d, d) matrix, the same on every machine.

    Twice: random signs, then Hadamard matrices in blocks; in between the rows of all blocks are mixed.
    """
    block = d & -d  # the largest power of two that divides d
    hadamard: Floats = np.ones((1, 1), np.float32)
    while len(hadamard) < block:
        hadamard = np.asarray(np.block([[hadamard, hadamard], [hadamard, -hadamard]]) / 2**0.5, np.float32)
    blocks = np.kron(np.eye(d // block, dtype=np.float32), hadamard) if d else np.zeros((0, 0), np.float32)
    bits = np.unpackbits(np.frombuffer(hashlib.shake_128(b"footnote").digest(d), np.uint8))[: 2 * d]
    signs = np.where(bits, 1.0, -1.0).astype(np.float32).reshape(2, d)
    mixed = np.arange(d).reshape(d // block, block).T.ravel() if d else np.arange(0)
    first = signs[0][:, None] * blocks
    return np.ascontiguousarray(first[:, mixed] * signs[1] @ blocks)
