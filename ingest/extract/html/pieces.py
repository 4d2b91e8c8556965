"""A parsed HTML tree -> pieces: headings, paragraphs, items, rows and captions, in order.

One walk serves web pages and Markdown (which is rendered to HTML first), so a nested list or a
table comes out the same from both. Hidden elements are left out; of pictures only
the caption remains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from ingest.article import Kind, Piece, join_lines, row, tidy, tidy_code
from ingest.extract.html.hidden import is_silent
from ingest.extract.html.tree import BLOCKS, Element, is_caption, raw_text, text_of

Skip = Callable[[Element], bool]


_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_LONGEST_CAPTION = 400
_ANCHOR_SIGNS = frozenset(("#", "¶", "§", "🔗", "⚓"))
_FILE_NAME = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|svg|avif|heic|bmp)|(?:img|dsc|pxl|image|photo)[-_ ]?\d*", re.I
)
_TASK_BOX = re.compile(r"\[[ xX]\]\s+(?=\S)")
_ROW_LINE = re.compile(r"\|.*\|")
_DEEPEST = 120  # limits recursion; prose is never nested this deep


def pieces_of(root: Element, skip: Skip | None = None) -> list[Piece]:
    """The pieces under an element. skip: elements to leave out with all that is in them."""
    walk = _Walk(skip or _nothing)
    walk.children(root, 0)
    walk.flush()
    return walk.pieces


def _nothing(_: Element) -> bool:
    return False


class _Walk:
    """Collects pieces; the open paragraph is a list of lines, each a list of bits of text."""

    def __init__(self, skip: Skip) -> None:
        self.skip = skip
        self.pieces: list[Piece] = []
        self.lines: list[list[str]] = [[]]
        self.plain: list[bool] = [False]  # of each line: whether a letter of it is not bold
        self.bold = 0  # open elements that make bold
        self.captions: list[str] = []

    def flush(self) -> None:
        """Close the open paragraph."""
        raw = ["".join(bits) for bits in self.lines]
        plain, self.lines, self.plain = self.plain, [[]], [False]
        if not self.captions and not any(map(str.strip, raw)):
            return
        rows = [line.strip() for line in "\n".join(raw).strip().split("\n")]
        if rows[0] and all(map(_ROW_LINE.fullmatch, rows)):
            # the normal form, parsed once more
            self.pieces += [Piece("row", tidy(line), number=n) for n, line in enumerate(rows, 1)]
        else:
            self.pieces += _paragraphs(list(map(tidy, raw)), plain)
        self.pieces += [Piece("caption", text) for text in dict.fromkeys(self.captions)]
        self.captions = []

    def children(self, element: Element, depth: int) -> None:
        self.text(element.text)
        for child in element:
            if not is_silent(child) and not self.skip(child):
                self.visit(child, depth + 1)
            self.text(child.tail)

    def text(self, text: str | None) -> None:
        if text:
            self.lines[-1].append(text)
            self.plain[-1] = self.plain[-1] or (not self.bold and any(map(str.isalnum, text)))

    def visit(self, element: Element, depth: int) -> None:
        tag = element.tag
        if depth > _DEEPEST:
            self.text(raw_text(element))
        elif tag == "br":
            self.lines.append([])
            self.plain.append(False)
        elif tag == "img":
            self.image(element)
        elif tag == "q":
            self.lines[-1].append("“")
            self.children(element, depth)
            self.lines[-1].append("”")
        elif tag in BLOCKS or is_caption(element):
            self.flush()
            self.block(element, depth)
            self.flush()
        elif not (tag == "a" and _is_anchor_sign(element)):
            bold = _is_bold(element)
            self.bold += bold
            self.children(element, depth)
            self.bold -= bold

    def block(self, element: Element, depth: int) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self.heading(element, depth)
        elif tag in _LISTS:
            self.items(element, depth)
        elif tag == "table" and _is_data_table(element):
            self.table(element, depth)
        elif tag == "figure":
            self.figure(element, depth)
        elif tag != "figcaption" and is_caption(element):
            self.caption(element, depth)
        elif tag == "pre":
            self.pieces.append(Piece("paragraph", tidy_code("".join(_code(element)))))
        else:
            self.children(element, depth)

    def image(self, element: Element) -> None:
        alt = tidy(element.get("alt") or "")
        classes = (element.get("class") or "").split()
        if "emoji" in classes or "wp-smiley" in classes:
            self.lines[-1].append(alt)
        elif len(alt) > 2 and not _FILE_NAME.fullmatch(alt):
            self.captions.append(alt)

    def heading(self, element: Element, depth: int) -> None:
        inner = self.inner(element, depth)
        words = " ".join(p.text for p in inner if p.kind != "caption")
        self.pieces.append(Piece("heading", tidy(words), _HEADINGS[element.tag]))
        self.pieces += [p for p in inner if p.kind == "caption"]

    def figure(self, element: Element, depth: int) -> None:
        """A figure: its <figcaption> replaces the alternative text of its picture."""
        words = [text for e in element.iter("figcaption") if (text := text_of(e))]
        inner = self.inner(element, depth, lambda e: e.tag == "figcaption")
        self.pieces += [p for p in inner if not words or p.kind != "caption"]
        self.pieces += [Piece("paragraph" if _is_step(text) else "caption", text) for text in words]

    def caption(self, element: Element, depth: int) -> None:
        """An element whose class marks it as a caption: its words, or else its picture's text."""
        inner = self.inner(element, depth)
        words = tidy(" ".join(p.text for p in inner if p.kind != "caption"))
        if len(words) > _LONGEST_CAPTION:
            self.pieces += inner
        else:
            kind: Kind = "paragraph" if _is_step(words) else "caption"
            self.pieces += [Piece(kind, words)] if words else inner

    def inner(self, element: Element, depth: int, also: Skip | None = None) -> list[Piece]:
        """The pieces of one element."""
        if not len(element) and "|" not in (element.text or ""):  # most cells and items: no walk needed
            text = tidy(element.text or "")
            return [Piece("paragraph", text)] if text else []
        walk = _Walk(lambda e: self.skip(e) or (also is not None and also(e)))
        walk.children(element, depth)
        walk.flush()
        return walk.pieces

    def items(self, element: Element, depth: int) -> None:
        number = _integer(element.get("start"), 1)
        self.stray(element.text)
        for child in element:
            self.stray(child.tail)
            if is_silent(child) or self.skip(child):
                continue
            if child.tag in _LISTS:  # a list right inside a list: common, if wrong
                self.pieces += [_deeper(p) for p in self.inner_of_list(child, depth + 1)]
                continue
            number = _integer(child.get("value"), number)
            ordered = number if element.tag == "ol" and number >= 0 else None
            self.item(self.inner(child, depth), ordered)
            number += 1

    def stray(self, text: str | None) -> None:
        """Text directly in a list, outside its items."""
        self.text(text)
        self.flush()

    def inner_of_list(self, element: Element, depth: int) -> list[Piece]:
        walk = _Walk(self.skip)
        walk.items(element, depth)
        return walk.pieces

    def item(self, inner: list[Piece], number: int | None) -> None:
        """One item out of what its element holds; nested items follow it."""
        if any(p.kind == "heading" for p in inner):
            self.pieces += _section_in_item(inner, number)
            return
        own = " ".join(tidy(p.text) for p in inner if p.kind in ("paragraph", "row"))
        own = _TASK_BOX.sub("", own, count=1) if _TASK_BOX.match(own) else own
        if own and number is not None:
            self.pieces.append(Piece("number", own, number=number))
        elif own:
            self.pieces.append(Piece("bullet", own))
        nested = [p for p in inner if p.kind in ("bullet", "number")]
        self.pieces += [_deeper(p) for p in nested] if own else nested
        self.pieces += [p for p in inner if p.kind == "caption"]

    def table(self, element: Element, depth: int) -> None:
        for part in element.iter("caption"):
            self.pieces += self.inner(part, depth)
        number = 0
        for line in element.iter("tr"):
            cells = [self.inner(cell, depth) for cell in line if cell.tag in ("td", "th")]
            texts = [" ".join(tidy(p.text) for p in cell if p.kind != "caption") for cell in cells]
            if any(texts):
                number += 1
                self.pieces.append(row(texts, number))
            self.pieces += [p for cell in cells for p in cell if p.kind == "caption"]


