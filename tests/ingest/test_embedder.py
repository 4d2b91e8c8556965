"""A wrong or damaged model is an error that says what to do; both engines give the same vectors."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import (
    PackagedEmbedder,
    SentenceTransformerEmbedder,
    model_folder,
    open_embedder,
    verify_packaged,
)
from ingest.errors import EmbedderError


def test_packaged_weights_are_the_official_ones(tmp_path: Path) -> None:
    folder = model_folder(DEFAULT_EMBEDDER)
    assert folder is not None
    verify_packaged(folder)
    (tmp_path / "model.safetensors").write_bytes(b"not these")
    with pytest.raises(EmbedderError, match="checksum"):
        verify_packaged(tmp_path)


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(EmbedderError, match="no folder"):
        open_embedder("./no-such-model").count("x")


TEXTS = (
    "Knead the dough for ten minutes, then let it rise.",
    "",
    "naïve “quotes” — an IT band, 20–30 s",
    "Rain again. " * 150,
    "One short line.",
)


@pytest.mark.model
def test_the_packaged_model_gives_the_vectors_of_sentence_transformers() -> None:
    """Also those of a text that is cut off, of none, and of many that are read together."""
    ours, theirs = PackagedEmbedder(threads=1), SentenceTransformerEmbedder(threads=1)
    pooled, tokens = ours.embed_tokens(TEXTS)
    expected, expected_tokens = theirs.embed_tokens(TEXTS)
    assert pooled.shape == (5, ours.dimension) and np.allclose(pooled, expected, atol=1e-5)
    assert np.allclose(np.linalg.norm(pooled, axis=1), 1.0, atol=1e-5)
    for one, other in zip(tokens, expected_tokens, strict=True):
        assert one.starts.tolist() == other.starts.tolist() and one.ends.tolist() == other.ends.tolist()
        assert np.allclose(one.vectors, other.vectors, atol=1e-5)
    assert [TEXTS[0][a:b] for a, b in zip(tokens[0].starts, tokens[0].ends, strict=True)][1:3] == [
        "ead",
        "the",
    ]
    assert [ours.count(text) for text in TEXTS[:3]] == [len(one.starts) for one in tokens[:3]]


def test_threads_share_the_packaged_model() -> None:
    embedder = PackagedEmbedder(threads=1)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(embedder.embed_query, TEXTS * 3))
    alone = [embedder.embed_query(text) for text in TEXTS]
    assert all(np.allclose(one, alone[n % 5], atol=1e-5) for n, one in enumerate(found))


def test_embedding_with_the_packaged_model_imports_no_torch() -> None:
    code = (
        "import sys; from ingest.embedder import open_embedder; open_embedder(threads=1).embed_query('x');"
        "print({'torch', 'transformers', 'sentence_transformers', 'chromadb'} & set(sys.modules))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
