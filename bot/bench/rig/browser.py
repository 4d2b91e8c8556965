"""A page in Chromium and its measurements: bytes, requests, paints, layout shifts, times of appearance.

Times are taken inside the page from its own clock and events, so that driving it costs nothing; bytes are Chromium's
count on the wire, headers included (DevTools protocol). The frames of all sites share one process, as on phones with
little memory, so that throttling applies to all and a frame's work counts as the page's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import FootnoteError

# playwright's types are not installed everywhere this file is
Browser = Any
Page = Any
Frame = Any
INSTALL = "`pip install 'playwright>=1.60'`, and Chromium from your system's packages or by `playwright install chromium`"
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
]  # fmt: skip
PATIENCE_MS = 60_000


class NoBrowser(FootnoteError):
    """There is no browser to measure with; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A reader's connection and device. down, up: bits a second; latency: ms; slower: than this machine."""

    name: str
    down: float = 0.0
    up: float = 0.0
    latency: float = 0.0
    slower: float = 1.0
    phone: bool = False


LOOPBACK = Condition("loopback")
SLOW_4G = Condition("slow 4G, slow phone", 1.6e6, 0.75e6, 150, 4, phone=True)


@dataclass  # without slots: playwright marks the owner of a handler
class Traffic:
    """The network traffic so far, by request."""

    sizes: dict[str, float] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def on_request(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith(("data:", "blob:")):
            self.urls[event["requestId"]] = event["request"]["url"]

    def on_response(self, event: dict[str, Any]) -> None:
        if event["response"]["status"] >= 400:
            self.refused.append(event["response"]["url"])
        if not event["response"].get("fromDiskCache"):
            self._add(event["requestId"], event["response"].get("encodedDataLength", 0))

    def on_data(self, event: dict[str, Any]) -> None:
        self._add(event["requestId"], event.get("encodedDataLength", 0))

    def on_finished(self, event: dict[str, Any]) -> None:
        """Replace the sum of the parts by the total."""
        if event["requestId"] in self.urls:
            self.sizes[event["requestId"]] = event["encodedDataLength"]
            self.whole.add(event["requestId"])

    def on_failed(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.urls and not event.get("canceled"):
            self.refused.append(self.urls[event["requestId"]])

    @property
    def bytes(self) -> float:
        return sum(self.sizes.values())

    @property
    def requests(self) -> int:
        return len(self.urls)

    @property
    def from_network(self) -> int:
        """Requests that had to leave the browser."""
        return sum(1 for size in self.sizes.values() if size > 0)

    def _add(self, request: str, size: float) -> None:
        if request in self.urls and request not in self.whole:
            self.sizes[request] = self.sizes.get(request, 0.0) + size


@contextmanager
def browser(named: str = "") -> Iterator[Browser]:
    """A headless Chromium, the named one if any. Raises NoBrowser where there is none, or nothing to drive it with."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NoBrowser(f"Not measured: this needs playwright and Chromium: {INSTALL}.") from None
    with sync_playwright() as playwright:
        given = named or shutil.which("chromium") or shutil.which("chromium-browser")
        path = given or shutil.which("google-chrome") or playwright.chromium.executable_path
        if not Path(path).exists():
            raise NoBrowser(f"Not measured: there is no Chromium here: {INSTALL}, or name it in CHROMIUM.")
        started = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(started: Browser, condition: Condition, script: str) -> Iterator[tuple[Page, Traffic]]:
    """A page with an empty cache; script runs in each of its frames."""
    size = {"width": 390, "height": 844} if condition.phone else {"width": 1280, "height": 860}
    context = started.new_context(viewport=size, is_mobile=condition.phone, has_touch=condition.phone)
    try:
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(script)
        page = context.new_page()
        yield page, watched(page, condition)
    finally:
        context.close()


def watched(page: Page, condition: Condition) -> Traffic:
    """Throttle a page, and count its traffic from now on."""
    traffic, protocol = Traffic(), page.context.new_cdp_session(page)
    protocol.on("Network.requestWillBeSent", traffic.on_request)
    protocol.on("Network.responseReceived", traffic.on_response)
    protocol.on("Network.dataReceived", traffic.on_data)
    protocol.on("Network.loadingFinished", traffic.on_finished)
    protocol.on("Network.loadingFailed", traffic.on_failed)
    protocol.send("Network.enable")
    if condition.down:
        speed = {"downloadThroughput": condition.down / 8, "uploadThroughput": condition.up / 8}
        protocol.send(
            "Network.emulateNetworkConditions", {"offline": False, "latency": condition.latency, **speed}
        )
    if condition.slower > 1:
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": condition.slower})
    return traffic


def watching(
    *, box: str, answer: str, done: str = "", host: str = "", first: str = "", last: str = ""
) -> str:
    """The script that records, in each frame, when elements appeared.

    box, answer: selectors of the question box and of the answer; done: of the complete answer, if there is one.
    first, last: words of the answer, if known. host: selector of the element whose shadow root holds them, if any.
    """
    given = {"box": box, "answer": answer, "done": done or answer, "host": host, "first": first, "last": last}
    return _WATCHING.replace("GIVEN", json.dumps(given))


# Times are milliseconds since 1970, so that different frames can be compared. A press has the time stamp of its event,
# an appearance that of the animation frame that shows it.
_WATCHING = """(() => {
  const given = GIVEN;
  const seen = (window.__seen = { start: performance.timeOrigin, tasks: [], shift: 0, fcp: 0, lcp: 0 });
  const when = (stamp) => performance.timeOrigin + stamp;
  const watch = (type, each) => {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
    } catch (error) { /* a kind this browser does not know */ }
  };
  watch("paint", (e) => { if (e.name === "first-contentful-paint") seen.fcp = when(e.startTime); });
  watch("largest-contentful-paint", (e) => { seen.lcp = when(e.startTime); });
  watch("layout-shift", (e) => { if (!e.hadRecentInput) seen.shift += e.value; });
  watch("longtask", (e) => seen.tasks.push([when(e.startTime), e.duration]));
  addEventListener("click", (e) => { if (e.isTrusted) seen.pressed ??= when(e.timeStamp); }, true);
  addEventListener("keydown", (e) => {
    if (e.isTrusted && e.key === "Enter") seen.asked ??= when(e.timeStamp);
  }, true);
  const root = () => (given.host ? document.querySelector(given.host)?.shadowRoot : document);
  const look = () => {
    const at = root();
    if (at && given.box && !seen.ready) {
      const box = at.querySelector(given.box);
      if (box && !box.disabled && box.getClientRects().length) seen.ready = when(performance.now());
    }
    if (at && seen.asked && !seen.last) {
      const shows = (selector, word) =>
        [...at.querySelectorAll(selector)].some((e) => e.textContent.trim() && e.textContent.includes(word));
      if (!seen.first && shows(given.answer, given.first)) seen.first = when(performance.now());
      if (seen.first && shows(given.done, given.last)) seen.last = when(performance.now());
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();"""
