"""The engines that several servers share, if the settings name them: do they answer, and are they what is needed?"""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import BotConfig
from bot.doctor.diagnosis import Diagnosis, note, ok, problem
from ingest.errors import DatabaseError


def database(config: BotConfig) -> Iterator[Diagnosis]:
    """Postgres: its version, and the schema of the blog."""
    from ingest.database import LAYOUT_VERSION

    part, shared = "database", config.database
    if shared is None:
        return
    try:
        found = shared.status()
    except DatabaseError as error:
        yield problem(
            part,
            f"The database of FOOTNOTE_DATABASE_URL: {error}. See that it runs, and that address, user and password are right.",
        )
        return
    newer = [name for name, version in found.layouts.items() if version > LAYOUT_VERSION]
    if newer:
        yield problem(
            part,
            f"Postgres {found.version}: a newer version of Footnote has written {', '.join(sorted(newer))}. Install that version here, too.",
        )
    elif found.layouts:
        yield ok(part, f"Postgres {found.version} answers, and has the schema {found.schema}.")
    elif found.may_create:
        yield note(
            part,
            f"Postgres {found.version} answers. It has nothing of this blog yet ({found.schema}): the first server or ingest makes it.",
        )
    else:
        yield problem(
            part,
            f"Postgres {found.version} answers, but its user may not make the schema {found.schema}. Let it: GRANT CREATE ON DATABASE … TO …",
        )


def chroma(config: BotConfig) -> Iterator[Diagnosis]:
    """The server of vectors; that it has those of the index, the look at the index says."""
    server = config.chroma
    if server is not None:
        yield ok("chroma", f"The Chroma server {server.version()} answers.")


def rate_store(config: BotConfig) -> Iterator[Diagnosis]:
    """What counts questions for all servers."""
    from bot.server.guard import store_version

    part, url = "rate store", config.rate_store.get_secret_value()
    if not url:
        return
    found = store_version(url)
    if config.rate or config.rate_total:
        yield ok(part, f"{found or 'The store of FOOTNOTE_RATE_STORE'} answers.")
    else:
        yield note(
            part,
            "FOOTNOTE_RATE_STORE is set, but FOOTNOTE_RATE and FOOTNOTE_RATE_TOTAL are off, so nothing is counted in it.",
        )
    if not config.owner_token.get_secret_value():
        yield note(
            part,
            "Without FOOTNOTE_OWNER_TOKEN, the same on all servers, a vote is taken only by the server that gave the answer.",
        )
