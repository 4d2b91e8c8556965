"""Unpacking what a server packed (gzip, deflate, br, zstd), a bounded piece at a time.

    content(pieces, ["gzip"], largest) -> bytes     the body of an answer
    gunzip(data, largest) -> bytes                  for sitemap.xml.gz

A thousandth of the bytes can be enough to unpack to gigabytes, so it is done piece by piece, and
ends when it is too much.
"""

from __future__ import annotations

import importlib
import importlib.util
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ingest.errors import FetchError, SourceError

_PIECE = 2**16
_MOST_LAYERS = 3
# A zstd block is at most 128 KiB and may be written in 4 bytes, so a slice unpacks to 8 MiB at the most;
# RFC 9659 gives the web the same 8 MiB as window.
_ZSTD_SLICE = 256
_ZSTD_WINDOW = 8 * 2**20


def offered() -> str:
    """The Accept-Encoding header: what can be unpacked here."""
    return ", ".join(
        ["gzip", "deflate"]
        + [
            name
            for name, library in (("br", "brotli"), ("zstd", "zstandard"))
            if importlib.util.find_spec(library)
        ]
    )


def content(
    pieces: Iterable[bytes],
    encodings: Sequence[str],
    largest: int,
    *,
    stated: int | None = None,
    cut: bool = False,
) -> bytes:
    """The whole content, unpacked; at most `largest` bytes, packed and unpacked.

    encodings: of the Content-Encoding header, in its order. stated: how many bytes are announced.
    cut: of what is larger the beginning is enough. Raises FetchError if it is larger, is damaged,
    or cannot be unpacked here.
    """
    if stated is not None and stated > largest and not cut:
        raise _too_large(largest)
    body = bytearray()
    for piece in _unpacked(_counted(pieces, largest), encodings):
        body += piece
        if len(body) > largest:
            if cut:
                return bytes(body[:largest])
            raise _too_large(largest)
    return bytes(body)


def _counted(pieces: Iterable[bytes], largest: int) -> Iterator[bytes]:
    """The pieces as they come: packed data that never unpacks to anything must end too."""
    count = 0
    for piece in pieces:
        count += len(piece)
        yield piece
        if count > largest:
            raise _too_large(largest)


def _unpacked(pieces: Iterable[bytes], encodings: Sequence[str]) -> Iterator[bytes]:
    stages = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
    names = [name for name in encodings if name not in ("", "identity")]
    if len(names) > _MOST_LAYERS or not all(name in stages for name in names):
        raise FetchError(
            "it is packed in a way that cannot be read here; save it from a browser and ingest that"
        )
    unpacked = iter(pieces)
    for name in reversed(names):
        unpacked = stages[name](unpacked)
    return unpacked


def gunzip(data: bytes, largest: int) -> bytes:
    """What a .gz file holds. Raises SourceError if it is damaged or holds more than `largest` bytes."""
    if not data:
        raise SourceError("it is empty")
    return content((data[at : at + _PIECE] for at in range(0, len(data), _PIECE)), ["gzip"], largest)


def _too_large(largest: int) -> FetchError:
    size = f"{largest / 2**20:.3g} MB" if largest >= 2**20 else f"{largest / 2**10:.3g} kB"
    return FetchError(f"it is larger than {size}, so it was not read")


def _damaged() -> FetchError:
    return FetchError("what it sent is damaged: it cannot be unpacked")


def _gzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return _inflated(pieces, 16 + zlib.MAX_WBITS)


def _deflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The standard says zlib's format; some servers send the bare data."""
    rest = iter(pieces)
    start = b""
    for piece in rest:
        start += piece
        if len(start) >= 2:
            break
    framed = len(start) >= 2 and start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0
    return _inflated(_chained(start, rest), zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _inflated(pieces: Iterable[bytes], bits: int) -> Iterator[bytes]:
    """Members that follow each other are one content; what follows the last and is none is ignored."""
    inflater = None
    ended = False
    for piece in pieces:
        rest = piece
        while rest:
            if inflater is None:
                if ended and not rest.startswith(b"\x1f"):
                    return
                inflater = zlib.decompressobj(bits)
            yield _step(inflater, rest)
            rest = inflater.unconsumed_tail
            if inflater.eof:
                rest, inflater, ended = inflater.unused_data, None, True
    while inflater is not None and not inflater.eof:
        if not (last := _step(inflater, b"")):
            raise _damaged()
        yield last


def _step(inflater: zlib._Decompress, data: bytes) -> bytes:
    try:
        return inflater.decompress(data, _PIECE)
    except zlib.error as error:
        raise _damaged() from error


def _brotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    brotli = _library("brotli")
    unpacker = brotli.Decompressor()
    begun = False
    try:
        for piece in pieces:
            begun = begun or bool(piece)
            yield unpacker.process(piece, output_buffer_limit=_PIECE)
            while not unpacker.can_accept_more_data():
                yield unpacker.process(b"", output_buffer_limit=_PIECE)
        while begun and not unpacker.is_finished():
            if not (last := unpacker.process(b"", output_buffer_limit=_PIECE)):
                raise _damaged()
            yield last
    except brotli.error as error:
        raise _damaged() from error


def _zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    zstandard = _library("zstandard")
    begin = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj
    frame: Any = None
    try:
        for piece in pieces:
            for at in range(0, len(piece), _ZSTD_SLICE):
                rest = piece[at : at + _ZSTD_SLICE]
                while rest:
                    frame = frame or begin()
                    yield frame.decompress(rest)
                    rest = b""
                    if frame.eof:
                        rest, frame = frame.unused_data, None
    except zstandard.ZstdError as error:
        raise _damaged() from error
    if frame is not None:
        raise _damaged()


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise FetchError(
            "it is packed in a way that cannot be read here, though it was not asked to be"
        ) from error
