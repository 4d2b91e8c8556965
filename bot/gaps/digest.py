"""The digest of the month for the owner: gaps, posts that contradict each other, answers with thumbs down.

A page of HTML without script or address of another site, and the same as Markdown. Everything in it may come from untrusted
clients, and is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape

from babel.dates import format_date

from bot.gaps.contradictions import Contradiction, Statement
from bot.gaps.listing import Closed, GapGroup, GapList

MOST_LISTED = 30
TEXTS = {
    "digest": "What readers asked: {month}",
    "counts": "Questions: {questions}. Answered: {answered}. The blog does not say: {abstained}. Urgent: {urgent}. Small talk: {chat}.",
    "gaps": "Asked, and the blog does not say",
    "times": "asked {n} times",
    "nearest": "nearest post",
    "closed": "Answered by now",
    "contradictions": "Posts that may contradict each other",
    "disliked": "Answers with a thumb down",
    "none": "Nothing.",
    "undated": "no date",
    "removed": "The questions of this month were removed, as all are after 90 days.",
    "off": "Questions are not kept. You can switch that on in the desk, or with FOOTNOTE_GAPS=true.",
}  # in English; the desk has them in the owner's language
_STATUSES = ("answered", "abstained", "urgent", "chat")
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
        counts: How many questions of the month became what: status to number; {} if none were counted.
        words: TEXTS in the owner's language, in place of the English ones.
        reasons: Of thumbs down, in words.
        locale: For dates.
        is_over: Whether the questions of the month were removed because of their age.
    """

    month: str
    gaps: GapList
    is_kept: bool = True
    contradictions: Sequence[Contradiction] = ()
    disliked: Sequence[Disliked] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en_GB"
    is_over: bool = False

    @property
    def title(self) -> str:
        """With the month in words."""
        return self.text("digest", month=month_name(self.month, self.locale))

    @property
    def lead(self) -> str:
        """The counts in a line, "" without any."""
        numbers = {status: self.counts.get(status, 0) for status in _STATUSES}
        return (
            self.text("counts", questions=sum(numbers.values()), **numbers) if any(numbers.values()) else ""
        )

    @property
    def nothing(self) -> str:
        """What is shown in place of gaps if there are none."""
        return self.text("off" if not self.is_kept else "removed" if self.is_over else "none")

    def day(self, day: str) -> str:
        """A day in words."""
        if not day:
            return self.text("undated")
        shown: str = format_date(date.fromisoformat(day), "medium", locale=self.locale)
        return shown

    def text(self, key: str, **values: object) -> str:
        """A heading."""
        return (TEXTS | dict(self.words))[key].format_map(values)

    @property
    def groups(self) -> list[GapGroup]:
        """Those that were asked in the month, as often as in the month."""
        asked = [(one, one.months.get(self.month, 0)) for one in self.gaps.groups]
        of_month = [replace(one, count=number) for one, number in asked if number]
        return sorted(of_month, key=lambda one: -one.count)[:MOST_LISTED]

    @property
    def closed(self) -> list[Closed]:
        """Those that were closed in the month."""
        return [one for one in self.gaps.closed if one.day.startswith(self.month)][:MOST_LISTED]


def month_name(month: str, locale: str) -> str:
    """A month such as 2026-11 in words."""
    name: str = format_date(date.fromisoformat(f"{month}-01"), "LLLL y", locale=locale)
    return name


def render_markdown(digest: Digest) -> str:
    """The digest as Markdown."""
    say = digest.text
    lines = [f"# {digest.title}", "", *([digest.lead, ""] if digest.lead else []), f"## {say('gaps')}", ""]
    if not digest.groups:
        lines.append(digest.nothing)
    lines += [_gap_line(digest, group) for group in digest.groups]
    lines += ["", f"## {say('closed')}", ""]
    lines += [
        f"- {_safe(one.question)}: {_linked(one.post, one.url)} ({digest.day(one.day)})"
        for one in digest.closed
    ]
    lines += ["", f"## {say('contradictions')}", ""]
    for one in digest.contradictions:
        lines += [f"- {_stated_line(digest, one.newer)}", f"  - {_stated_line(digest, one.older)}"]
    lines += ["", f"## {say('disliked')}", ""]
    lines += [
        f"- {digest.day(one.day)}: {_safe(one.question)}{_reason(digest, one)}\n  > {_safe(one.answer)}"
        for one in digest.disliked[:MOST_LISTED]
    ]
    return _with_nothing("\n".join(lines), say("none")) + "\n"


