"""Pages with different chat widgets, and stand-ins for the servers of other widgets.

Other widgets are measured as published (`npm pack docsgpt flowise-embed`, unpacked; nothing of them is in this
project), set up as in their README. Stand-ins speak as much of their protocols as their published code needs, with the
scripted answer. Files are served as by a CDN: compressed once at the highest level, with a long cache lifetime.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bot.bench.rig.scripted_bot import PAUSE, SENTENCES, WAIT, words
from bot.server.static_files import BEST, accepted, compressed
from ingest.errors import ConfigError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response, StreamingResponse

DOCSGPT = ("dist/modern/main.js", "dist/modern/browser.js")  # its README names the first, 0.5.1 has the other
FLOWISE = ("dist/web.js",)
_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".html": "text/html"}
_VOCABULARY = (
    "a and as before but by each for from if in into it of on or over so than that the then to under until "
    "when with body breath chair day floor foot hand heel hip hour knee leg minute morning muscle pain pause "
    "round side step strap thigh towel walk week back slowly calmly gently firm little long short warm still "
    "bend breathe ease hold keep lean let lift lower move press rest sit stand stretch turn wait"
).split()
_ICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 4h18v13H8l-5 4z"/></svg>'


@dataclass(frozen=True, slots=True)
class Widget:
    """A chat widget on a page; selectors are CSS.

    Attributes:
        line: HTML at the end of the body.
        opener: Selector of the button that opens it, "" if it is open.
        host: Selector of the element whose shadow root holds the rest, "" if there is none.
        box: Selector of the question box.
        answer: Selector of the answer.
        framed: It is in a frame of the chat server.
    """

    name: str
    line: str
    opener: str = ""
    host: str = ""
    box: str = ""
    answer: str = ""
    framed: bool = False


def widgets(chat: str, cdn: str, docsgpt: Path | None, flowise: Path | None) -> list[Widget]:
    """All that can be measured here. chat, cdn: addresses of our server and of the stand-ins."""
    ours = {"box": "#fn-box textarea", "answer": ".fn-answer", "framed": True}
    frame = (
        f'<iframe src="{chat}/" title="Chat" '
        'style="position:fixed;right:16px;bottom:16px;width:384px;height:70vh;border:0"></iframe>'
    )
    script = f'<script src="{chat}/widget.js" defer></script>'
    found = [
        Widget("nothing", ""),
        Widget("our widget", script, opener="footnote-chat button", **ours),  # type: ignore[arg-type]
        Widget("eager iframe", frame, **ours),  # type: ignore[arg-type]
    ]
    if docsgpt is not None:
        found.append(_docsgpt(cdn, package_version(docsgpt)))
    if flowise is not None:
        found.append(_flowise(cdn, package_version(flowise)))
    return found


def _docsgpt(cdn: str, version: str) -> Widget:
    settings = {"apiHost": cdn, "apiKey": "key", "avatar": f"{cdn}/icon.svg", "buttonIcon": f"{cdn}/icon.svg"}
    line = (
        f'<div id="app"></div><script src="{cdn}/docsgpt.js" type="module"></script><script type="module">'
        f'window.onload = function() {{ renderDocsGPTWidget("app", {json.dumps(settings)}) }}</script>'
    )
    box = 'input[placeholder="Ask your question"]'
    return Widget(f"DocsGPT {version}", line, opener="#app :text('Ask a question')", box=box, answer="#app")


def _flowise(cdn: str, version: str) -> Widget:
    settings = {"chatflowid": "flow", "apiHost": cdn}
    line = (
        f'<script type="module">import Chatbot from "{cdn}/flowise.js"; '
        f"Chatbot.init({json.dumps(settings)});</script>"
    )
    host = "flowise-chatbot"
    return Widget(
        f"Flowise {version}", line, opener=f"{host} button", host=host, box="textarea",
        answer=".chatbot-container, .chatbot-host-bubble:last-of-type",
    )  # fmt: skip


def package_version(folder: Path) -> str:
    """Which version an unpacked npm package is. Raises ConfigError that tells how to get one."""
    try:
        return str(json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        raise ConfigError(
            f"{folder} is no unpacked npm package. `npm pack docsgpt flowise-embed` fetches the two; "
            "unpack each with `tar xzf FILE.tgz` and name the folder `package` that comes out."
        ) from None


def scripts(docsgpt: Path | None, flowise: Path | None) -> dict[str, Path]:
    """The file that each package is embedded by, under the name it is served as."""
    given = {"docsgpt": (docsgpt, DOCSGPT), "flowise": (flowise, FLOWISE)}
    return {name: _first(folder, names) for name, (folder, names) in given.items() if folder is not None}


def _first(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ConfigError(f"{folder} has no {' or '.join(names)}: it is another version than this bench knows.")


# --- the page


def blog_page(line: str) -> str:
    """A post of a blog: some 8 kB of text, a picture, and what is to be measured at the end of the body."""
    rng = Random(3)
    answer = [" ".join(rng.choices(_VOCABULARY, k=90)).capitalize() + "." for _ in range(14)]
    sections = "".join(
        f"<h2>Part {n}</h2><p>{'</p><p>'.join(answer[n * 2 : n * 2 + 2])}</p>" for n in range(7)
    )
    style = "body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 serif}img{width:100%;height:auto}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A post</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{style}</style></head><body><h1>How long is long enough?</h1>"
        f'<img src="/picture.jpg" width="800" height="500" alt="">{sections}{line}</body></html>'
    )


@cache
def picture() -> bytes:
    """A photograph's worth of bytes, about 24 kB, the same each time."""
    from io import BytesIO

    from PIL import Image, ImageFilter

    noise = Image.frombytes("RGB", (24, 15), Random(5).randbytes(24 * 15 * 3))
    made = BytesIO()
    noise.resize((800, 500)).filter(ImageFilter.GaussianBlur(2)).save(made, "JPEG", quality=50)
    return made.getvalue()


