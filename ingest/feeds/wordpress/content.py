"""What WordPress stores as a post's content -> HTML, as WordPress itself would make it.

Posts of the old editor are HTML without paragraphs: a blank line separates them, and a single line
break is one. Posts of the block editor are HTML with comments that mark the blocks. Either may
hold shortcodes.

    body_html   content -> HTML, the three together
    autop       blank lines -> paragraphs
"""

from __future__ import annotations

import html as html_names
import re
from bisect import bisect_left
from collections.abc import Iterator

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
    """HTML whose paragraphs are separated by blank lines -> HTML with <p>.

    breaks: a single line break is shown as one, too. <pre>, scripts and the like stay unchanged.
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


# Shortcodes: what one encloses is text and stays, whatever its name; only of players, embeds and
# scripts it goes with them. A bracket in prose ("[sic]", "[1]") is none: a shortcode has a known
# name, or an underscore in it, or attributes, or a closing tag somewhere.
_TOKEN = re.compile(
    r"\[(?P<twice>\[?)(?P<close>/?)(?P<name>[A-Za-z][\w-]{0,60}+)"
    r"(?P<attributes>(?:[^\]\[\"']++|\"[^\"]{0,3000}+\"|'[^']{0,3000}+'){0,80}+)\](?P<after>\]?)"
)
_CLOSER = re.compile(r"\[/([A-Za-z][\w-]{0,60}+)\s{0,5}\]")
_ATTRIBUTE = re.compile(r"[\w-]\s?=\s?[\w\"'&”″#./-]")
_IMAGE = re.compile(r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>\s*(?:</a>)?)", re.I)
# Page builders put what readers see as a heading into an attribute.
_HEADED = re.compile(
    r"spoiler|accordion|toggle|tab|tta_section|blurb|faq|question|(?:custom|pb|text)_heading"
)
_HEADING = re.compile(r"\b(?:title|heading|question|text)=(?:\"([^\"]{1,300})\"|'([^']{1,300})')")
_STATED_CAPTION = re.compile(r"\bcaption=(?:\"([^\"]*)\"|'([^']*)')")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CAPTIONS = _names("caption wp_caption")
_CODE = _names(
    "code sourcecode source php html css javascript js python ruby bash shell sql xml java cpp csharp perl text plain cc"
)
# Enclosing text that is no prose: an address to embed, a script in base64, a list of tracks.
_GONE_WITH_CONTENT = _names(
    "embed audio video playlist youtube vimeo soundcloud spotify tweet googlemaps vc_raw_html vc_raw_js video_player"
    " wpvideo gallery flickr slideshare instagram ted dailymotion script raw_js gmap map"
)
# Without attributes and without an end they would pass for prose.
_KNOWN = _names(
    "gallery embed audio video playlist caption youtube vimeo soundcloud tweet archives contact-form contact-form-7 toc"
    " wpforms gravityform gravityforms ninja_form sitemap nextpage more adsense products cart checkout sharethis"
    " addtoany wp-rss-aggregator subscribe2 polldaddy poll mailpoet_form bbp-forum-index caldera_form formidable"
    " recent-posts display-posts tablepress table rev_slider layerslider metaslider soliloquy envira-gallery"
    " ngg nggallery slideshow singlepic imagebrowser donation donate paypal print-me printfriendly tags-cloud"
)


def without_shortcodes(text: str) -> str:
    """The text as WordPress would show it, as far as that is text. `[[name]]` shows as `[name]`."""
    ends: dict[str, list[tuple[int, int]]] = {}
    for m in _CLOSER.finditer(text):
        ends.setdefault(m[1].lower(), []).append((m.start(), m.end()))
    out: list[str] = []
    at = 0
    for m in _TOKEN.finditer(text):
        if m.start() < at or not _is_shortcode(m, ends):
            continue
        out.append(text[at : m.start()])
        at = m.end()
        name = m["name"].lower()
        if m["twice"] and m["after"]:
            out.append(m[0][1:-1])
            continue
        out.append("[" * bool(m["twice"]))
        if (
            name in _CAPTIONS | _CODE | _GONE_WITH_CONTENT
            and not m["close"]
            and not m["attributes"].endswith("/")
        ):
            end = _end(ends.get(name, []), m.end())
            if end is not None:
                at = end[1]
                out.append(_enclosed(name, m["attributes"], text[m.end() : end[0]]))
                continue
        out += (_headed(m), m["after"])
    return "".join((*out, text[at:]))


def _is_shortcode(m: re.Match[str], ends: dict[str, list[tuple[int, int]]]) -> bool:
    name, attributes = m["name"].lower(), m["attributes"]
    if attributes and not re.match(r"[\s/=:]|&nbsp;", attributes):
        return False
    if m["close"] or name in ends or "_" in name:
        return True
    if name in _KNOWN and (not attributes.strip() or re.match(r"\s*(?:https?:|/|\w+$)", attributes)):
        return True
    return bool(_ATTRIBUTE.search(attributes)) or attributes.rstrip().endswith("/")


def _headed(m: re.Match[str]) -> str:
    """The heading that a shortcode for a fold-out or a tab gives to its content."""
    stated = None if m["close"] or not _HEADED.search(m["name"]) else _HEADING.search(m["attributes"])
    if stated is None:
        return ""
    words = html_names.unescape(stated[1] or stated[2])
    for code, sign in (("%22", '"'), ("%91", "["), ("%93", "]")):  # Divi's own escapes
        words = words.replace(code, sign)
    return f"\n\n<h4>{html_names.escape(words, quote=False)}</h4>\n\n"


def _end(ends: list[tuple[int, int]], at: int) -> tuple[int, int] | None:
    i = bisect_left(ends, (at, 0))
    return ends[i] if i < len(ends) else None


def _enclosed(name: str, attributes: str, content: str) -> str:
    """What becomes of a shortcode whose content is no plain prose."""
    if name in _GONE_WITH_CONTENT:
        return ""
    if name in _CODE:
        return f"\n\n<pre>{html_names.escape(html_names.unescape(content))}</pre>\n\n"
    m = _IMAGE.match(content)
    image, words = (m[1], content[m.end() :]) if m else ("", content)
    stated = _STATED_CAPTION.search(attributes)
    if not words.strip() and stated:
        words = html_names.unescape(stated[1] or stated[2] or "")
    words = without_shortcodes(words).strip()
    if not image:  # no picture, but something else that is captioned
        return f"\n\n{words}\n\n"
    return f"\n\n<figure>{image}<figcaption>{words}</figcaption></figure>\n\n"
