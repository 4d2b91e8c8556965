"""`footnote bench widget`: the cost of a chat on a blog's page, and the time until it can be used.

One run measures all candidates in turn, several rounds, and gives medians: a page without a chat, our widget, our
window in an eager iframe and, where their unpacked npm packages are given, DocsGPT's and Flowise's widgets; and the
demo blog with and without the widget. All chats show the same scripted text after the same delay, ours from its real
server, the others from stand-ins for their back ends. The real bot is measured apart: the window beside plain HTTP.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bench.rig import browser as browsing
from bot.bench.rig import other_widgets
from bot.bench.rig.scripted_bot import FIRST, LAST, QUESTION, WAIT
from bot.bench.rig.servers import SCRIPTED, free_port, server_process, server_thread
from bot.bench.rig.stopwatch import Figures
from bot.bench.window import measure_window

ROUNDS = 5
# *.localhost is this machine to Chromium; two names are two sites to it, as blog and chat will be.
BLOG, CHAT, CDN = "blog.localhost", "chat.localhost", "cdn.localhost"


@dataclass(frozen=True, slots=True)
class Packages:
    """Where other widgets' npm packages lie, unpacked; None: not measured. chromium: which one, if not found."""

    docsgpt: Path | None = None
    flowise: Path | None = None
    chromium: str = ""


def bench_widget(given: Packages = Packages(), rounds: int = ROUNDS) -> Figures:
    """A table for each condition, one for the real bot, and notes on what was not measured."""
    given = given or Packages()
    try:
        with browsing.browser(given.chromium) as browser:
            return _measured(browser, given, rounds)
    except browsing.NoBrowser as error:
        return {"widget": str(error)}


def _measured(browser: browsing.Browser, given: Packages, rounds: int) -> Figures:
    with ExitStack() as stack:
        blog_port, chat_port = free_port(), free_port()
        chat, cdn = f"http://{CHAT}:{chat_port}", f"http://{CDN}:{blog_port}"
        blog = f"http://{BLOG}:{blog_port}"
        stack.enter_context(server_process(SCRIPTED, chat_port, {"FOOTNOTE_ALLOWED_ORIGINS": blog}))
        found = other_widgets.widgets(chat, cdn, given.docsgpt, given.flowise)
        files = other_widgets.scripts(given.docsgpt, given.flowise)
        names = {str(place): widget for place, widget in enumerate(found)}
        stack.enter_context(server_thread(other_widgets.site(names, files), blog_port))
        figures: Figures = {}
        for condition in (browsing.LOOPBACK, browsing.SLOW_4G):
            seen: dict[str, list[Visit]] = {widget.name: [] for widget in found}
            for number in range(rounds + 1):
                for widget in found:
                    visit = visited(browser, condition, widget, f"{blog}/page/{found.index(widget)}", chat)
                    if number:  # the first round warms what a server warms
                        seen[widget.name].append(visit)
            figures[condition.name] = {name: summary(visits) for name, visits in seen.items()}
        figures["the demo blog"] = _demo(browser, stack, chat, rounds)
    figures["the real bot, loopback"] = measure_window(browser)
    return figures | _notes(given, rounds)


def _demo(browser: browsing.Browser, stack: ExitStack, chat: str, rounds: int) -> Figures:
    """The longest post of the demo blog before anything is pressed, with the line and without, in turn."""
    from bot.demo import blog as demo

    written = demo.load_posts()
    post = max(written, key=lambda post: len(post.markdown))
    addresses = {}
    for name, embedded in (("without the line", None), ("with the line", chat)):
        port = free_port()
        stack.enter_context(server_thread(demo.create_blog(embedded, written), port))
        addresses[name] = f"http://{BLOG}:{port}/post/{post.slug}"
    seen: dict[str, list[Visit]] = {name: [] for name in addresses}
    for number in range(rounds + 1):
        for name, address in addresses.items():
            visit = visited(browser, browsing.SLOW_4G, other_widgets.Widget(name, ""), address, chat)
            if number:
                seen[name].append(visit)
    return {
        f"{name}, {browsing.SLOW_4G.name}": {k: v for k, v in summary(visits).items() if v != "-"}
        for name, visits in seen.items()
    }


def _notes(given: Packages, rounds: int) -> Figures:
    missing = [name for name in ("docsgpt", "flowise") if getattr(given, name) is None]
    notes = {
        "rounds": f"medians of {rounds}; every candidate once in each round",
        "conditions": f"slow 4G: {browsing.SLOW_4G.down / 1e6:g} Mbit/s down, {browsing.SLOW_4G.up / 1e6:g} up, "
        f"{browsing.SLOW_4G.latency:g} ms before each response; slow phone: {browsing.SLOW_4G.slower:g} times slower, 390 x 844",
        "answers": f"the same scripted words for all, {WAIT * 1000:g} ms before the first; our server is the real "
        "one, the back ends of other widgets are stand-ins on loopback",
    }
    if missing:
        notes["not measured"] = (
            f"{' and '.join(missing)}: fetch with `npm pack docsgpt flowise-embed`, unpack, and name the folders: "
            "`footnote bench widget --docsgpt DIR --flowise DIR`"
        )
    return notes


