"""Is a post's body the whole post, or an excerpt? And what feeds hang on behind either.

A feed does not say which of the two it gives; the marks at the end of the text do. They come in
two kinds: "[…]", "Read more" and "Continue reading" surely mean that the post goes on elsewhere; a
bare "…" may just as well be how the author ends.
"""

from __future__ import annotations

import html as html_names
import re

from ingest.article import plain_text
from ingest.extract import parse_html, pieces_of, text_of

# A post in a mere description is whole if it is at least this long, in letters, and
# has as many paragraphs or items: generators of excerpts stop at 55 words or at one paragraph.
_WHOLE_LETTERS = 1500
_WHOLE_PIECES = 4
_LOOKED_AT = 30_000  # letters that are enough to see that

_TAIL = 2000  # letters at the end of a body in which marks are looked for
_LINK = "\x01"  # marks the beginning of a link in a tail's plain text
_DOTS = r"(?:…|\.{3})"
_MORE = (
    r"(?:(?:click (?:here )?to )?(?:read(?: the)?(?: full| whole)? (?:more|post|article|story|rest)"
    r"|(?:view|see)(?: the)? (?:full|whole|original) (?:post|article|story))(?: of (?:this|the) (?:post|article|entry|story))?"
    r"|keep reading|read on"
    r"|(?:continue|continued) reading\b[^\n]{0,300}?|weiterlesen|lire la suite|leer m[aá]s|seguir leyendo"
    r"|sigue leyendo|lees verder|leia mais|continua a leggere|leggi tutto)"
)
# At the beginning of a line, in a link of its own, or behind dots: "I want to read more" is prose.
_STRONG = re.compile(
    rf"(?:{_DOTS} ?)?(?:\[ ?{_DOTS} ?\]|{_LINK}?\(?(?:more {_DOTS}|more{_DOTS})\)?|{_LINK} ?more"
    rf"|(?:(?<=\n)|(?<=\n )|(?<=…)|(?<=… )|(?<=\.\.\.)|(?<=\.\.\. )|(?<=\]) ?|{_LINK} ?)(?:{_DOTS} ?)?{_MORE})"
    rf"[ \n]?[»›→>]*(?: ?{_DOTS})?[.!]?[ \n{_LINK}]*$",
    re.I,
)
_WEAK = re.compile(rf"{_DOTS}[ \n{_LINK}]*$")
# "The post X appeared first on Y.", which WordPress puts behind each post of a feed.
_FOOTER = re.compile(
    r"\b(?:(?:The|This) (?:post|article)|Der Beitrag|L.article|La entrada|O post|Il post|Het bericht|Indlægget)\b"
    r"[^\n]{0,500}?\b(?:appeared first on|first appeared on|erschien zuerst auf|est apparu en premier sur"
    r"|apareció primero en|se publicó primero en|apareceu primeiro em|proviene da|verscheen eerst op"
    r"|dukkede først op på)\b[^\n]{0,300}\s*$",
    re.I,
)


def without_footer(body: str) -> str:
    """The body without the feed's own footer."""
    text, places = _plain_tail(body)
    m = _FOOTER.search(text)
    if m is None:
        return body
    start = m.start()
    while start and text[start - 1] in f"\n {_LINK}":
        start -= 1
    return body[: places[start]].rstrip()


def without_more(body: str) -> tuple[str, bool]:
    """The body without "[…]", "Read more" and the like at its end; and whether there was one."""
    found = False
    for _ in range(3):  # "… […] <a>Continue reading</a>"
        text, places = _plain_tail(body)
        m = _STRONG.search(text)
        if m is None:
            break
        body, found = body[: places[m.start()]].rstrip(), True
    return body, found


def ends_open(body: str) -> bool:
    """Whether the body ends in "…", which may mean that it goes on."""
    return bool(_WEAK.search(_plain_tail(body)[0]))


def same_beginning(body: str, summary: str) -> bool:
    """Whether body and summary are the same text, dots at the end aside."""
    return _words(body) == _words(summary)


_TOKEN = re.compile(r"<!--.{0,500}?-->|</?(\w+)[^<>]*>|&#?\w{1,10};|\s+|.", re.S)
_INLINE = frozenset("span em strong b i u small sup sub font code abbr cite img wbr".split())


def _plain_tail(body: str) -> tuple[str, list[int]]:
    """The end of the body as plain text, and the offset in the body of each of its letters.

    Runs of white space are one space, blocks are separated by line breaks, links begin with a sign.
    """
    start = max(len(body) - _TAIL, 0)
    if start and "<" in body[start:]:
        close, opening = body.find(">", start), body.find("<", start)
        start = close + 1 if 0 <= close < opening else start  # not in the middle of a tag
    text, places = ["\n"] if not start else [""], [0] if not start else [start]
    for m in _TOKEN.finditer(body, start):
        token, tag = m[0], (m[1] or "").lower()
        if token.startswith("<!--") or tag in _INLINE or token == "</a>":
            continue
        if tag:
            token = _LINK if tag == "a" else "\n"
        elif token.isspace():
            token = " "
        elif len(token) > 1:
            token = html_names.unescape(token)[:1].replace("\xa0", " ")
        if token in (" ", "\n") and text[-1] in (" ", "\n"):
            text[-1] = "\n" if "\n" in (token, text[-1]) else " "
            places[-1] = m.end() if m[0].startswith("</") else places[-1]
            continue
        text.append(token)
        places.append(m.end() if m[0].startswith("</") else m.start())
    if text[0] == "":
        text, places = text[1:], places[1:]
    return "".join(text), [*places, len(body)]


def looks_whole(body: str) -> bool:
    """Whether a body that is called a description is plainly a whole post: long, of several pieces."""
    if len(body) < _WHOLE_LETTERS:
        return False
    root = parse_html(plain_text(body[:_LOOKED_AT]))
    pieces = [] if root is None else [p for p in pieces_of(root) if p.kind != "caption"]
    return len(pieces) >= _WHOLE_PIECES and sum(len(p.text) for p in pieces) >= _WHOLE_LETTERS


def _words(body: str) -> str:
    root = parse_html(f"<div>{plain_text(body)}</div>")
    text = "" if root is None else text_of(root)
    return text.rstrip(" .…[]").casefold()