_STEP = re.compile(r"(?:step\s*)?\d{1,2}\s?[.):–—-]\s+(?=\S)|step\s+\d{1,2}\b", re.I)


def _is_step(text: str) -> bool:
    """Whether what is set as a picture's caption is a step of instructions ("2. Lower the heel.")."""
    return bool(_STEP.match(text)) and len(text.split()) > 3


_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.I)


def _is_bold(element: Element) -> bool:
    style = element.get("style")
    return element.tag in ("b", "strong") or bool(style and _BOLD_STYLE.search(style[:500]))


def _paragraphs(lines: list[str], plain: list[bool]) -> list[Piece]:
    """Paragraphs out of the lines of one block; a first line that is bold is one of its own."""
    first = next((i for i, line in enumerate(lines) if line), len(lines))
    shown = [mixed for line, mixed in zip(lines, plain, strict=True) if line]
    if not shown or shown[0] or (len(shown) > 1 and not all(shown[1:])):
        strong = bool(shown) and not any(shown)
        found = join_lines(lines)
        return [Piece("paragraph", text, strong=strong and len(found) == 1) for text in found]
    rest = [Piece("paragraph", text) for text in join_lines(lines[first + 1 :])]
    return [Piece("paragraph", lines[first], strong=True), *rest]


def _section_in_item(inner: list[Piece], number: int | None) -> list[Piece]:
    """An item with a heading is a section in disguise: its number goes with the heading."""
    first = next(i for i, p in enumerate(inner) if p.kind == "heading")
    head = inner[first]
    if number is not None and not re.match(r"\d", head.text):
        inner = [*inner[:first], replace(head, text=f"{number}. {head.text}"), *inner[first + 1 :]]
    return inner


def _deeper(piece: Piece) -> Piece:
    return replace(piece, level=min(piece.level + 1, 8)) if piece.kind in ("bullet", "number") else piece


def _integer(text: str | None, default: int) -> int:
    m = re.fullmatch(r"\s*(\d{1,6})\s*", text or "")
    return int(m[1]) if m else default


def _is_anchor_sign(element: Element) -> bool:
    """The "#" or "¶" that many sites put beside a heading, to link to it."""
    return not len(element) and (element.text or "").strip() in _ANCHOR_SIGNS


def _is_data_table(element: Element) -> bool:
    """Against a table that only lays out a page: one column, or headings and tables inside."""
    if element.get("role") in ("presentation", "none"):
        return False
    if next(element.iter("h1", "h2", "h3", "h4", "h5", "h6"), None) is not None:
        return False
    if sum(1 for _ in element.iter("table")) > 1:
        return False
    return any(sum(cell.tag in ("td", "th") for cell in line) > 1 for line in element.iter("tr"))


def _code(element: Element) -> Iterator[str]:
    """Text of preformatted lines; a line break may also be an element."""
    for node in element.iter():
        if node.tag == "br":
            yield "\n"
        if node is element or not is_silent(node):
            yield node.text or ""
        if node is not element:
            yield node.tail or ""
