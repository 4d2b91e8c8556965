"""Prose that a recipe or how-to keeps in its front matter -> sections with a list, as its theme shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.article import Piece, tidy

# Field -> (heading, numbered).
_SECTIONS = {
    "ingredients": ("Ingredients", False),
    "components": ("Components", False),
    "equipment": ("Equipment", False),
    "tools": ("Tools", False),
    "directions": ("Directions", True),
    "instructions": ("Instructions", True),
    "recipeingredient": ("Ingredients", False),
    "recipeinstructions": ("Instructions", True),
    "method": ("Method", True),
    "preparation": ("Preparation", True),
    "steps": ("Steps", True),
    "exercises": ("Exercises", False),
    "tips": ("Tips", False),
    "notes": ("Notes", False),
    "faq": ("FAQ", False),
    "faqs": ("FAQ", False),
    "questions": ("Questions", False),
}
_CONTAINERS = ("recipe", "howto", "how_to")
_TEXT = ("text", "name", "item", "step", "description", "ingredient", "instruction", "value", "title")
_QUESTION = ("question", "q")
_ANSWER = ("answer", "a")
_MOST = 500
_LONGEST = 5000  # letters of one item


def sections_of(fields: Mapping[str, Any]) -> list[Piece]:
    """The pieces for the lists of prose among the fields, in the file's order."""
    pieces: list[Piece] = []
    for name, value in fields.items():
        key = str(name).strip().lower().replace("_", "").replace("-", "")
        if key in _CONTAINERS and isinstance(value, Mapping):
            pieces += sections_of(value)
        elif key in _SECTIONS:
            heading, numbered = _SECTIONS[key]
            pieces += _section(heading, numbered, value)
    return pieces


def _section(heading: str, numbered: bool, value: object) -> Iterator[Piece]:
    found = list(_items(value, numbered, level=3))
    if any(p.kind != "heading" for p in found):
        yield Piece("heading", heading, 2)
        yield from found


def _items(value: object, numbered: bool, level: int) -> Iterator[Piece]:
    """Items of a list, lines of a text, or groups (`Sauce: […]`) under headings of their own."""
    if isinstance(value, Mapping):
        for name, inner in list(value.items())[:_MOST]:
            yield Piece("heading", tidy(str(name)), level)
            yield from _items(inner, numbered, min(level + 1, 6))
        return
    lines = value.split("\n") if isinstance(value, str) else value
    number = 0
    for line in lines[:_MOST] if isinstance(lines, list) else []:
        if isinstance(line, Mapping) and (asked := _first(line, _QUESTION)):
            yield Piece("heading", asked, level)
            yield from _paragraph(_first(line, _ANSWER))
        elif isinstance(line, Mapping) and (
            group := next((v for v in line.values() if isinstance(v, list)), None)
        ):
            yield from _paragraph_heading(_first(line, ("group", "section", "for", *_TEXT)), level)
            yield from _items(group, numbered, min(level + 1, 6))
        elif words := _words(line):
            number += 1
            yield Piece("number", words, number=number) if numbered else Piece("bullet", words)


def _paragraph(words: str) -> Iterator[Piece]:
    if words:
        yield Piece("paragraph", words)


def _paragraph_heading(words: str, level: int) -> Iterator[Piece]:
    if words:
        yield Piece("heading", words, level)


def _first(line: Mapping[Any, Any], names: tuple[str, ...]) -> str:
    return next((_text(line[name]) for name in names if _text(line.get(name))), "")


def _words(line: object) -> str:
    if not isinstance(line, Mapping):
        return _text(line).lstrip("-*• ")
    amount = " ".join(filter(None, (_text(line.get(name)) for name in ("quantity", "amount", "unit"))))
    return f"{amount} {_first(line, _TEXT)}".strip() or ", ".join(
        f"{tidy(str(name))}: {_text(value)}" for name, value in list(line.items())[:5] if _text(value)
    )


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, list | dict) else tidy(str(value)[:_LONGEST])
