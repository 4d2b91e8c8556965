"""The packaged models: their files, and whether they compute."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.config import BotConfig, open_copy
from bot.doctor.diagnosis import Diagnosis, note, ok
from ingest.config import DEFAULT_EMBEDDER
from ingest.errors import ConfigError, DatabaseError, IndexError_

if TYPE_CHECKING:
    from bot.doctor.checkup import OpenEmbedder

_SENTENCE = "What is this blog about?"


def files(config: BotConfig) -> Iterator[Diagnosis]:
    """The embedding model by its official checksum, and our own weights by being read."""
    from bot.read import check_embedder
    from bot.safety import load_classifier
    from ingest.embedder import model_folder, verify_packaged

    part = "models"
    folder = model_folder(config.embedder)
    if config.embedder == DEFAULT_EMBEDDER and folder is not None:
        verify_packaged(folder)
        yield ok(
            part, f"The embedding model is the official {DEFAULT_EMBEDDER}: its checksum (SHA-256) is right."
        )
    elif folder is None:
        yield note(
            part,
            f"The embedding model {config.embedder} comes from a model hub, so its files were not looked at.",
        )
    else:
        yield note(part, "The embedding model is your own, so there is no checksum to compare it with.")
    check_embedder(config.embedder)
    load_classifier()
    yield ok(
        part,
        "The weights of the reader and of the classifier of urgent messages can be read, and fit the embedding model.",
    )


def reading(config: BotConfig, open_embedder: OpenEmbedder | None) -> Iterator[Diagnosis]:
    """Embed one sentence, search the index for it and read what is found; the blog is not embedded."""
    from bot.lookup import Lookup
    from bot.read import CrossEncoder, check_embedder
    from ingest.embedder import model_folder
    from ingest.embedder import open_embedder as open_packaged

    part = "reading"
    check_embedder(config.embedder)
    if model_folder(config.embedder) is None and open_embedder is None:
        yield note(
            part, "It was not tried, since the embedding model might have to be fetched from a model hub."
        )
        return
    started = time.monotonic()
    embedder = (open_embedder or open_packaged)(config.embedder, threads=config.threads)
    encoder = CrossEncoder(threads=config.threads)
    embedder.embed_query(_SENTENCE)
    _ = encoder.calibration  # loads it
    try:
        found = Lookup(open_copy(config), embedder, config, encoder).passages(_SENTENCE, k=1, verbatim=True)
    except (IndexError_, DatabaseError, ConfigError):  # which the part that it belongs to says
        yield ok(
            part, "The models can be loaded. Nothing was searched, since there is no index that can be used."
        )
        return
    seconds = time.monotonic() - started
    title = f", first in “{found[0].title}”" if found else ""
    yield ok(
        part,
        f"The models were loaded, a sentence was embedded, and the blog was searched and read{title}, in {seconds:.1f} seconds.",
    )
