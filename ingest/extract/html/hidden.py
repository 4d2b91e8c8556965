"""Elements that a page's reader does not see: scripts, fields, hidden elements.

Hidden text must not become an article's: the author of a comment or a guest post may have put it
there for machines. Only the element's own tag, attributes and style attribute are checked, no style
sheets: text that only a class hides is taken as visible.
"""

from __future__ import annotations

import re
from typing import Any

Element = Any  # lxml has no type hints

_SILENT = frozenset(
    "script style noscript template head title meta link base svg math canvas audio video iframe frame object"
    " embed applet map button input select textarea option datalist dialog rp".split()
)
_MOST_DECLARATIONS = 40
_NOUGHT = re.compile(r"0*\.0\d*[a-z%]*|0+(?:\.0*)?[a-z%]*|1px")  # too small to read
_NO_COLOUR = re.compile(r"transparent|(?:rgb|hsl)a\(.*[,/]\s*0?\.?0+%?\s*\)")
_FAR_OFF = re.compile(r"-\d{4,}(?:\.\d+)?(?:px|r?em|%|v[wh])?")
_CUT_OFF = re.compile(r"inset\(\s*(?:50|100)%.*|rect\(\s*[01](?:px)?[\s,].*")
# A page's own script makes such an element appear when the reader scrolls to it.
_APPEARS = re.compile(
    r"anim|fade|reveal|aos|wow|lazy|transition|transform|will-change|data-w-id|scroll", re.I
)


def is_silent(element: Element) -> bool:
    """Whether an element and all that is in it shows nothing (scripts, fields, hidden things)."""
    if not isinstance(element.tag, str) or element.tag in _SILENT:
        return True
    if element.tag in ("html", "body"):
        return False  # hidden until a script has run
    if element.get("hidden") is not None or (element.get("aria-hidden") == "true" and _is_aside(element)):
        return True
    style = element.get("style")
    return bool(style) and _is_hidden_by(_declarations(style), element)


def _declarations(style: str) -> dict[str, str]:
    """`color: red; top: 0` as a mapping."""
    parts = style[:4000].lower().replace("!important", "").split(";")[:_MOST_DECLARATIONS]
    pairs = (part.split(":", 1) for part in parts if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _is_hidden_by(style: dict[str, str], element: Element) -> bool:
    """Whether these declarations keep an element's text from the eye."""
    stated = style.get
    if stated("display") == "none" or "hidden" in (stated("visibility"), stated("content-visibility")):
        return True
    if stated("visibility") == "collapse" or _NO_COLOUR.fullmatch(stated("color", "")):
        return True
    sizes = (
        stated("font", "").split("/")[0].split()[-1:]
        if "/" in stated("font", "")
        else stated("font", "").split()
    )
    if any(map(_NOUGHT.fullmatch, [stated("font-size", ""), *sizes])):
        return True
    if stated("overflow", "").split()[:1] in (["hidden"], ["clip"]) and any(
        _NOUGHT.fullmatch(stated(side, "")) for side in ("height", "max-height", "width", "max-width")
    ):
        return True
    if any(
        _FAR_OFF.fullmatch(stated(side, ""))
        for side in ("text-indent", "left", "right", "top", "margin-left")
    ):
        return True
    if _CUT_OFF.fullmatch(stated("clip", "")) or _CUT_OFF.fullmatch(stated("clip-path", "")):
        return True
    if re.match(r"scale\(\s*0\s*[,)]", stated("transform", "")):
        return True
    if _NOUGHT.fullmatch(stated("opacity", "")):
        marks = " ".join((*style, *style.values(), element.get("class") or "", *element.keys()))
        return not _APPEARS.search(marks)
    return False


def _is_aside(element: Element) -> bool:
    """Whether what is hidden from screen readers is hidden on purpose.

    A page that was saved while a dialog was open hides all behind it so; and the drop cap of a
    paragraph is hidden where the whole word is given for screen readers.
    """
    if element.tag in ("main", "article") or element.find(".//h1") is not None:
        return False
    return bool(len(element)) or len((element.text or "").strip()) != 1 or not element.text.strip().isalpha()