# --- the server


@cache
def packed(file: Path, encoding: str) -> bytes:
    """A file's bytes as a CDN sends them: brotli or gzip, at their best."""
    return compressed(file.read_bytes(), encoding, BEST) if encoding else file.read_bytes()


def site(found: Mapping[str, Widget], files: Mapping[str, Path]) -> Starlette:
    """The blog (/NAME is the post with that widget), the CDN (files by name) and the stand-ins."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.cors import CORSMiddleware
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    def sent(body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> Response:
        return Response(body, 200, headers, _TYPES[kind])

    def page(request: Request) -> Response:
        body = blog_page(found[request.path_params["name"]].line).encode()
        return sent(gzip.compress(body, mtime=0), ".html", {"content-encoding": "gzip"})

    def script(request: Request) -> Response:
        encoding = accepted(request.headers.get("accept-encoding", ""))
        headers = {"cache-control": "public, max-age=604800"}
        headers |= {"content-encoding": encoding} if encoding else {}
        return sent(packed(files[request.path_params["name"]], encoding), ".js", headers)

    return Starlette(
        routes=[
            Route("/page/{name}", page),
            Route("/picture.jpg", lambda _: sent(picture(), ".jpg")),
            Route("/icon.svg", lambda _: sent(_ICON, ".svg")),
            Route("/{name}.js", script),
            Route("/stream", lambda _: _events(docsgpt_events), methods=["POST"]),
            Route("/api/v1/chatflows-streaming/{flow}", lambda _: JSONResponse({"isStreaming": True})),
            Route("/api/v1/public-chatbotConfig/{flow}", lambda _: JSONResponse({})),
            Route("/api/v1/prediction/{flow}", lambda _: _events(flowise_events), methods=["POST"]),
        ],
        middleware=[
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
        ],
    )


def docsgpt_events(word: str | None) -> str:
    """The event of DocsGPT's server for a word, and for the end (None)."""
    if word is not None:
        return f"data: {json.dumps({'answer': word})}\n\n"
    return 'data: {"type": "id", "id": "1"}\n\ndata: {"type": "end"}\n\n'


def flowise_events(word: str | None) -> str:
    """The event of Flowise's server for a word, and for the end (None)."""
    if word is not None:
        return f"message:\ndata:{json.dumps({'event': 'token', 'data': word})}\n\n"
    event_of = {"event": "metadata", "data": {"chatId": "1", "chatMessageId": "2"}}
    return f'message:\ndata:{json.dumps(event_of)}\n\nmessage:\ndata:{{"event": "end", "data": "[DONE]"}}\n\n'


def _events(event_of: Callable[[str | None], str]) -> StreamingResponse:
    from starlette.responses import StreamingResponse

    async def stream() -> AsyncIterator[str]:
        if event_of is flowise_events:
            yield 'message:\ndata:{"event": "start", "data": ""}\n\n'
        clock = asyncio.get_running_loop()
        due = clock.time() + WAIT
        for word in words(" ".join(SENTENCES)):
            await asyncio.sleep(max(0.0, due - clock.time()))
            yield event_of(word)
            due += PAUSE
        yield event_of(None)

    return StreamingResponse(stream(), media_type="text/event-stream")
