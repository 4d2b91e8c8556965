"""The chat window in Chromium under attack: what ran, what was loaded, what the page shows.

`watched` gives a page in which everything that runs a string or a script of a stranger leaves a
trace, in its frames, too, every request to another host is noted and cut off, and every report of the
content security policy is kept. `look` looks at a page, or a frame of it, as it is. What this file does
not know: which strings, and where the chat stands (attack_faces.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from patience import PATIENCE

from bot.server.window.footnotes import without_heading_footnotes
from bot.types import Answer, Citation
from ingest.article import without_towers

Page = Any
# Nothing here changes what a function does for the page's own scripts; it only tells of strings and dialogs.
WATCH = r"""
window.traces = [];
const told = (what) => window.traces.push(String(what).slice(0, 300));
window.hit = (n) => told("hit " + n);
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  window[name] = (...given) => void told(`${name}(${given.join()})`);
}
for (const name of ["setTimeout", "setInterval"]) {
  const real = window[name];
  window[name] = (what, ...rest) => (typeof what === "string" ? void told(`${name}: ${what}`) : real(what, ...rest));
}
const driver = () => new Error().stack.includes("UtilityScript"); // playwright, too, compiles strings
const noted = (kind, text) => driver() || told(`${kind}: ${text}`);
window.eval = new Proxy(window.eval, {
  apply: (real, self, given) => (noted("eval", given[0]), Reflect.apply(real, self, given)),
});
window.Function = new Proxy(window.Function, {
  apply: (real, self, given) => (noted("Function", given.at(-1)), Reflect.apply(real, self, given)),
  construct: (real, given) => (noted("Function", given.at(-1)), Reflect.construct(real, given)),
});
for (const name of ["write", "writeln"]) document[name] = (html) => told("document.write: " + html);
addEventListener("securitypolicyviolation", (event) =>
  told(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
# Elements that could run, load or restyle, and what is on the page of them before anybody asked.
RISKY = (
    "applet", "audio", "base", "body", "embed", "form", "frame", "frameset", "head", "html", "iframe", "image", "img",
    "input", "link", "math", "meta", "object", "portal", "script", "select", "source", "style", "svg", "template",
    "textarea", "title", "track", "video",
)  # fmt: skip
LOOK = r"""
([risky, areas]) => {
  const count = {};
  for (const tag of risky) count[tag] = [...document.getElementsByTagName(tag)].filter((element) => !element.closest(".fn-link")).length;
  const wrong = [];
  const tell = (element, why) => wrong.push(`${why}: ${element.outerHTML.slice(0, 200)}`);
  for (const element of document.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      const plain = value.replace(/[\x00-\x20]/g, "").toLowerCase();
      if (name.startsWith("on")) tell(element, "handler " + name);
      if (/^(href|src|srcset|action|formaction|data|poster|background|xlink:href|srcdoc)$/.test(name) &&
          /^(javascript|vbscript|data|file):/.test(plain) && element.tagName !== "LINK")
        tell(element, "address " + name);
    }
  }
  for (const area of document.querySelectorAll(areas)) {
    for (const element of area.querySelectorAll("*")) {
      if (element.closest(".fn-thumb, .fn-link, .fn-feedback, .fn-hold, .fn-reps")) continue; // our script's own
      if (element.matches("a,article,blockquote,br,button,div,h1,h2,h3,h4,li,mark,ol,p,section,span,strong,sup,table,tbody,td,th,tr,ul,time")) {
        for (const { name } of element.attributes)
          if (!/^(class|dir|hidden|href|id|rel|tabindex|target|type|value|title|role|data-fn-[\w-]+|aria-[\w-]+|lang|disabled|datetime)$/.test(name))
            tell(element, "attribute " + name);
      } else tell(element, "element");
      if (element.tagName === "A" && element.getAttribute("href")?.[0] !== "#" &&
          !/^https?:$/.test(element.protocol)) tell(element, "link");
    }
  }
  const wide = [...document.querySelectorAll("body *")].filter((element) =>
    element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(".fn-table table"));
  const traces = window.traces.splice(0);
  return { count, wrong, wide: wide.at(-1)?.outerHTML.slice(0, 100) ?? "", over: document.documentElement.scrollWidth - innerWidth, traces };
}
"""
AREAS = (
    ".fn-answer, .fn-sources, .fn-question, .fn-welcome, .fn-peek, .fn-sheet-body, .fn-sheet-open, .fn-header"
)
PARTS = ("#fn-top", "#fn-chat", "#fn-form", "#fn-foot", "#fn-send")  # of a chat that is whole
READ = r"""
() => {
  const last = (selector) => [...document.querySelectorAll(selector)].at(-1);
  const text = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
    copy.querySelectorAll("sup, .fn-number").forEach((marker) => marker.remove());
    return copy.textContent;
  };
  return {
    question: text(last(".fn-question")),
    answer: text(last(".fn-answer")),
    chips: [...last(".fn-answer").querySelectorAll(".fn-chip")].map((chip) => chip.textContent),
    titles: [...(last(".fn-sources")?.querySelectorAll("h3") ?? [])].map(text),
    trails: [...(last(".fn-sources")?.querySelectorAll(".fn-trail") ?? [])].map((trail) => trail.textContent),
    marks: [...(last(".fn-sources")?.querySelectorAll("mark") ?? [])].map((mark) => mark.textContent),
    links: [...(last(".fn-sources")?.querySelectorAll("a.fn-read") ?? [])].map((a) => a.getAttribute("href")),
  };
}
"""


@dataclass
class Seen:
    """What was seen of attacks so far. Empty lists are what is wanted."""

    ran: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    policy: list[str] = field(default_factory=list)
    placed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [f"{kind}: {one}" for kind, found in vars(self).items() for one in found]


@contextmanager
def watched(chromium: Any, homes: Sequence[str], seen: Seen, **options: Any) -> Iterator[Page]:
    """An empty page on which nothing runs unseen, in a context of its own. homes: addresses of our own servers."""
    context = chromium.new_context(**{"viewport": {"width": 360, "height": 740}, **options})
    context.set_default_timeout(1000 * PATIENCE)
    ours = {urlsplit(home).netloc for home in homes}

    def note(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc not in ours:
            seen.loaded.append(request.url[:200])

    context.on("request", note)
    context.route(lambda url: urlsplit(url).netloc not in ours, lambda route: route.abort())
    page = context.new_page()
    context.on("page", lambda other: seen.ran.append(f"window: {other.url}"))
    page.add_init_script(WATCH)

    def dialog(shown: Any) -> None:
        seen.ran.append(f"dialog: {shown.message}")
        shown.dismiss()

    page.on("dialog", dialog)
    page.on("pageerror", lambda error: seen.broken.append(f"error: {error}"))
    page.on(
        "framenavigated",
        lambda frame: (
            None if urlsplit(frame.url).netloc in {*ours, ""} else seen.ran.append(f"went: {frame.url}")
        ),
    )
    yield page
    context.close()


def put(chat: Page, question: str) -> None:
    """Ask, and wait for the answer to stand there, complete; earlier ones go."""
    clear(chat)
    chat.fill("#fn-box textarea", question)
    chat.click("#fn-send")
    for _ in range(1_200):  # wait_for_function compiles a string in the page, which WATCH would note
        if chat.evaluate(_SETTLED):
            return
        chat.wait_for_timeout(50)
    raise AssertionError(f"no answer to {question[:200]!r}")


def clear(chat: Page) -> None:
    """Begin anew."""
    if chat.locator(".fn-question").count():
        chat.click("#fn-clear")
        chat.wait_for_selector(".fn-question", state="detached")


_SETTLED = """
  document.querySelectorAll('.fn-answer:not(.fn-partial, .fn-waiting)').length == 1
    && ['#fn-send', '#fn-clear', '.fn-thumb-down'].every((part) => document.querySelector(part)?.offsetParent)
"""


def census(page: Page) -> dict[str, int]:
    """How many elements of the risky kinds there are, attacks or not."""
    return dict(page.evaluate(LOOK, [list(RISKY), AREAS])["count"])


def look(page: Page, seen: Seen, before: dict[str, int], *, where: str, parts: Sequence[str] = PARTS) -> None:
    """Note what should not be there. before: the census of the page in peace. parts: what must be visible."""
    found = page.evaluate(LOOK, [list(RISKY), AREAS])
    seen.placed += [f"{where}: {wrong}" for wrong in found["wrong"]]
    more = {tag: n for tag, n in found["count"].items() if n > before[tag]}
    seen.placed += [f"{where}: {n - before[tag]} more <{tag}>" for tag, n in more.items()]
    if found["over"] > 0 or found["wide"]:
        seen.broken.append(f"{where}: {found['over']} px too wide, by {found['wide']!r}")
    for trace in found["traces"]:
        (seen.policy if trace.startswith("policy") else seen.ran).append(f"{where}: {trace}")
    for part in parts:
        if not page.locator(part).first.is_visible():
            seen.broken.append(f"{where}: {part} is gone")


def compare(page: Page, seen: Seen, answer: Answer, *, where: str) -> None:
    """Note where the page does not read as what was asked, answered and stored."""
    read = page.evaluate(READ)
    if bare(read["question"]) != bare(without_towers(answer.question)):
        seen.altered.append(f"{where}: question reads {read['question'][:80]!r}")
    said, at = bare(read["answer"]), 0
    for citation in answer.citations:
        quote = bare(citation.quote)
        if (place := said.find(quote, at)) < 0:
            seen.altered.append(f"{where}: answer lacks {citation.quote[:120]!r}")
        else:
            at = place + len(quote)
    if chips := [bare(chip) for chip in answer.suggestions if bare(chip) not in map(bare, read["chips"])]:
        seen.altered.append(f"{where}: no chip {chips[0][:80]!r}")
    titles = {bare(title) for title in read["titles"]}
    marked = bare("".join(read["marks"]))
    noted = without_heading_footnotes(answer).citations
    for citation in answer.citations:
        if bare(citation.passage.title) not in titles:
            seen.altered.append(f"{where}: no title {citation.passage.title[:120]!r}")
    for citation in noted:
        if not _RULER.fullmatch(citation.quote) and bare(citation.quote) not in marked:
            seen.altered.append(f"{where}: not marked {citation.quote[:120]!r}")
    # A heading has no footnote; it is in the trail above the quotes of its passage.
    trails = bare("".join(read["trails"]))
    places, passages = set(map(_place, noted)), {c.passage.chunk for c in noted if c.quote}
    for heading in answer.citations:
        in_trail = bare(heading.quote.lstrip("# ")) in trails
        if _place(heading) not in places and heading.passage.chunk in passages and not in_trail:
            seen.altered.append(f"{where}: no trail {heading.quote[:120]!r}")
    if copied := [link for link in read["links"] if not link.startswith(("http://", "https://"))]:
        seen.altered.append(f"{where}: linked {copied[0]!r}")


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.passage.chunk.article_id, citation.start, citation.end


_RULER = re.compile(r"[|\s:-]+")  # of a table: it is drawn, not shown


def bare(text: str) -> str:
    """Without white space, which HTML does not keep, and table bars, which become cells."""
    return re.sub(r"[\s\x1c-\x1f\x85|]+", "", text.replace("\0", ""))
