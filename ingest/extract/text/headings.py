"""Which lines of a pasted text are headings, and which are picture captions.

A heading is short, does not end as a sentence does, and text follows it. Two blank lines
above and below make it one; without them its wording has to (Title Case, a question, a number), or
the paragraph that follows. A caption is the alternative text of a picture: it names what is seen
("A woman stretching …") and makes no statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from ingest.article import ends_sentence
from ingest.extract.prose.boilerplate import is_prose
from ingest.extract.text.lines import Line

_ENDINGS = (".", "!", ":", ";", ",", "…", "。", "！", "-", "–", "—")
_NOT_HEADING = re.compile(
    r"https?://|www\.|\S+@\S+\.\w|[|<>{}=]|^(?:photo|image|picture|source|credits?|via|by|note|tip|ps|p\.s)\b"
    r"|^[(*\[“\"‘'].*|^(?:yours|regards|sincerely|love|cheers|thanks|best|warmly|xo+)\b",
    re.I,
)
_ASKS = re.compile(
    r"(?:q\W+)?(?:what|how|why|when|where|who|whom|whose|which|do|does|did|is|are|was|were|can|could|should|will|would)"
    r"(?:['’]s|n['’]t)?\b",
    re.I,
)
_DECIMAL = re.compile(r"\d+\.\d+\.?\s")
_SMALL_WORD = re.compile(
    r"(?:a|an|and|as|at|but|by|for|from|how|if|in|into|is|it|its|nor|of|on|onto|or|our|per|so|than|that|the|to|up|via"
    r"|vs|was|when|why|with|you|your)",
    re.I,
)
_LONGEST, _MOST_WORDS = 90, 14


def find_headings(lines: Sequence[Line], contents: Mapping[int, int]) -> dict[int, int]:
    """Index -> level (2 or 3) of each line that is a heading.

    contents: lines that the page's own table of contents names, with their levels.
    """
    spaced = uses_blank_lines(lines)
    gaps_differ = _gaps_differ(lines)
    likely = {i for i in range(len(lines)) if i in contents or _shaped(lines, i, spaced)}
    chosen: dict[int, int] = {}
    unnumbered = False
    for i in sorted(likely):
        if i in contents or _accepted(lines, i, likely, spaced, gaps_differ):
            chosen[i] = contents.get(i) or _level(lines[i], unnumbered)
            unnumbered = unnumbered or lines[i].is_text
    return chosen


def uses_blank_lines(lines: Sequence[Line]) -> bool:
    """Whether blank lines part the paragraphs, or every line is one."""
    pairs = list(pairwise(lines))
    return sum(after.before > 0 for _, after in pairs) > 0.3 * len(pairs)


def _gaps_differ(lines: Sequence[Line]) -> bool:
    """Whether the gaps between paragraphs differ, so that a wide one has a meaning."""
    return any(after.before < 2 for line, after in pairwise(lines) if line.is_text and after.is_text)


def _level(line: Line, unnumbered: bool) -> int:
    """Numbered headings are one level below an unnumbered one above them."""
    return 3 if _DECIMAL.match(line.text) or (line.mark == "1" and unnumbered) else 2


def _shaped(lines: Sequence[Line], i: int, spaced: bool) -> bool:
    """Whether the line could be a heading, by its own shape."""
    line = lines[i]
    text = line.text
    if line.mark == "-" or i + 1 >= len(lines) or len(text) > _LONGEST or len(text.split()) > _MOST_WORDS:
        return False
    if (
        text.endswith(_ENDINGS)
        or (ends_sentence(text) and not text.endswith("?"))
        or _NOT_HEADING.search(text)
        or not any(map(str.isalpha, text))
    ):
        return False
    if text[0].islower() or text[0] in "-–—~+&%.,;:!?/#@*_" or is_caption(lines, i):
        return False
    if line.mark == "1":
        return _opens_section(lines, i)
    return not spaced or i == 0 or line.before > 0


def _opens_section(lines: Sequence[Line], i: int) -> bool:
    """A numbered line is a heading if its text follows, an item if the next number does."""
    near = (*lines[max(i - 1, 0) : i], *lines[i + 1 : i + 2])
    if any(other.mark == "1" for other in near):
        return False
    follower = lines[i + 1]
    nested = follower.mark == "-" and follower.indent > lines[i].indent + 3
    return not nested and (follower.mark == "-" or is_prose(follower.text) or follower.before > 0)


def _accepted(lines: Sequence[Line], i: int, likely: set[int], spaced: bool, gaps_differ: bool) -> bool:
    """Whether a possible heading is placed and worded like one."""
    line, follower = lines[i], lines[i + 1]
    gap = follower.before
    announced = i > 0 and lines[i - 1].text.endswith(":") and line.before < 2
    if _in_run(lines, i, likely):
        return False
    if line.mark == "1":
        return True
    if (gaps_differ and line.before >= 2 and gap >= 2) or announced:
        return not announced
    under = follower.mark != "" or is_prose(follower.text)
    opens = under or i + 1 in likely or ends_sentence(follower.text) or is_caption(lines, i + 1)
    if not opens or (spaced and gap == 0 and not under):
        return False
    if line.text.endswith("?"):  # a rhetorical question is prose
        return bool(_ASKS.match(line.text))
    return _worded_as_heading(line.text) or (len(line.text.split()) <= 8 and under)


def _in_run(lines: Sequence[Line], i: int, likely: set[int]) -> bool:
    """Three such lines in a row are a list without bullets, unless numbers part them."""
    start = end = i
    while start - 1 in likely and lines[start - 1].is_text and i - start < 3:
        start -= 1
    while end + 1 in likely and lines[end + 1].is_text and end - i < 3:
        end += 1
    return end - start >= 2


def _worded_as_heading(text: str) -> bool:
    if text.isupper():
        return True
    words = [w for w in re.findall(r"[^\W_][\w'’-]*", text) if not _SMALL_WORD.fullmatch(w)]
    capitals = sum(w[0].isupper() or w[0].isdigit() for w in words)
    return bool(words) and capitals >= 0.75 * len(words)


_SEEN = (
    r"(?:person|people|wom[ae]n|m[ae]n|girls?|boys?|child(?:ren)?|kids?|baby|couple|family|group|team|clients?"
    r"|patients?|(?:physio|massage )?therapists?|practitioners?|doctors?|nurses?|trainers?|coach|instructors?"
    r"|teachers?|students?|athletes?|runners?|cyclists?|swimmers?|dancers?|players?|chef|cook|workers?|dogs?|cats?"
    r"|horses?|hands?|feet|legs?)"
)
_DOING = re.compile(
    rf"(?:(?:A|An|Two|Three|Several|Close-?up of an?)\s+)?(?:[\w-]+\s+){{0,3}}?{_SEEN}\s+\w{{2,}}ing\b", re.I
)
_DEPICTS = re.compile(
    r"(?:an? |the )?(?:close-?up|photo(?:graph)?|image|picture|illustration|diagram|drawing|screenshot)"
    r" (?:of|showing|by|courtesy|credit)\b|(?:photo|image|picture)(?: (?:credit|source))?:",
    re.I,
)
_STATES = re.compile(
    r"\b(?:is|are|was|were|be|can|could|may|might|will|would|should|shall|must|has|have|had|do|does|did|needs?|helps?"
    r"|makes?|feels?|gets?|gives?|leads?|causes?|reduces?|improves?|increases?|you|your|we|our|I)\b|[.!?]\s|[:;]",
)


def is_caption(lines: Sequence[Line], i: int) -> bool:
    """Whether the line is a picture's text: it names what is seen, and makes no statement.

    One that ends like a sentence also needs the gaps of a caption: two blank lines or more above,
    where the picture was, and one below.
    """
    line = lines[i]
    if line.mark or len(line.text) > 300 or _STATES.search(line.text):
        return False
    if _DEPICTS.match(line.text):
        return len(line.text.split()) > 2
    if not line.text[0].isupper() or not _DOING.match(line.text):
        return False
    return not line.text.endswith((".", "!", "?")) or (line.before >= 2 and line.after == 1)
