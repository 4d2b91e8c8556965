"""Pasted text -> lines with their marks, indent and the blank lines before them.

Hard-wrapped paragraphs are put together again, list items lose their bullet or number to a field,
and a bullet alone on its line is joined with the text on the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.article import ends_sentence, plain_text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of pasted text, tidy. mark: "" for plain text, "-" for a bullet, "1" for a number.

    before, after: blank lines above and below it, on the page. indent: columns. hollow: its
    bullet is one that lists use on their second level. number: of a numbered line.
    """

    text: str
    before: int = 0
    after: int = 0
    indent: int = 0
    mark: str = ""
    hollow: bool = False
    number: int = 0

    @property
    def is_text(self) -> bool:
        return not self.mark

    @property
    def shown(self) -> str:
        """The line with its number, as a heading would show it."""
        return f"{self.number}. {self.text}" if self.mark == "1" else self.text


_SIGNS = "•●▪‣∙·⁃■►▸➢➤✓✔\uf0b7\uf0a7"
_HOLLOW = "◦○▫□"
_BULLET = re.compile(rf"(?:([{_SIGNS}])|([{_HOLLOW}])|[-*–](?=[ \t])|o(?=\t))[ \t]*(?=\S)")
_NUMBER = re.compile(r"(\d{1,3})[.)][ \t]+(?=\S)")
_LONE_MARK = re.compile(rf"[{_SIGNS}{_HOLLOW}]|\d{{1,3}}[.)]")
_WIDEST_WRAP = 110


def read_lines(text: str) -> list[Line]:
    """All lines that are not blank, in order."""
    lines = _unwrapped(list(_marked(_raw(text))))
    below = [*(line.before for line in lines[1:]), 0]
    return [replace(line, after=after) for line, after in zip(lines, below, strict=False)]


def _raw(text: str) -> Iterator[tuple[int, int, str]]:
    """(blank lines above, indent, text) of each line that is not blank."""
    before = 0
    for raw in plain_text(text).split("\n"):
        line = raw.replace("\xa0", " ").expandtabs(4) if not raw.lstrip().startswith("o\t") else raw
        stripped = line.strip()
        if not stripped:
            before += 1
            continue
        yield before, len(line) - len(line.lstrip()), stripped
        before = 0


def _marked(raw: Iterable[tuple[int, int, str]]) -> Iterator[Line]:
    waiting: tuple[int, int, str] | None = None  # a mark alone on its line
    for before, indent, text in raw:
        if waiting is not None:
            yield _read_mark(waiting[0], waiting[1], f"{waiting[2]} {text}")
            waiting = None
        elif _LONE_MARK.fullmatch(text):
            waiting = (before, indent, text)
        else:
            yield _read_mark(before, indent, text)
    if waiting is not None:
        yield Line(waiting[2], waiting[0], indent=waiting[1])


def _read_mark(before: int, indent: int, text: str) -> Line:
    if m := _BULLET.match(text):
        hollow = bool(m[2]) or text.startswith("o\t")
        return Line(_one_spaced(text[m.end() :]), before, indent=indent, mark="-", hollow=hollow)
    if m := _NUMBER.match(text):
        return Line(_one_spaced(text[m.end() :]), before, indent=indent, mark="1", number=int(m[1]))
    return Line(_one_spaced(text), before, indent=indent)


def _one_spaced(text: str) -> str:
    return " ".join(text.split())


def _unwrapped(lines: list[Line]) -> list[Line]:
    """Lines that only go on with the one above are joined to it."""
    width = _wrap_width(lines)
    out: list[Line] = []
    parts: list[str] = []  # of the last line in `out`, joined when it is complete
    length = 0  # of the last raw line
    for line in lines:
        if out and line.before == 0 and line.is_text and _goes_on(out[-1], parts[-1], length, line, width):
            # Wix gives a name twice, once for the eye and once for the ear.
            parts += [line.text] if not parts[-1].endswith(line.text) else []
        else:
            if out:
                out[-1] = replace(out[-1], text=" ".join(parts))
            out.append(line)
            parts = [line.text]
        length = line.indent + len(line.text)
    if out:
        out[-1] = replace(out[-1], text=" ".join(parts))
    return [line for line in out if line.text]


def _goes_on(opened: Line, last: str, length: int, line: Line, width: int) -> bool:
    if opened.mark and line.indent > opened.indent:
        return True
    if width and length >= 0.6 * width:
        return opened.mark != "" or line.indent <= opened.indent or not ends_sentence(last)
    return len(last) >= 40 and line.text[0].islower() and not ends_sentence(last)


def _wrap_width(lines: list[Line]) -> int:
    """The column at which the text was wrapped, or 0 if each line is whole.

    In wrapped text nearly every line that another one follows directly is nearly full.
    """
    lengths = [line.indent + len(line.text) for line in lines]
    width = max(lengths, default=0)
    followed = [length for length, after in zip(lengths, lines[1:], strict=False) if not after.before]
    full = sum(length >= 0.7 * width for length in followed)
    if width > _WIDEST_WRAP or width < 40 or full < 3 or full < 0.6 * len(followed):
        return 0
    unfinished = sum(not ends_sentence(line.text) for line, after in pairwise(lines) if after.before == 0)
    return width if unfinished >= 0.4 * len(followed) else 0
