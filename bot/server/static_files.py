"""Scripts and styles over HTTP, each compressed once and not for every reader.

Gradio compresses its files for each request, quickly and so not very well. Here the first request of a file
compresses it well enough, and `CompressedFiles.compress_all`, called in the background when the server starts,
compresses what the window needs as well as possible. The window's own script and style are several files to read
and one request each: a bundle.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_FOLDER = Path(__file__).parents[1] / "static"
WINDOW_FOLDER = STATIC_FOLDER / "window"
BUNDLES: dict[str, tuple[str, ...]] = {  # in this order: later files use earlier ones
    "window.js": (
        "frame.js",
        "ui.js",
        "sources.js",
        "speech.js",
        "steps.js",
        "urgent.js",
        "states.js",
        "feedback.js",
        "restore.js",
        "share.js",
        "aloud.js",
        "dictation.js",
    ),
    "window.css": (
        "palette.css",
        "ui.css",
        "answers.css",
        "sources.css",
        "steps.css",
        "frame.css",
        "feedback.css",
        "aloud.css",
        "last.css",
    ),
}
KINDS = (".js", ".css", ".json", ".svg")  # text; everything else is compressed already
MIN_BYTES = 400  # less than this does not get smaller
QUICK, BEST = 5, 11  # brotli's qualities: a millisecond or two for a file, and up to a second


@dataclass(frozen=True, slots=True)
class CompressedFiles:
    """A memory of compressed files, by name, time of change and encoding.

    Attributes:
        wanted: The files that `compress_all` compresses ahead of the first request.
    """

    wanted: list[Path] = field(default_factory=list)
    bodies: dict[tuple[str, int, str], bytes] = field(default_factory=dict)

    def get(self, file: Path, encoding: str, quality: int = QUICK) -> bytes:
        """A file's bytes in an encoding."""
        key = (str(file), file.stat().st_mtime_ns, encoding)
        if key not in self.bodies or quality == BEST:
            self.bodies[key] = compressed(file.read_bytes(), encoding, quality)
        return self.bodies[key]

    def compress_all(self) -> None:
        """Compress the wanted files as well as possible; takes seconds."""
        for file in self.wanted:
            if file.suffix in KINDS and file.stat().st_size >= MIN_BYTES:
                self.get(file, "br", BEST)


class CompressedStaticFiles(StaticFiles):
    """Static files, of which text goes out compressed."""

    def __init__(self, directory: Path, files: CompressedFiles) -> None:
        super().__init__(directory=directory)
        self.files = files

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As StaticFiles does, which handles conditional requests, HEAD and missing files."""
        plain = await super().get_response(path, scope)
        if not isinstance(plain, FileResponse) or plain.status_code != 200:
            return plain
        file = Path(plain.path)
        if file.suffix not in KINDS:
            return plain
        plain.headers["vary"] = "Accept-Encoding"
        encoding = accepted(Headers(scope=scope).get("accept-encoding", ""))
        if not encoding or scope["method"] != "GET" or file.stat().st_size < MIN_BYTES:
            return plain
        headers = {name: plain.headers[name] for name in ("etag", "last-modified", "vary")}
        body = await run_sync(self.files.get, file, encoding)
        return Response(body, 200, {**headers, "content-encoding": encoding}, plain.media_type)


@functools.cache
def bundle(name: str) -> bytes:
    """One of BUNDLES as one file."""
    return b"\n".join((WINDOW_FOLDER / part).read_bytes() for part in BUNDLES[name])


@functools.cache
def bundle_version(name: str) -> str:
    """Changes when the content does: part of the address, so that browsers may keep the file permanently."""
    return sha256(bundle(name)).hexdigest()[:12]


def bundle_route(name: str) -> Callable[[Request], Awaitable[Response]]:
    """A route that answers one of BUNDLES."""
    kind = "text/javascript" if name.endswith(".js") else "text/css"
    caching = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    bodies = {"gzip": compressed(bundle(name), "gzip", 9), "br": compressed(bundle(name), "br", BEST)}

    async def get(request: Request) -> Response:
        encoding = accepted(request.headers.get("accept-encoding", ""))
        if not encoding:
            return Response(bundle(name), media_type=kind, headers=caching)
        headers = {**caching, "Content-Encoding": encoding}
        return Response(bodies[encoding], media_type=kind, headers=headers)

    return get


def accepted(header: str) -> str:
    """The better of the encodings that we have and that an Accept-Encoding allows; "" if none."""
    allowed = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        allowed[name.strip()] = weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("br", "gzip") if allowed.get(name)), "")


def compressed(body: bytes, encoding: str, quality: int) -> bytes:
    """The body in an encoding, br or gzip; gzip has qualities up to 9."""
    if encoding == "br":
        import brotli

        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, min(quality, 9), mtime=0)
