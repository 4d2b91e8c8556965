"""Is a server running on the configured port, and does it answer?"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.config import BotConfig, open_copy
from bot.doctor.diagnosis import Diagnosis, note, ok, problem
from ingest.version import installed_version

_SECONDS = 5.0
_MOST_BYTES = 65_536


def server(config: BotConfig) -> Iterator[Diagnosis]:
    """What /healthz says."""
    from bot.server import local_address

    part, address = "server", local_address(config)
    try:
        status, body = _health(address)
    except ConnectionRefusedError:
        yield note(part, f"No server is running at {address}. Start it: footnote serve")
        return
    except (TimeoutError, http.client.HTTPException):
        yield problem(part, f"Something at {address} takes connections, but does not answer as a server should. Stop it and start Footnote again, or "
                      "choose another port by FOOTNOTE_PORT.")  # fmt: skip
        return
    error = body.get("error")
    if status == 200 and body.get("status") == "ok":
        yield ok(
            part,
            f"The server at {address} answers: {body.get('articles')} articles, version {body.get('version')}.",
        )
        yield from _differences(config, body)
    elif status == 503 and isinstance(error, dict) and error.get("code") == "starting":
        yield note(part, f"The server at {address} is starting. Look again in a minute.")
    elif status == 503 and isinstance(error, dict) and "message" in error:
        yield problem(part, f"The server at {address} runs and cannot answer questions: {error['message']} The other lines here, or its log, "
                      "say why.")  # fmt: skip
    else:
        yield problem(
            part,
            f"Another program answers at {address}. Choose another port for Footnote, such as FOOTNOTE_PORT=7861.",
        )


def _differences(config: BotConfig, body: dict[str, Any]) -> Iterator[Diagnosis]:
    part = "server"
    if body.get("version") != installed_version():
        yield note(
            part,
            f"Version {installed_version()} is installed, and the server runs version {body.get('version')}: start it again.",
        )
    live = open_copy(config).generation()
    if live is not None and body.get("index") != live:
        yield note(
            part,
            f"The server answers from {body.get('index')}, and {config.index} has {live}: it may use another folder (FOOTNOTE_INDEX).",
        )


def _health(address: str) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer, {} if it is something else. Raises OSError, HTTPException."""
    place = urlsplit(address)
    asked = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_SECONDS)
    try:
        asked.request("GET", "/healthz", headers={"Accept": "application/json"})
        answer = asked.getresponse()
        body = json.loads(answer.read(_MOST_BYTES))
    except ValueError:
        return answer.status, {}
    finally:
        asked.close()
    return answer.status, body if isinstance(body, dict) else {}
