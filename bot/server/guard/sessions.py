"""What one client, and all together, may hold of the server beside questions: requests, streams, sessions.

The window's queue belongs to Gradio, which remembers every session and every open stream; here they are counted, and
the bodies that name them are read with a time limit before Gradio sees them.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import anyio
from starlette.types import Message, Receive

from bot.config import Rate
from bot.problems import Problem, Refused
from bot.server.guard.gradio_api import (
    HandlerInputs,
    is_cancel_request,
    is_reset_request,
    is_window_request,
)
from bot.server.guard.rate_limit import RateLimits, client_keys, too_many_loads, too_often
from bot.text.printable import replace_lone_surrogates

READ_SECONDS = 15
STREAMS_EACH, STREAMS = 100, 500  # open at a time, of each of two kinds; a tab holds one of them
SESSIONS = 4000  # tabs that are remembered
_NEW_SESSIONS = Rate(300, 3600)  # of one client
_PAGES = Rate(240, 60)  # of one client; a page costs more than a file
_FILES = Rate(
    6000, 60
)  # of one client; a page has some fifty files, and a school may have one address for all
UNREAD = 4  # questions that a session may ask without listening to the answers
_REQUESTS = 600  # a minute, of one client; a question in the window takes about ten
_HASH = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PAGE = re.compile(r"/|/config/?|/embed(?:/.*)?|/a/.*")
_REQUEST = re.compile(r"/gradio_api/.*|/api/.*|/v1/.*|/mcp/?|/ask/?|/schema/.*")
_UNCOUNTED = re.compile(r"/api/reingest(?:/.*)?")  # the owner's token is limited elsewhere
_BODY = re.compile(r"/gradio_api/(queue/join|run/predict|cancel|reset)/?")
_STREAM = re.compile(r"/gradio_api/(?:(heartbeat)/([^/]+)|(queue/data))/?")
_FULL = Problem(429, "busy", "Too many windows are open here just now. Please try again in a minute.", 60)
_UNFIT = Problem(422, "bad_request", "The chat window does not ask this.")
_CROWDED = Problem(429, "rate_limited", "Too many windows are open. Please close some of them.", 60)


@dataclass(slots=True)
class _Session:
    """unread: questions since somebody last listened. listening: open streams of answers."""

    unread: int = 0
    listening: int = 0


@dataclass(slots=True)
class Sessions:
    """The requests, streams and sessions of all clients. Lives on one event loop.

    Attributes:
        requests: How often one client may ask for anything that is computed.
        pages: How often it may load a page.
        files: How often it may load anything else.
        new: How often it may open a tab.
        inputs: What the window may ask of Gradio.
    """

    requests: RateLimits
    pages: RateLimits
    files: RateLimits
    new: RateLimits
    inputs: HandlerInputs = field(default_factory=dict)
    _streams: Counter[tuple[str, str]] = field(default_factory=Counter)
    _sessions: OrderedDict[str, _Session] = field(default_factory=OrderedDict)

    def count(self, path: str, address: str | None) -> None:
        """Count one request; raises Refused if there were too many."""
        if _UNCOUNTED.fullmatch(path):
            return
        computed = _REQUEST.fullmatch(path) is not None
        limits = self.requests if computed else self.pages if _PAGE.fullmatch(path) else self.files
        left, _ = limits.wait(address)
        if left > 0:
            raise Refused(too_often(int(left) + 1) if computed else too_many_loads(int(left) + 1))

    @contextmanager
    def stream(self, path: str, query: bytes, address: str | None) -> Iterator[None]:
        """Hold a place for a stream as long as it is open, if the path is one. Raises Refused."""
        found = _STREAM.fullmatch(path)
        if not found:
            yield
            return
        kind = found[1] or found[3]
        name = found[2] or parse_qs(query.decode("latin-1")).get("session_hash", [""])[0]
        session = self._session(name, address)
        clients = client_keys(address)
        if any(self._streams[kind, key] >= STREAMS_EACH * allowance for key, allowance in clients):
            raise Refused(_CROWDED)
        if self._streams[kind, ""] >= STREAMS:
            raise Refused(_FULL)
        listens = kind != "heartbeat"
        held = [(kind, key) for key, _ in clients] + [(kind, "")]
        self._streams.update(held)
        if listens:
            session.unread, session.listening = 0, session.listening + 1
        try:
            yield
        finally:
            self._streams.subtract(held)
            self._streams += Counter()  # drops what has come to nothing
            session.listening -= listens

    async def read(self, path: str, receive: Receive, address: str | None, most: int) -> Receive:
        """The body, whole and checked, as something to receive it from again. Raises Refused."""
        body = await _whole(receive, most)
        if found := _BODY.fullmatch(path):
            fields = _object(body)
            self._check(found[1], fields, address)
            body = _without_lone_surrogates(body, fields)
        return _again(body, receive)

    def _check(self, kind: str, fields: Mapping[str, Any], address: str | None) -> None:
        """Refuse what no window sends, and questions of a session that does not read the answers."""
        if kind == "reset":  # it names no session, and Gradio remembers nothing of it
            if not is_reset_request(fields):
                raise Refused(_UNFIT)
            return
        name = fields.get("session_hash")
        session = self._session(name if isinstance(name, str) else "", address)
        fits = is_cancel_request(fields) if kind == "cancel" else is_window_request(fields, self.inputs)
        if not fits:
            raise Refused(_UNFIT)
        if kind == "queue/join" and not session.listening:
            if session.unread >= UNREAD:
                raise Refused(too_often(60))
            session.unread += 1

    def _session(self, name: str, address: str | None) -> _Session:
        if not _HASH.fullmatch(name):
            raise Refused(Problem(422, "bad_request", "The session's name is none that a window has."))
        found = self._sessions.get(name)
        if found is None:
            left, _ = self.new.wait(address)
            if left > 0:
                raise Refused(too_often(int(left) + 1))
            found = self._sessions[name] = _Session()
            while len(self._sessions) > SESSIONS:
                self._sessions.popitem(last=False)
        self._sessions.move_to_end(name)
        return found


def open_sessions(
    rates: tuple[Rate, ...], inputs: HandlerInputs | None = None, clock: Callable[[], float] = time.monotonic
) -> Sessions:
    """rates: how often one client may ask a question; () switches off the counting of requests, too."""
    questions = max((rate.count * 60 / rate.seconds for rate in rates if rate.seconds >= 60), default=0.0)
    requests = Rate(max(_REQUESTS, int(30 * questions)), 60)
    new_limits = partial(RateLimits, clock=clock)
    if not rates:
        return Sessions(new_limits(), new_limits(), new_limits(), new_limits(), inputs or {})
    return Sessions(
        requests=new_limits((requests,)),
        pages=new_limits((_PAGES,)),
        files=new_limits((_FILES,)),
        new=new_limits((_NEW_SESSIONS,)),
        inputs=inputs or {},
    )


async def _whole(receive: Receive, most: int) -> bytes:
    read = bytearray()
    with anyio.move_on_after(READ_SECONDS) as scope:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            read += message.get("body", b"")
            more = message.get("more_body", False)
            if len(read) > most:
                raise Refused(Problem(413, "too_large", f"A request may be {most // 1024} kB long at most."))
    if scope.cancelled_caught:
        raise Refused(Problem(408, "too_slow", "The request did not arrive in time. Please send it again."))
    return bytes(read)


def _object(body: bytes) -> Mapping[str, Any]:
    """The JSON object that a body is; an empty one if it is none."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = None
    return fields if isinstance(fields, dict) else {}


def _without_lone_surrogates(body: bytes, fields: Mapping[str, Any]) -> bytes:
    """The same body, with U+FFFD for half characters: Gradio cannot write them into a message, and answers 500."""
    text = json.dumps(fields, ensure_ascii=False)
    replaced = replace_lone_surrogates(text)
    return body if replaced == text else replaced.encode()


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def from_memory() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return from_memory
