"""Text fragments: the part of a link that makes a browser scroll to a quote and highlight it.

`#:~:text=[prefix-,]start[,end][,-suffix]`, or several of these joined by `&text=`
(https://wicg.github.io/scroll-to-text-fragment/). A browser takes the first place in the page that
fits. The page holds more than the article: a table of contents repeats its headings, a teaser its
first sentence. So a quote is named together with a few of the words beside it, where it is sure that
these are beside it in the page, too: in the same paragraph, in the next item of its list, under its
heading. Between two paragraphs there may be anything, an advertisement or a share bar; words across
such a gap are named only if nothing else tells two places of the article apart.

A browser does not look for words across a line break, a floating initial or a picture in the line,
which the article's text does not show. So a longer quote's link has a foothold, too: a directive of
its own with few of its words, which marks nothing more if the quote is found, and else may lead there.

The page itself is not known here; `make fragments` measures how often it is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from urllib.parse import quote as percent_encode

from ingest.article import Block, blocks

_EXACT_WORDS = 20  # up to here a fragment names the whole quote, beyond it only both ends
_EDGE_WORDS = 5
_OPENING_WORDS = (10, 20)  # of a long one: a teaser often repeats the very first words
_FOOTHOLD_FIRST, _FOOTHOLD_LAST = 1, 3
_FOOTHOLD_FROM = 9  # words of a quote that may well be broken somewhere
_CONTEXT = (2, 4, 8)
_MOST_BLOCKS = 8  # a quote over more blocks than this is named by its ends alone
_BAR = re.compile(r"(?<!\\)\|")
_RULER = re.compile(r"[|\s:-]+")
_WORD = re.compile(r"\S+")
Beside = tuple[str, list[str]]  # words beside a quote, and what parts them from it


@dataclass(frozen=True, slots=True)
class Run:
    """Text that is contiguous in the page: a block, or a cell of a table; a caption is none.

    follows: whether nothing can stand between this and the run before it.
    """

    start: int
    end: int
    block: int
    follows: bool


def text_fragment(text: str, start: int, end: int, title: str = "") -> str:
    """What follows `#:~:text=` for text[start:end]; percent-encoded.

    title: of the article; the page holds it, too, ahead of the text.
    """
    runs = list(_runs(text))
    touched = [n for n, run in enumerate(runs) if text[max(run.start, start) : min(run.end, end)].strip()]
    if not touched:
        return _encode(text[start:end].split())  # a table's ruler: no page shows it
    named = [list(group) for _, group in groupby(touched, key=lambda n: runs[n].block)]
    if len(named) > _MOST_BLOCKS:
        named = [touched]
    page = _Page(text, runs, title)
    parts = [(g[0], g[-1], max(runs[g[0]].start, start), min(runs[g[-1]].end, end)) for g in named]
    directives = [page.directive(*part) for part in parts]
    # With several directives the others are footholds already.
    return "&text=".join([*directives, *page.foothold(*parts[0])] if len(parts) == 1 else directives)


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    runs: Sequence[Run]
    title: str

    def directive(self, head: int, tail: int, start: int, end: int) -> str:
        """One text directive for text[start:end], which begins in one run and ends in the same or another."""
        before, first, last, after = self._named(head, tail, start, end)
        core = f"{_encode(first)},{_encode(last)}" if last else _encode(first)
        return f"{_prefix(before)}{core}{_suffix(after)}"

    def foothold(self, head: int, tail: int, start: int, end: int) -> list[str]:
        """A directive for text[start:end], or for its end, that a break in the middle does not hurt; or none.

        Beside the same words as directive() has it, and so as sure: behind words that stand before it, its
        first and last words are enough; else the last ones are all that words behind it can tell.
        """
        found = list(_WORD.finditer(self.text, start, end))
        if head != tail or len(found) < _FOOTHOLD_FROM:
            return []
        before, _, _, after = self._named(head, tail, start, end)
        words = [word[0] for word in found]
        nothing: Beside = ("", [])
        if before[1]:
            first, last = words[:_FOOTHOLD_FIRST], words[-_FOOTHOLD_LAST:]
            sure = _ends_there(words, len(first), len(last))
            if sure and self._finds(before, first, nothing, head, start):
                return [f"{_prefix(before)}{_encode(first)},{_encode(last)}"]
            return []
        last = words[-_EDGE_WORDS:]
        if self._finds(nothing, last, after, head, found[-_EDGE_WORDS].start()):
            return [f"{_encode(last)}{_suffix(after)}"]
        return []

    def _named(
        self, head: int, tail: int, start: int, end: int
    ) -> tuple[Beside, list[str], list[str], Beside]:
        """The shortest naming of text[start:end] that fits no place before it, as far as the article shows.

        These are words before it, those it begins with (or all), those it ends with, and words after it.
        """
        first = self.text[start : min(self.runs[head].end, end)].split()
        last = self.text[max(self.runs[tail].start, start) : end].split()
        best: tuple[Beside, list[str], list[str], Beside] = (("", []), first, [], ("", []))
        for opening, ending in _edges(first, last, one_run=head == tail):
            for before, after in self._contexts(head, tail, start, end, whole=not ending):
                best = before, opening, ending, after
                if self._finds(before, opening, ("", []) if ending else after, head, start):
                    return best
        return best

    def _contexts(
        self, head: int, tail: int, start: int, end: int, *, whole: bool
    ) -> Iterator[tuple[Beside, Beside]]:
        """Words beside the quote, each with what parts them from it; the surest and shortest first."""
        none: Beside = ("", [])
        before, after = self.text[self.runs[head].start : start], self.text[end : self.runs[tail].end]
        sure_before, sure_after = bool(before.strip()), bool(after.strip())
        if not sure_before and head > 0:
            before, sure_before = (
                f"{self._run_text(head - 1)}\n",
                self.runs[head].follows and not self._headed(head),
            )
        if not sure_after and tail + 1 < len(self.runs):
            after, sure_after = f"\n{self._run_text(tail + 1)}", self.runs[tail + 1].follows
        behind = {n: (_seam(after[:1]), after.split()[:n]) for n in _CONTEXT}
        ahead = {n: (_seam(before[-1:]), before.split()[-n:]) for n in _CONTEXT}
        if not (sure_before or (sure_after and whole)):
            yield none, none
        for n in _CONTEXT:
            if sure_before:
                yield ahead[n], none
            if sure_after and whole:
                yield none, behind[n]
        for n in _CONTEXT:
            if before.strip():
                yield ahead[n], none
            if after.strip() and whole:
                yield none, behind[n]
        if before.strip() or after.strip():
            yield ahead[_CONTEXT[-1]], behind[_CONTEXT[-1]]

    def _headed(self, run: int) -> bool:
        """Whether the run before this is a heading: under it there is room for a share bar, too."""
        return (
            self.runs[run - 1].block != self.runs[run].block and self._run_text(run - 1) in self._headings()
        )

    def _headings(self) -> set[str]:
        return {self.text[b.start : b.end] for b in blocks(self.text) if b.kind == "heading"}

    def _run_text(self, run: int) -> str:
        return self.text[self.runs[run].start : self.runs[run].end]

    def _finds(self, before: Beside, first: list[str], after: Beside, head: int, start: int) -> bool:
        """Whether these words stand at the quote first, as far as the article and its title tell."""
        lead = _loose(before[1]) + before[0] if before[1] else ""
        follow = after[0] + _loose(after[1]) if after[1] else ""
        page = _loose(
            [*self.title.split(), *(w for n in range(len(self.runs)) for w in self._run_text(n).split())]
        )
        passed = [*self.title.split(), *(w for n in range(head) for w in self._run_text(n).split())]
        opening = self.text[self.runs[head].start : start]
        here = _loose([*passed, *opening.split()])
        at = len(here) + len(_seam(opening[-1:]) if opening.strip() else " " * bool(here))
        return page.find(lead + _loose(first) + follow) + len(lead) == at


def _runs(text: str) -> Iterator[Run]:
    found = list(blocks(text))
    for n, block in enumerate(found):
        follows = n > 0 and _touch(text, found[n - 1], block)
        if block.kind == "row":
            bars = [m.start() for m in _BAR.finditer(text, block.start, block.end)]
            if not _RULER.fullmatch(text, block.start, block.end):
                cells = [(a + 1, b) for a, b in pairwise(bars) if text[a + 1 : b].strip()]
                for column, (a, b) in enumerate(cells):
                    yield Run(a, b, n, follows or column > 0)
        elif block.kind != "caption" and text[block.start : block.end].strip():
            yield Run(block.start, block.end, n, follows)


def _touch(text: str, one: Block, other: Block) -> bool:
    """Whether nothing stands between two neighbours: items of a list, rows, a heading and its text."""
    if one.kind == "heading":
        return other.kind != "caption"
    listed = (one.is_item and other.is_item) or one.kind == other.kind == "row"
    return listed and text[one.end : other.line].count("\n") == 1


def _edges(first: list[str], last: list[str], *, one_run: bool) -> Iterator[tuple[list[str], list[str]]]:
    """The words to name a quote by, the fewest first: those it begins with and ends with, or all and none.

    first, last: all words of the run it begins in, and of the one it ends in.
    """
    if not one_run:
        for n in dict.fromkeys(min(n, len(first)) for n in (*_OPENING_WORDS, len(first))):
            yield first[:n], last[-_EDGE_WORDS:]
        return
    for opening in _OPENING_WORDS if len(first) > _EXACT_WORDS else ():
        for n in range(_EDGE_WORDS, len(first) - opening + 1):
            if _ends_there(first, opening, n):
                yield first[:opening], last[-n:]
                break
    yield first, []


def _ends_there(words: list[str], opening: int, ending: int) -> bool:
    """Whether a range of so many first and last words ends at the end, and not before."""
    return _loose(words[-ending:]) not in _loose(words[opening:])[:-1]


def _prefix(before: Beside) -> str:
    return f"{_encode(before[1])}-," if before[1] else ""


def _suffix(after: Beside) -> str:
    return f",-{_encode(after[1])}" if after[1] else ""


def _seam(char: str) -> str:
    return " " if char.isspace() else ""


def _loose(words: Iterable[str]) -> str:
    """As a browser compares: without accents, in one case."""
    joined = unicodedata.normalize("NFKD", " ".join(words)).casefold()
    return "".join(c for c in joined if not unicodedata.combining(c))


def _encode(words: Iterable[str]) -> str:
    """Percent-encode; the dash too, which the directive uses for itself."""
    return percent_encode(" ".join(words), safe="").replace("-", "%2D")
