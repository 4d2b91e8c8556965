"""Do citations land? Every sentence of the demo blog, followed as a link in real Chromium.

    python tests/support/fragments.py            the whole measure: the demo blog and the hostile pages
    python tests/support/fragments.py --misses   and what each miss highlighted

The pages are ingested over HTTP. Each sentence, list item, heading, table row, and some spans over
several of them, gets the link that a citation of it has; the browser opens it, and what it paints as
highlighted must be exactly the quote, and in view. What is highlighted is read off the picture:
no script can ask a browser for it.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from patience import PATIENCE
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from bot.answer.citations import link
from bot.demo import create_blog, load_posts
from ingest.article import Article, Block, blocks, sentences
from ingest.sources import loader

PAGES = Path(__file__).parent / "pages" / "fragments"
HOSTILE = sorted(page.stem for page in PAGES.glob("*.html"))
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# What is highlighted in magenta, and all else white: a picture of that is made in half the time.
_PAINT = (
    "::target-text { background: #ff00ff !important; color: #ff00ff !important }"
    "*, *::before, *::after { color: transparent !important; background: #fff !important;"
    " border-color: #fff !important; box-shadow: none !important }"
    "img, svg { visibility: hidden !important }"
)
PART = "not all of it"  # and nothing else
_WAIT = 2.0  # seconds after loading within which a browser that has found the text has painted it

# Where the visible characters of the article stand in the page: the article's text is exactly the
# content of #article or .post-content, without what is marked data-not.
_RECTS = """([text, from, to]) => {
  const root = document.querySelector("#article, .post-content");
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const places = [];
  let seen = "";
  for (let node; (node = walk.nextNode()); ) {
    if (node.parentElement.closest("[data-not], script, style")) continue;
    for (let i = 0; i < node.length; i++)
      if (!/[\\s\\u00ad\\u200b-\\u200f\\u2060\\ufeff]/.test(node.data[i])) {
        seen += node.data[i];
        places.push([node, i]);
      }
  }
  if (seen !== text) return { differs: seen };
  const rects = [];
  for (let at = from; at < to; ) {
    const [node, begin] = places[at];
    let end = at;
    while (end + 1 < to && places[end + 1][0] === node) end++;
    const range = document.createRange();
    range.setStart(node, begin);
    range.setEnd(node, places[end][1] + 1);
    for (const r of range.getClientRects())
      if (r.width > 1) rects.push([r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY]);
    at = end + 1;
  }
  return { rects, top: scrollY, height: innerHeight };
}"""


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of an article that a citation might quote. start, end: offsets into its text."""

    article: Article
    start: int
    end: int
    kind: str

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    @property
    def link(self) -> str:
        found = link(self.article, self.start, self.end)
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Landing:
    """What a browser made of a link. problem: "" if exactly the quote is highlighted, and in view.

    near: whether the reader is there at least: the quote is in view, and some of it or all is highlighted.
    """

    quote: Quote
    problem: str
    near: bool


def quotes(article: Article) -> list[Quote]:
    """Everything of an article that a citation may quote, and some spans over several of these."""
    found: list[Quote] = []
    all_blocks = [block for block in blocks(article.text) if block.kind != "caption"]
    for block in all_blocks:
        if block.kind == "paragraph":
            spans = sentences(article.text, block.start, block.end)
            found += [Quote(article, *span, "sentence") for span in spans]
            found += [Quote(article, a[0], b[1], "two sentences") for a, b in pairwise(spans)]
            if len(spans) > 2:
                found.append(Quote(article, spans[0][0], spans[-1][1], "paragraph"))
        elif block.kind != "row" or set(article.text[block.start : block.end]) - set("|-: "):
            found.append(Quote(article, block.start, block.end, block.kind))
    return found + _over_blocks(article, all_blocks)


def _over_blocks(article: Article, all_blocks: Sequence[Block]) -> list[Quote]:
    """A heading and what follows it; a list as a whole."""
    found = [
        Quote(article, a.start, b.end, "heading and block")
        for a, b in pairwise(all_blocks)
        if a.kind == "heading" and b.kind != "row"
    ]
    run: list[Block] = []
    for block in [*all_blocks, None]:
        if block is not None and block.is_item:
            run.append(block)
            continue
        if len(run) > 1:
            found.append(Quote(article, run[0].start, run[-1].end, "list"))
        run = []
    return found


def visible(article: Article) -> tuple[str, list[int]]:
    """The characters of an article that its page shows, without white space, and their offsets."""
    text = article.text
    spots: list[int] = []
    for block in blocks(text):
        inside = range(block.start, block.end)
        if block.kind == "row":
            ruler = not set(text[block.start : block.end]) - set("|-: ")
            spots += [] if ruler else [n for n in inside if not text[n].isspace() and text[n] != "|"]
        elif block.kind != "caption":
            spots += [n for n in inside if not text[n].isspace()]
    return "".join(text[n] for n in spots), spots


