"""A web server on 127.0.0.1 that says exactly the bytes a test gives it, and remembers who asked."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]


Answer = bytes | Callable[[Asked], bytes | Iterator[bytes]]


def page(body: bytes = b"<p>Hello.</p>", status: str = "200 OK", **fields: str) -> bytes:
    """An answer as servers send them; a field's name has _ for -."""
    head = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
    head |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def moved(to: str, status: str = "302 Found") -> bytes:
    return page(b"", status, Location=to)


def http_date(ago: float) -> str:
    return formatdate(1_700_000_000 - ago, usegmt=True)


class Site(socketserver.ThreadingTCPServer):
    """answers: path -> bytes, or what makes them; several in a list are given in turn."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 50

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.asked: list[Asked] = []
        self.connections = 0
        super().__init__(("127.0.0.1", 0), _Conversation)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """All that was asked for, robots.txt left out."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def answer(self, path: str) -> Answer:
        missing = page(b"Not here.", "404 Not Found")
        usual = missing if path == "/robots.txt" else self.answers.get("*", missing)
        found = self.answers.get(path, usual)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up or fails its TLS handshake is what some tests are about."""


class _Conversation(socketserver.StreamRequestHandler):
    server: Site

    def handle(self) -> None:
        self.server.connections += 1
        with contextlib.suppress(OSError):
            while (asked := self._read()) is not None:
                self.server.asked.append(asked)
                answer = self.server.answer(asked.path)
                told = answer(asked) if callable(answer) else answer
                for piece in [told] if isinstance(told, bytes) else told:
                    self.wfile.write(piece)
                if not isinstance(told, bytes) or (b"Content-Length:" not in told and b" 304 " not in told):
                    return

    def _read(self) -> Asked | None:
        first = self.rfile.readline().split()
        if len(first) < 2:
            return None
        headers: dict[str, str] = {}
        while (line := self.rfile.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Asked(first[1].decode("latin-1"), headers)


@contextlib.contextmanager
def site() -> Iterator[Site]:
    with Site() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
