"""The top of a pasted page: menu, title, byline; then the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.article import same
from ingest.extract.prose.boilerplate import is_contents, is_edge, is_menu, is_page, is_prose
from ingest.extract.prose.byline import Byline, is_name, read_byline
from ingest.extract.text.lines import Line

_DEEPEST = 60  # lines above the text: a long menu and a byline
_LONGEST_TITLE = 160


@dataclass(frozen=True, slots=True)
class Head:
    """title: "" if the text begins without one. rest: the lines of the text."""

    title: str
    author: str | None
    published: str | None
    tags: tuple[str, ...]
    rest: list[Line]


def read_head(lines: Sequence[Line]) -> Head:
    """Split the top of the page from the text."""
    bylines, end = _top(lines)
    at = _title_index(lines, bylines, end)
    author = next((b.author for b in bylines.values() if b.author), None)
    if author is None:
        author = _bare_author(lines, bylines, at)
    rest: list[Line] = []
    menu = _is_menu_above(lines[:at]) if at is not None else False
    gap = 0
    for i, line in enumerate(lines[:end]):
        above = at is not None and i < at
        drop = i == at or i in bylines or is_edge(line.text) or (above and (menu or is_menu(line.text)))
        drop = drop or (at is not None and same(line.text, lines[at].shown))
        drop = drop or (author is not None and same(line.text, author))
        gap = max(gap, line.before)
        if not drop:
            rest.append(replace(line, before=gap))
            gap = 0
    rest += (
        [replace(lines[end], before=max(gap, lines[end].before, 2)), *lines[end + 1 :]]
        if end < len(lines)
        else []
    )
    return Head(
        title=lines[at].shown if at is not None else "",
        author=author,
        published=next((b.published for b in bylines.values() if b.published), None),
        tags=next((b.tags for b in bylines.values() if b.tags), ()),
        rest=rest,
    )


def _top(lines: Sequence[Line]) -> tuple[dict[int, Byline], int]:
    """The lines of the byline by index, and where the text begins at the latest."""
    bylines: dict[int, Byline] = {}
    for i, line in enumerate(lines[:_DEEPEST]):
        if line.mark != "1" and (i or line.mark) and (byline := read_byline(line.text)) is not None:
            bylines[i] = byline
        elif is_edge(line.text) or is_menu(line.text):
            continue
        elif line.mark or is_contents(line.text) or _is_text(lines, i):
            return bylines, i
    return bylines, min(len(lines), _DEEPEST)


def _is_text(lines: Sequence[Line], i: int) -> bool:
    """Whether the article's own text begins here, rather than a title or a menu's entry."""
    text = lines[i].text
    if i + 1 < len(lines) and len(text) < _LONGEST_TITLE and _byline_follows(lines, i):
        return False  # a title may end with a full stop
    if len(text) > _LONGEST_TITLE or (text.endswith((".", ":", ",", ";", "…")) and len(text.split()) > 2):
        return True
    return is_prose(text) and not text.endswith(("?", "!"))


def _byline_follows(lines: Sequence[Line], i: int) -> bool:
    byline = read_byline(lines[i + 1].text)
    return byline is not None and bool(byline.author or byline.published or byline.updated)


def _title_index(lines: Sequence[Line], bylines: dict[int, Byline], end: int) -> int | None:
    possible = [
        i for i in range(end) if i not in bylines and lines[i].mark != "-" and not is_edge(lines[i].text)
    ]
    named = [i for i in possible if not is_menu(lines[i].text)] or possible[-1:]
    named = [i for i in named if i - 1 not in named or lines[i].text != lines[i - 1].text]
    if not named:
        return None
    dated = next((i for i, b in bylines.items() if b.author or b.published), None)
    updated = [i - 1 for i, b in bylines.items() if b.updated and i - 1 in named]
    if dated is None or updated:
        page = (
            possible[0] == 0
            and is_page(lines[0].text)
            and not any(is_menu(lines[i].text) for i in possible[1:])
        )
        return updated[0] if updated else 0 if page else named[0]
    return _title_near(lines, named, dated)


def _title_near(lines: Sequence[Line], named: Sequence[int], dated: int) -> int:
    """The title among lines that could be it, by the place of author or date: most often right
    above them; below, where a menu or the author's bare name is all there is above."""
    above = [i for i in named if i < dated]
    below = [i for i in named if i > dated]
    if not above:
        return below[0]
    if len(above) > 1 and _could_be_author(lines, above[-1]) and len(lines[above[-2]].text.split()) > 2:
        return above[-2]
    menu_only = len(above) > 1 and all(len(lines[i].text.split()) < 3 for i in above)
    signed = _could_be_author(lines, above[-1]) and lines[dated].before == 0
    if (
        below
        and (menu_only or signed)
        and lines[below[0]].before > 0
        and len(lines[below[0]].text.split()) > 2
    ):
        return below[0]
    return above[-1]


def _could_be_author(lines: Sequence[Line], i: int) -> bool:
    return is_name(lines[i].text) and 2 <= len(lines[i].text.split()) <= 3


def _bare_author(lines: Sequence[Line], bylines: dict[int, Byline], at: int | None) -> str | None:
    """A name that appears twice in a row, or right above the date, when the title is another line."""
    for i in range(1, min(len(lines), max(bylines, default=0))):
        if lines[i].text == lines[i - 1].text and i - 1 != at and _could_be_author(lines, i):
            return lines[i].text
    for i, byline in bylines.items():
        if byline.published and i and i - 1 != at and i - 1 not in bylines and lines[i].before == 0:
            above = lines[i - 1]
            if not is_edge(above.text) and not is_menu(above.text) and _could_be_author(lines, i - 1):
                return above.text
    return None


def _is_menu_above(lines: Sequence[Line]) -> bool:
    """Whether the short lines above the title are a menu: some of them must be usual entries."""
    short = all(len(line.text.split()) <= 4 for line in lines)
    return short and any(is_menu(line.text) or is_edge(line.text) for line in lines)