class Follower:
    """One browser page that follows links."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def follow(self, quote: Quote) -> Landing:
        """Open the quote's link as a reader would, in a new document."""
        self.page.goto("about:blank")
        self.page.goto(quote.link, wait_until="load")
        self.page.add_style_tag(content=_PAINT)
        text, spots = visible(quote.article)
        inside = [n for n, spot in enumerate(spots) if quote.start <= spot < quote.end]
        found = self._settled([text, inside[0], inside[-1] + 1])
        if "differs" in found:
            raise AssertionError(f"{quote.article.url} is stored otherwise than shown: {found['differs']!r}")
        problem = self._judge(found)
        return Landing(quote, problem, problem in ("", PART) and _in_view(found))

    def _settled(self, about: list[Any]) -> dict[str, Any]:
        """The expected places, when the page has scrolled or has had its time to."""
        until = time.monotonic() + _WAIT
        while True:
            found: dict[str, Any] = self.page.evaluate(_RECTS, about)
            if "differs" in found or _in_view(found) or time.monotonic() > until:
                self.page.wait_for_timeout(30)
                return found
            self.page.wait_for_timeout(50)

    def _judge(self, found: dict[str, Any]) -> str:
        until = time.monotonic() + _WAIT
        while True:
            picture = np.asarray(Image.open(io.BytesIO(self.page.screenshot(full_page=True))).convert("RGB"))
            painted = (picture[..., 0] > 235) & (picture[..., 1] < 20) & (picture[..., 2] > 235)
            if painted.any() or time.monotonic() > until:
                break
            self.page.wait_for_timeout(100)
        return compare(painted, found["rects"]) or ("" if _in_view(found) else "out of view")


def _in_view(found: dict[str, Any]) -> bool:
    first = found["rects"][0]
    return bool(found["top"] - 2 <= first[1] and first[1] < found["top"] + found["height"])


def compare(painted: np.ndarray[Any, Any], rects: Sequence[Sequence[float]]) -> str:
    """What differs between the pixels that are painted and the places that should be; "" for nothing.

    A highlight is as high as its line, a text's rectangle as its font: so each line is compared in the
    middle, and what is painted elsewhere may stand a little above and below it.
    """
    if not painted.any():
        return "nothing highlighted"
    allowed, missing = np.zeros_like(painted), False
    for left, top, right, bottom in rects:
        middle = painted[round((top + bottom) / 2), round(left) + 1 : max(round(right) - 1, round(left) + 2)]
        missing = missing or bool(middle.size and middle.mean() < 0.9)
        slack = (bottom - top) * 0.5
        allowed[max(0, int(top - slack)) : int(bottom + slack), max(0, int(left) - 7) : int(right) + 7] = True
    stray = painted & ~allowed
    if stray.sum() > 40:
        rows, columns = np.nonzero(stray)
        more = "something else" if missing else "more than it"
        return f"{more}, from ({columns.min()}, {rows.min()}) to ({columns.max()}, {rows.max()})"
    return PART if missing else ""


# --- the pages, the browser


def site() -> Starlette:
    """The demo blog, and below /hostile/ what real pages do to a text."""

    async def hostile(request: Any) -> Response:
        return HTMLResponse((PAGES / f"{request.path_params['name']}.html").read_text(encoding="utf-8"))

    return Starlette(routes=[Route("/hostile/{name}", hostile), Mount("/", create_blog(None, load_posts()))])


@contextmanager
def served(app: Any) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE)


def articles(address: str, names: Sequence[str] = HOSTILE) -> list[Article]:
    """The demo blog's posts, then the hostile pages of these names, as ingest reads them."""
    with loader(allow_private=True) as load:
        found = [item for item in load(address) if isinstance(item, Article)]
        for name in names:
            read = list(load(f"{address}/hostile/{name}"))
            pages = [item for item in read if isinstance(item, Article)]
            assert pages, f"{name}: {read}"
            found += pages
    return found


def measure(page: Any, wanted: Sequence[Quote], told: Callable[[Landing], None]) -> list[Landing]:
    follower = Follower(page)
    landings = []
    for quote in wanted:
        landings.append(follower.follow(quote))
        told(landings[-1])
    return landings


def figures(landings: Sequence[Landing]) -> list[str]:
    """Lines with the share that lands, and that lands near: of the demo blog, of each hostile page."""
    groups: dict[str, list[Landing]] = {}
    for one in landings:
        url = one.quote.article.url or ""
        groups.setdefault(url.rpartition("/")[2] if "/hostile/" in url else "the demo blog", []).append(one)
        if "/hostile/" in url:
            groups.setdefault("all hostile pages", []).append(one)
    return [
        f"{name:28} {sum(not g.problem for g in group):4} of {len(group):4}  "
        f"{100 * sum(not g.problem for g in group) / len(group):5.1f} %"
        f"  near: {100 * sum(g.near for g in group) / len(group):5.1f} %"
        for name, group in groups.items()
    ]


def main() -> None:
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

    def told(landing: Landing) -> None:
        if landing.problem and "--misses" in sys.argv:
            q = landing.quote
            print(f"{landing.problem}: {q.kind} {q.text[:90]!r}\n    {q.link}", flush=True)

    only = [name for name in sys.argv[1:] if not name.startswith("-")]
    with served(site()) as address, sync_playwright() as playwright:
        found = articles(address, only or HOSTILE)
        chosen = [a for a in found if not only or "/hostile/" in (a.url or "")]
        browser = playwright.chromium.launch(
            executable_path=path or playwright.chromium.executable_path, args=FLAGS
        )
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        landings = measure(page, [q for a in chosen for q in quotes(a)], told)
        browser.close()
    print(*figures(landings), sep="\n")


if __name__ == "__main__":
    main()
