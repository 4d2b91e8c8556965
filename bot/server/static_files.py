"""A folder of scripts and styles over HTTP, each compressed once and not for every reader.

Gradio compresses its files anew for each request, quickly and so not very well. Here the first
request of a file compresses it well enough, and pack(), called in the background when the server
starts, does it as well as it can be done.

What this file does not know: how long a file may be kept (headers.py), which are wanted (preload.py).
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

KINDS = (".js", ".css", ".json", ".svg")  # what is text; all else is compressed already
LEAST = 400  # bytes; less than this does not get smaller
QUICK, BEST = 5, 11  # brotli's qualities: a millisecond or two for a file, and up to a second


@dataclass(frozen=True, slots=True)
class Packs:
    """Compressed files; a file that was changed is another one. wanted: what pack() will compress."""

    wanted: list[Path] = field(default_factory=list)
    kept: dict[tuple[str, int, str], bytes] = field(default_factory=dict)

    def of(self, file: Path, encoding: str, quality: int = QUICK) -> bytes:
        """A file's bytes in an encoding."""
        key = (str(file), file.stat().st_mtime_ns, encoding)
        if key not in self.kept or quality == BEST:
            self.kept[key] = compressed(file.read_bytes(), encoding, quality)
        return self.kept[key]

    def pack(self) -> None:
        """Compress what is wanted as well as possible; takes seconds."""
        for file in self.wanted:
            if file.suffix in KINDS and file.stat().st_size >= LEAST:
                self.of(file, "br", BEST)


class PackedFiles(StaticFiles):
    """Static files, of which text goes out compressed."""

    def __init__(self, directory: Path, packs: Packs) -> None:
        super().__init__(directory=directory)
        self.packs = packs

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As StaticFiles has it: conditional requests, HEAD and what is not there are its business."""
        whole = await super().get_response(path, scope)
        if not isinstance(whole, FileResponse) or whole.status_code != 200:
            return whole
        file = Path(whole.path)
        if file.suffix not in KINDS:
            return whole
        whole.headers["vary"] = "Accept-Encoding"
        encoding = accepted(Headers(scope=scope).get("accept-encoding", ""))
        if not encoding or scope["method"] != "GET" or file.stat().st_size < LEAST:
            return whole
        told = {name: whole.headers[name] for name in ("etag", "last-modified", "vary")}
        body = await run_sync(self.packs.of, file, encoding)
        return Response(body, 200, {**told, "content-encoding": encoding}, whole.media_type)


def accepted(header: str) -> str:
    """The better of the encodings that we have and an Accept-Encoding allows; "" if none."""
    allowed = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        allowed[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if allowed.get(name)), "")


def compressed(body: bytes, encoding: str, quality: int) -> bytes:
    """br or gzip; gzip knows qualities up to 9."""
    if encoding == "br":
        import brotli  # Gradio brings it

        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, min(quality, 9), mtime=0)
