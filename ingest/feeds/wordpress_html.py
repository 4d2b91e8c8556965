"""What WordPress stores as a post's content -> HTML, as WordPress itself would make it.

Posts of the old editor are HTML without paragraphs: a blank line parts them, and a single line
break is one. Posts of the block editor are HTML with comments that tell the blocks. Either may
hold shortcodes.

    body_html   content -> HTML, the three together
    autop       blank lines -> paragraphs

What this file does not know: exports and their fields (wxr.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.feeds.shortcodes import without_shortcodes

_BLOCK_NAMES = (
    r"(?:table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|map|area|blockquote|address"
    r"|style|p|h[1-6]|hr|fieldset|legend|section|article|aside|hgroup|header|footer|nav|figure|figcaption|details|menu"
    r"|summary|script|iframe|center|main)"
)
_OPENS = re.compile(rf"(<{_BLOCK_NAMES}(?=[\s/>]))", re.I)
_CLOSES = re.compile(rf"(</{_BLOCK_NAMES}\s{{0,9}}>)", re.I)
_STARTS_BLOCK = re.compile(rf"</?{_BLOCK_NAMES}[\s/>]", re.I)
_ENDS_BLOCK = re.compile(rf"(?:\s{{0,9}}</{_BLOCK_NAMES}\s{{0,9}}>)+\Z", re.I)
_TAG = re.compile(r"<[^<>]*>")
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\xa0]*\n\s*")
_ENDS_LINE = re.compile(rf"(?:<br\b[^<>]*>|</?{_BLOCK_NAMES}\b[^<>]*>)\s*\Z", re.I)
_HAND_MADE = re.compile(r"<(?:ul|ol|table|tbody|thead|tr|dl|script|style|form|hr|col|h[1-6])\b", re.I)
# An address on a line of its own, which WordPress turns into a player or a card.
_EMBEDDED = re.compile(
    r"(?im)^[ \t]*(?:<p>\s*)?https?://(?:[\w-]+\.)*(?:youtube\.com|youtu\.be|vimeo\.com|dailymotion\.com|twitter\.com|x\.com"
    r"|instagram\.com|facebook\.com|tiktok\.com|soundcloud\.com|spotify\.com|ted\.com|flickr\.com|flic\.kr|slideshare\.net"
    r"|wordpress\.tv|videopress\.com|reddit\.com|mixcloud\.com|issuu\.com|bsky\.app)/[^\s<>]*(?:\s*</p>)?[ \t]*$"
)
_KEPT_AS_IS = re.compile(r"<(pre|code|script|style|textarea|svg)(?=[\s>])", re.I)


def body_html(content: str) -> str:
    """The body of a post as HTML: paragraphs made, comments and shortcodes gone."""
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    has_blocks = "<!-- wp:" in text
    text = "".join(piece if kept else _without_comments(piece) for kept, piece in _pieces(text))
    text = "".join(piece if kept else without_shortcodes(piece) for kept, piece in _pieces(text))
    text = "".join(piece if kept else _EMBEDDED.sub("", piece) for kept, piece in _pieces(text))
    return autop(text, breaks=not has_blocks)


def autop(html: str, *, breaks: bool = True) -> str:
    """HTML whose paragraphs are parted by blank lines -> HTML with <p>.

    breaks: a single line break is one in the reader's eyes, too. What stands in <pre>, scripts and
    the like is left alone.
    """
    out: list[str] = []
    inline = ""  # a piece of code inside of a sentence does not end its paragraph
    for kept, piece in _pieces(html):
        if not kept:
            inline += piece
        elif piece[:5].lower() == "<code":
            inline += piece.replace("\n", "<br>" if breaks else " ")
        else:
            out += (_paragraphs(inline, breaks), piece)
            inline = ""
    return "\n".join([*out, _paragraphs(inline, breaks)]).strip()


def _pieces(html: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces; True with those that are kept as they are (code, scripts)."""
    lower = html.lower() if html.isascii() else re.sub("[A-Z]", lambda m: m[0].lower(), html)
    at = 0
    unclosed: set[str] = set()  # looked for once, not once for each
    for m in _KEPT_AS_IS.finditer(html):
        name = m[1].lower()
        if m.start() < at or name in unclosed:
            continue
        end = lower.find(f"</{name}", m.end())
        if end < 0:
            unclosed.add(name)
            continue
        close = html.find(">", end)
        yield False, html[at : m.start()]
        at = close + 1 if close >= 0 else len(html)
        yield True, html[m.start() : at]
    yield False, html[at:]


def _without_comments(text: str) -> str:
    """Comments mark blocks ("wp:paragraph"), the end of the excerpt and the end of a page."""
    out: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        note = text[start + 4 : end].strip()
        out += (text[at:start], "\n\n" if note.startswith(("wp:", "/wp:", "more", "nextpage")) else "")
        at = end + 3
    return "".join((*out, text[at:]))


def _paragraphs(html: str, breaks: bool) -> str:
    text = _TAG.sub(lambda m: m[0].replace("\n", " "), html)
    text = _CLOSES.sub("\\1\n\n", _OPENS.sub("\n\n\\1", text))
    out = [_paragraph(part.strip(), breaks) for part in _PARAGRAPH_BREAK.split(text)]
    return "\n".join(part for part in out if part)


def _paragraph(part: str, breaks: bool) -> str:
    if not part or _HAND_MADE.match(part):
        return part
    if breaks:
        part = _with_breaks(part)
    if _STARTS_BLOCK.match(part):
        return part
    ends = _ENDS_BLOCK.search(part)
    inner, rest = (part[: ends.start()], part[ends.start() :]) if ends else (part, "")
    return f"<p>{inner}</p>{rest}" if inner.strip() else rest


def _with_breaks(part: str) -> str:
    """Line breaks as elements, but where a block or a break by hand ends the line anyway."""
    out: list[str] = []
    for line in part.split("\n"):
        if out and not _ENDS_LINE.search(out[-1][-300:]) and not _STARTS_BLOCK.match(line.lstrip()):
            out.append("<br>")
        out.append("\n" * bool(out) + line)
    return "".join(out)
