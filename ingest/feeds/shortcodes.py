"""WordPress shortcodes -> HTML: `[caption …]<img> text[/caption]` becomes a figure, forms and players go.

What a shortcode encloses is text and stays, whatever the shortcode's name; only of players, embeds
and scripts it goes with them. A bracket in prose ("[sic]", "[1]", "[the editor]") is none: a
shortcode has a known name, or an underscore in it, or attributes, or a closing tag somewhere.

What this file does not know: paragraphs (autop.py), and code, which the caller keeps away from it.
"""

from __future__ import annotations

import html as html_names
import re
from bisect import bisect_left

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
