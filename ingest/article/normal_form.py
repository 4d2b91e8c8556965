"""Write the normal form: pieces of an article -> its text.

Everything that the readers of Markdown, web pages and pasted text share: what they hand over
(`Document`), the pieces they find (`Piece`), how a piece's text is tidied, and how pieces become
text that is read back as the same pieces.

Prose that happens to begin like a mark ("# 1 in sales", "- 40 degrees") must not become a heading
or a list. A backslash would not be verbatim, so the white space after such a mark is written as a
no-break space: it reads the same, a search treats it as a space, and neither the
reader of the normal form nor Markdown takes it for a mark. No other no-break space survives.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.article.structure import Kind


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a document, without what surrounds it.

    title: "" if it names none. text: in normal form, "" if nothing is left. url: the public address
    the document itself names. published: ISO date or date-time where the document gives a year,
    else as stated there ("Jun 9"). signs: the fields that may say that
    it is not public (its front matter, a page's meta tags), as stated.
    """

    title: str
    text: str
    url: str | None = None
    author: str | None = None
    published: str | None = None
    tags: tuple[str, ...] = ()
    signs: Mapping[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of an article. `text` is tidy; only a paragraph of code has line breaks.

    level: 1 to 6 for a heading, nesting depth for an item. number: of a numbered item; of a row, 1 for
    the first of its table. strong: a paragraph that is only bold.
    """

    kind: Kind
    text: str
    level: int = 0
    number: int = 0
    strong: bool = False


# Invisible characters: zero-width spaces, byte order marks, soft hyphens, direction overrides,
# variation tags. They are never prose, and can hide text from the person who reads it.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# Joiners shape Persian words and family emoji; between other characters, and in a row, they only hide.
_JOINER = re.compile(
    "(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])|(?<=[\u200c\u200d])[\u200c\u200d]+"
)
_NEWLINE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_MARK = re.compile(r"^([ \t]*(?:#{1,6}|[-*]|\d{1,3}[.)]))[ \t]+(?=\S)", re.M)


def plain_text(text: str) -> str:
    """NFC, "\\n" at line ends, no control or invisible characters; spaces are left as they are."""
    text = _CONTROL.sub("", _NEWLINE.sub("\n", text))
    return without_towers(unicodedata.normalize("NFC", _JOINER.sub("", _INVISIBLE.sub("", text))))


def without_towers(text: str) -> str:
    """With eight accents on a letter at most, more than any script uses: hundreds would cover the lines above
    and below or, where a font sets them side by side, make a word wider than the page."""
    return text if text.isascii() else _tower().sub("\\1", text)


@functools.cache
def _tower() -> re.Pattern[str]:
    marks = (chr(n) for n in range(0x300, 0x20000) if unicodedata.category(chr(n)) in ("Mn", "Me"))
    mark = f"[{''.join(marks)}]"
    return re.compile(f"({mark}{{8}}){mark}+")


def tidy(text: str) -> str:
    """One line of text, white space of every kind and length made one space."""
    return " ".join(plain_text(text).split())


def tidy_code(text: str) -> str:
    """Lines of code: indentation stays, blank lines (which would end the block) go."""
    lines = (line.rstrip().expandtabs(4) for line in plain_text(text).replace("\xa0", " ").split("\n"))
    return "\n".join(line for line in lines if line)


def render(pieces: Iterable[Piece]) -> str:
    """The text in normal form: a blank line between blocks, none inside a list or a table."""
    out: list[str] = []
    before: Piece | None = None
    for piece in pieces:
        line = _line(piece)
        if not line:
            continue
        if before is not None:
            out.append("\n" if _belongs(before, piece) else "\n\n")
        out.append(line)
        before = piece
    return "".join(out)


def _line(piece: Piece) -> str:
    text = piece.text.strip("\n") if piece.kind == "paragraph" else piece.text.strip()
    if not text.strip():
        return ""
    indent = "  " * piece.level
    if piece.kind == "heading":
        return f"{'#' * min(max(piece.level, 2), 6)} {text}"
    if piece.kind == "bullet":
        return f"{indent}- {_guard(text)}"
    if piece.kind == "number":
        # Beyond three digits the normal form has no list: it stays a paragraph.
        return f"{indent if piece.number < 1000 else ''}{piece.number}. {_guard(text)}"
    if piece.kind == "caption":
        text = text.lstrip("] ")
        return f"![{text}]" if text else ""
    return text if piece.kind == "row" else _guard(text)


def _guard(text: str) -> str:
    return _MARK.sub("\\1\xa0", text)


def _belongs(before: Piece, piece: Piece) -> bool:
    if piece.kind in ("bullet", "number") and before.kind in ("bullet", "number"):
        return before.kind == piece.kind or piece.level > 0 or before.level > 0
    return before.kind == piece.kind == "row" and piece.number != 1


def row(cells: Sequence[str], number: int = 0) -> Piece:
    """A row of a table. number: its place in the table, 1 for the first."""
    return Piece("row", f"| {' | '.join(cells)} |", number=number)


def same(a: str, b: str) -> bool:
    """Whether two lines say the same, whatever their case, quotes and punctuation."""
    return _key(a) == _key(b) != ""


def _key(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def take_title(pieces: Sequence[Piece], title: str) -> tuple[str, list[Piece]]:
    """The title, and the pieces without the heading that repeats it, headings starting at level 2.

    Without a title the first level-1 heading gives it. Where other level-1 headings stay, all
    headings move down by one, so that their order of levels stays.
    """
    rest = list(pieces)
    first = next((i for i, p in enumerate(rest) if p.kind == "heading"), None)
    top = next((i for i, p in enumerate(rest) if p.kind == "heading" and p.level == 1), None)
    if not title and top is not None:
        title = rest.pop(top).text
    elif title and first is not None and same(rest[first].text, title) and _opens(rest, first):
        rest.pop(first)
    elif title and top is not None and same(rest[top].text, title):
        rest.pop(top)
    if any(p.kind == "heading" and p.level == 1 for p in rest):
        rest = [replace(p, level=min(p.level + 1, 6)) if p.kind == "heading" else p for p in rest]
    return title, rest


def _opens(pieces: Sequence[Piece], first: int) -> bool:
    return all(p.kind == "caption" for p in pieces[:first])


_ENDS = (".", "!", "?", ":", ";", "…", "。", "！", "？")
_CLOSERS = "\"'”’»)]*"


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does (behind closing quotes and brackets, too)."""
    return line.rstrip(_CLOSERS + " ").endswith(_ENDS)


def join_lines(lines: Iterable[str]) -> list[str]:
    """Paragraphs out of lines that hard breaks part.

    A line that goes on in lower case after one that did not end is the same sentence, broken for
    looks; anything else (an address, a hand-made list) is a paragraph of its own, and so is what
    follows an empty line.
    """
    paragraphs: list[list[str]] = []
    fresh = True
    for line in lines:
        if line and not fresh and line[0].islower() and not ends_sentence(paragraphs[-1][-1]):
            paragraphs[-1].append(line)
        elif line:
            paragraphs.append([line])
        fresh = not line
    return [" ".join(parts) for parts in paragraphs]


_TYPED_BULLET = re.compile(r"[•●▪▫◦‣∙·\uf0b7\u2043]\s*(?=\S)")
_TYPED_DASH = re.compile(r"[-*–]\s+(?=\S)")
_TYPED_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")


def typed_lists(pieces: Sequence[Piece]) -> list[Piece]:
    """Paragraphs that were typed as a list ("• one", "1. one") become items.

    A bullet sign is enough; a dash or a number needs a neighbour of its kind, since a lone one may
    well be prose.
    """
    out: list[Piece] = []
    for i, piece in enumerate(pieces):
        around = [p for p in (*pieces[max(i - 1, 0) : i], *pieces[i + 1 : i + 2]) if p.kind == "paragraph"]
        out.append(_typed_item(piece, around) if piece.kind == "paragraph" else piece)
    return out


def _typed_item(piece: Piece, around: list[Piece]) -> Piece:
    if m := _TYPED_BULLET.match(piece.text):
        return Piece("bullet", piece.text[m.end() :])
    if (m := _TYPED_DASH.match(piece.text)) and any(_TYPED_DASH.match(p.text) for p in around):
        return Piece("bullet", piece.text[m.end() :])
    if m := _TYPED_NUMBER.match(piece.text):
        numbers = [int(n[1]) for p in around if (n := _TYPED_NUMBER.match(p.text))]
        if int(m[1]) + 1 in numbers or int(m[1]) - 1 in numbers:
            return Piece("number", piece.text[m.end() :], number=int(m[1]))
    return piece
