"""The digest of the month for the owner: gaps, posts that contradict each other, answers with thumbs down.

A page of HTML without script or address of another site, and the same as Markdown. Everything in it may come from untrusted
clients, and is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from bot.gaps.contradictions import Contradiction, Statement
from bot.gaps.listing import Closed, GapGroup, GapList

MOST_LISTED = 30
_TITLES = {
    "digest": "What readers asked: {month}",
    "gaps": "Asked, and the blog does not say",
    "times": "asked {n} times",
    "nearest": "nearest post",
    "closed": "Answered by now",
    "contradictions": "Posts that may contradict each other",
    "disliked": "Answers with a thumb down",
    "none": "Nothing.",
    "undated": "no date",
    "off": "Questions are not kept. You can switch that on in the desk, or with FOOTNOTE_GAPS=true.",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~=.-])")


@dataclass(frozen=True, slots=True)
class Disliked:
    """An answer with a thumb down. reason: as the reader chose it, or ""."""

    day: str
    question: str
    answer: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest shows.

    Attributes:
        month: Such as 2026-11.
        gaps: The gap list.
        is_kept: Whether the gap list is switched on.
        contradictions: Of the whole blog.
        disliked: Of the month.
        words: Headings in the owner's language, in place of the English ones.
    """

    month: str
    gaps: GapList
    is_kept: bool = True
    contradictions: Sequence[Contradiction] = ()
    disliked: Sequence[Disliked] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str, **values: object) -> str:
        """A heading."""
        return (dict(_TITLES) | dict(self.words))[key].format_map(values)

    @property
    def groups(self) -> list[GapGroup]:
        """Those that were asked in the month."""
        return [one for one in self.gaps.groups if one.last[:7] >= self.month >= one.first[:7]][:MOST_LISTED]

    @property
    def closed(self) -> list[Closed]:
        """Those that were closed in the month."""
        return [one for one in self.gaps.closed if one.day.startswith(self.month)][:MOST_LISTED]


def render_markdown(digest: Digest) -> str:
    """The digest as Markdown."""
    say = digest.text
    lines = [f"# {say('digest', month=digest.month)}", "", f"## {say('gaps')}", ""]
    if not digest.is_kept and not digest.groups:
        lines.append(say("off"))
    lines += [_gap_line(digest, group) for group in digest.groups]
    lines += ["", f"## {say('closed')}", ""]
    lines += [f"- {_safe(one.question)}: {_linked(one.post, one.url)} ({one.day})" for one in digest.closed]
    lines += ["", f"## {say('contradictions')}", ""]
    for one in digest.contradictions:
        lines += [f"- {_stated_line(digest, one.newer)}", f"  - {_stated_line(digest, one.older)}"]
    lines += ["", f"## {say('disliked')}", ""]
    lines += [
        f"- {one.day}: {_safe(one.question)} ({one.reason or '-'})\n  > {_safe(one.answer)}"
        for one in digest.disliked[:MOST_LISTED]
    ]
    return _with_nothing("\n".join(lines), say("none")) + "\n"


def _with_nothing(text: str, nothing: str) -> str:
    """Put a word under each heading that has nothing below it."""
    return re.sub(r"(?m)^(## .+)\n\n(?=\n?##|\n?\Z)", rf"\1\n\n{nothing}\n", text + "\n").rstrip()


def _gap_line(digest: Digest, group: GapGroup) -> str:
    post = f"; {digest.text('nearest')}: {_linked(group.post, group.url)}" if group.post else ""
    example = f"\n  - {_safe(group.examples[0])}" if group.examples else ""
    return f"- **{_safe(group.title)}** ({digest.text('times', n=group.count)}{post}){example}"


def _stated_line(digest: Digest, one: Statement) -> str:
    return f"{_linked(one.post, one.url)} ({one.day or digest.text('undated')}): “{_safe(one.sentence)}”"


def _safe(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _linked(title: str, url: str | None) -> str:
    return f"[{_safe(title)}](<{url}>)" if url and not re.search(r"[<>\s]", url) else _safe(title)


def render_page(digest: Digest, language: str = "en") -> str:
    """The digest as a page."""
    say = digest.text
    title = escape(say("digest", month=digest.month))
    gaps = "".join(_gap_item(digest, group) for group in digest.groups)
    if not gaps and not digest.is_kept:
        gaps = f"<li>{escape(say('off'))}</li>"
    closed = "".join(
        f"<li>{escape(one.question)} → {_anchor(one.post, one.url)} <small>{one.day}</small></li>"
        for one in digest.closed
    )
    contradictions = "".join(
        f"<li>{_stated_item(digest, one.newer)}<br>{_stated_item(digest, one.older)}</li>"
        for one in digest.contradictions
    )
    disliked = "".join(
        f"<li><strong>{escape(one.question)}</strong> <small>{one.day} {escape(one.reason)}</small>"
        f"<blockquote>{escape(one.answer)}</blockquote></li>"
        for one in digest.disliked[:MOST_LISTED]
    )
    parts = {"gaps": gaps, "closed": closed, "contradictions": contradictions, "disliked": disliked}
    body = "".join(
        f"<h2>{escape(say(key))}</h2>" + (f"<ul>{items}</ul>" if items else f"<p>{escape(say('none'))}</p>")
        for key, items in parts.items()
    )
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{font:1rem/1.5 system-ui,'
        "sans-serif;max-width:44rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere;color:#22201c;background:#fbfaf6}"
        "li{margin:.5rem 0}small{color:#655f55}blockquote{margin:.25rem 0 0;padding-left:.75rem;border-left:3px solid "
        f"#e3ded3}}a{{color:#0d5c63}}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )


def _gap_item(digest: Digest, group: GapGroup) -> str:
    post = f"; {escape(digest.text('nearest'))}: {_anchor(group.post, group.url)}" if group.post else ""
    example = f"<br>{escape(group.examples[0])}" if group.examples else ""
    times = escape(digest.text("times", n=group.count))
    return f"<li><strong>{escape(group.title)}</strong> <small>({times}{post})</small>{example}</li>"


def _stated_item(digest: Digest, one: Statement) -> str:
    day = escape(one.day or digest.text("undated"))
    return f"{_anchor(one.post, one.url)} <small>{day}</small>: “{escape(one.sentence)}”"


def _anchor(title: str, url: str | None) -> str:
    if url and url.startswith(("https://", "http://")):
        return f'<a href="{escape(url)}" rel="noreferrer">{escape(title)}</a>'
    return escape(title)