# --- one visit


@dataclass(frozen=True, slots=True)
class Visit:
    """Measurements of one visit. Times in ms; those of a chat are None on a page without one."""

    bytes_before: float
    requests_before: float
    fcp: float
    lcp: float
    shift: float
    blocking: float
    longest: float
    bytes_after: float | None = None
    requests_after: float | None = None
    ready: float | None = None
    first: float | None = None
    last: float | None = None
    longest_after: float | None = None
    shift_after: float | None = None
    refused: tuple[str, ...] = ()


def visited(
    browser: browsing.Browser,
    condition: browsing.Condition,
    widget: other_widgets.Widget,
    address: str,
    chat: str,
) -> Visit:
    """Open the page, wait until it is idle, press the button, wait for the box, ask, wait for the last word."""
    script = browsing.watching(box=widget.box, answer=widget.answer, host=widget.host, first=FIRST, last=LAST)
    with browsing.opened(browser, condition, script) as (page, traffic):
        page.goto(address, wait_until="load")
        rest(page, traffic)
        top = page.evaluate("__seen")
        size, count = traffic.bytes, traffic.requests
        before: dict[str, Any] = {
            "bytes_before": size,
            "requests_before": count,
            "fcp": top["fcp"] - top["start"],
            "lcp": top["lcp"] - top["start"],
            "shift": top["shift"],
            "blocking": blocking([d for at, d in top["tasks"] if at >= top["fcp"]]),
            "longest": max((d for _, d in top["tasks"]), default=0.0),
        }
        if not widget.box:
            return Visit(**before, refused=tuple(traffic.refused))
        if widget.opener:
            page.locator(widget.opener).first.click()
        frame = _frame(page, chat) if widget.framed else page
        box = frame.locator(f"{widget.host} {widget.box}").first
        frame.wait_for_function("() => window.__seen?.ready")
        rest(page, traffic)
        loaded = {"bytes_after": traffic.bytes - size, "requests_after": traffic.requests - count}
        box.fill(QUESTION)
        box.press("Enter")
        frame.wait_for_function("() => window.__seen?.last")
        inner, top = frame.evaluate("__seen"), page.evaluate("__seen")
        pressed = top["pressed"] if widget.opener else top["start"]
        return Visit(
            **before,
            **loaded,
            ready=inner["ready"] - pressed,
            first=inner["first"] - inner["asked"],
            last=inner["last"] - inner["asked"],
            longest_after=max((d for at, d in top["tasks"] if at >= pressed), default=0.0),
            shift_after=top["shift"] - before["shift"],
            refused=tuple(traffic.refused),
        )


def rest(page: browsing.Page, traffic: browsing.Traffic, quiet: float = 1.0, limit: float = 30.0) -> None:
    """Wait until there was no network traffic for a while."""
    since, seen, began = time.monotonic(), (0.0, 0), time.monotonic()
    while time.monotonic() - since < quiet and time.monotonic() - began < limit:
        page.wait_for_timeout(100)  # lets the events in
        if (now := (traffic.bytes, traffic.requests)) != seen:
            since, seen = time.monotonic(), now


def blocking(tasks: Sequence[float]) -> float:
    """Total blocking time: the time of long tasks beyond 50 ms each, ms."""
    return sum(max(0.0, took - 50) for took in tasks)


def _frame(page: browsing.Page, chat: str) -> browsing.Frame:
    until = time.monotonic() + browsing.PATIENCE_MS / 1000
    while time.monotonic() < until:
        for frame in page.frames:
            if frame.url.startswith(chat):
                return frame
        page.wait_for_timeout(20)
    raise TimeoutError(f"no frame of {chat} came up")


# --- what many visits come to

_ROWS = {
    "kB before the click": ("bytes_before", 1 / 1000, 1),
    "requests before the click": ("requests_before", 1, 0),
    "first contentful paint, ms": ("fcp", 1, 0),
    "largest contentful paint, ms": ("lcp", 1, 0),
    "total blocking time, ms": ("blocking", 1, 0),
    "longest task, ms": ("longest", 1, 0),
    "layout shift": ("shift", 1, 4),
    "kB after the click": ("bytes_after", 1 / 1000, 1),
    "requests after the click": ("requests_after", 1, 0),
    "click to question box, ms": ("ready", 1, 0),
    "question to first words, ms": ("first", 1, 0),
    "question to last words, ms": ("last", 1, 0),
    "longest task after the click, ms": ("longest_after", 1, 0),
    "layout shift after the click": ("shift_after", 1, 4),
}


def summary(visits: Sequence[Visit]) -> dict[str, float | str]:
    """The median of each figure, "-" where there is none, and the number of failed requests."""
    rows: dict[str, float | str] = {}
    for label, (name, scale, digits) in _ROWS.items():
        values = [value * scale for visit in visits if (value := getattr(visit, name)) is not None]
        rows[label] = round(statistics.median(values), digits or None) if values else "-"
    rows["failed requests"] = max(len(visit.refused) for visit in visits)
    return rows