def _reason(digest: Digest, one: Disliked) -> str:
    """What the reader chose as reason, in words."""
    known = digest.reasons.get(one.reason, one.reason.replace("_", " "))
    return f" ({known})" if known else ""


def _with_nothing(text: str, nothing: str) -> str:
    """Put a word under each heading that has nothing below it."""
    return re.sub(r"(?m)^(## .+)\n\n(?=\n?##|\n?\Z)", rf"\1\n\n{nothing}\n", text + "\n").rstrip()


def _gap_line(digest: Digest, group: GapGroup) -> str:
    post = f"; {digest.text('nearest')}: {_linked(group.post, group.url)}" if group.post else ""
    example = f"\n  - {_safe(group.examples[0])}" if group.examples else ""
    return f"- **{_safe(group.title)}** ({digest.text('times', n=group.count)}{post}){example}"


def _stated_line(digest: Digest, one: Statement) -> str:
    return f"{_linked(one.post, one.url)} ({digest.day(one.day)}): “{_safe(one.sentence)}”"


def _safe(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _linked(title: str, url: str | None) -> str:
    return f"[{_safe(title)}](<{url}>)" if url and not re.search(r"[<>\s]", url) else _safe(title)


def render_page(digest: Digest, above: str = "") -> str:
    """The digest as a page. above: HTML on top of it."""
    say = digest.text
    title = escape(digest.title)
    gaps = "".join(_gap_item(digest, group) for group in digest.groups)
    if not gaps:
        gaps = f"<li>{escape(digest.nothing)}</li>"
    closed = "".join(
        f"<li>{escape(one.question)} → {_anchor(one.post, one.url)} <small>{escape(digest.day(one.day))}</small></li>"
        for one in digest.closed
    )
    contradictions = "".join(
        f"<li>{_stated_item(digest, one.newer)}<br>{_stated_item(digest, one.older)}</li>"
        for one in digest.contradictions
    )
    disliked = "".join(
        f"<li><strong>{escape(one.question)}</strong> <small>{escape(digest.day(one.day) + _reason(digest, one))}</small>"
        f"<blockquote>{escape(one.answer)}</blockquote></li>"
        for one in digest.disliked[:MOST_LISTED]
    )
    lead = f"<p>{escape(digest.lead)}</p>" if digest.lead else ""
    parts = {"gaps": gaps, "closed": closed, "contradictions": contradictions, "disliked": disliked}
    body = "".join(
        f"<h2>{escape(say(key))}</h2>" + (f"<ul>{items}</ul>" if items else f"<p>{escape(say('none'))}</p>")
        for key, items in parts.items()
    )
    return (
        f'<!doctype html><html lang="{escape(digest.locale[:2])}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{font:1rem/1.5 system-ui,'
        "sans-serif;max-width:44rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere;color:#22201c;background:#fbfaf6}"
        "h1,h2{line-height:1.25}h1{font-size:1.7rem}h2{font-size:1.3rem}li{margin:.5rem 0}small{color:#655f55;font-size:.9em}blockquote{margin:.25rem 0 0;"
        "padding-left:.75rem;border-left:3px solid #e3ded3}a{color:#0d5c63}:root{color-scheme:light dark}"
        "@media(prefers-color-scheme:dark){body{color:#ebe6dc;background:#181715}small{color:#aaa294}a{color:#7ccbd1}}"
        f"</style></head><body><main>{above}<h1>{title}</h1>{lead}{body}</main></body></html>"
    )


def _gap_item(digest: Digest, group: GapGroup) -> str:
    post = f"; {escape(digest.text('nearest'))}: {_anchor(group.post, group.url)}" if group.post else ""
    example = f"<br>{escape(group.examples[0])}" if group.examples else ""
    times = escape(digest.text("times", n=group.count))
    return f"<li><strong>{escape(group.title)}</strong> <small>({times}{post})</small>{example}</li>"


def _stated_item(digest: Digest, one: Statement) -> str:
    day = escape(digest.day(one.day))
    return f"{_anchor(one.post, one.url)} <small>{day}</small>: “{escape(one.sentence)}”"


def _anchor(title: str, url: str | None) -> str:
    if url and url.startswith(("https://", "http://")):
        return f'<a href="{escape(url)}" rel="noreferrer">{escape(title)}</a>'
    return escape(title)
