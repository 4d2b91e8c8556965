"""Token vectors survive storing; a wrong or damaged model is an error that says what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import SentenceTransformerEmbedder, TokenVectors, model_folder, verify_packaged
from ingest.errors import EmbedderError


@given(st.integers(0, 20), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_round_trip(n: int, d: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.standard_normal((n, d)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    starts = np.arange(n, dtype=np.int32)
    back = TokenVectors.from_bytes(TokenVectors(starts, starts + 1, vectors).to_bytes())
    assert (back.starts == starts).all() and (back.ends == starts + 1).all()
    assert np.allclose((back.vectors * vectors).sum(axis=1), 1.0, atol=1e-3)


def test_packaged_weights_are_the_official_ones(tmp_path: Path) -> None:
    folder = model_folder(DEFAULT_EMBEDDER)
    assert folder is not None
    verify_packaged(folder)
    (tmp_path / "model.safetensors").write_bytes(b"not these")
    with pytest.raises(EmbedderError, match="checksum"):
        verify_packaged(tmp_path)


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(EmbedderError, match="no folder"):
        SentenceTransformerEmbedder("./no-such-model").count("x")


@pytest.mark.model
def test_the_real_model_gives_unit_vectors_and_offsets() -> None:
    embedder = SentenceTransformerEmbedder(threads=1)
    vectors, tokens = embedder.embed_tokens(["Hold for 20-30 seconds.", "Stretch daily."])
    assert vectors.shape == (2, embedder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    text = "Hold for 20-30 seconds."
    assert [text[a:b] for a, b in zip(tokens[0].starts, tokens[0].ends, strict=True)][:2] == ["Hold", "for"]
    assert embedder.count(text) == len(tokens[0].starts)
