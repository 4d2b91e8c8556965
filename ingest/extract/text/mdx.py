"""MDX -> Markdown: import and export lines, JSX tags and expressions go, the text in components stays."""

from __future__ import annotations

import re

_STATEMENT = re.compile(
    r"^(?:import\s+(?:[\"'][^\"'\n]+[\"']|(?:type\s+)?(?:[\w$*]|\{)[^;\"']{0,2000}?\sfrom\s+[\"'][^\"'\n]+[\"'])\s*;?[ \t]*$"
    r"|export\s+(?:const|let|var|default|function|async|class|type|interface|\{|\*)[^\n]*$)",
    re.M,
)
# A component's tag, a fragment's, or an HTML element's with JSX attributes.
_TAG = re.compile(r"</?(?P<name>[A-Z][\w.]*|(?=>)|(?<!/)[a-z][a-z0-9]*\b(?=[^<>]*=\{))")
_LONGEST = 20_000  # letters of one statement, tag or expression
_MOST_UNCLOSED = 50  # then it is no MDX
_MOST_STATEMENTS = 500
_PAIRS = {"{": "}", "(": ")", "[": "]"}
_STRINGS = "\"'`"


def without_mdx(text: str) -> str:
    """The Markdown in a document that may be MDX. Expressions go only where it surely is."""
    text, statements = _without_statements(text)
    text = _without_tags(text)
    return _without_expressions(text) if statements else text


def _without_statements(text: str) -> tuple[str, int]:
    out: list[str] = []
    at = count = 0
    while count < _MOST_STATEMENTS and (m := _STATEMENT.search(text, at)):
        before = text[max(m.start() - 80, 0) : m.start()].rstrip(" \t")
        opens_block = not before or before.endswith("\n\n") or (count and not text[at : m.start()].strip())
        out.append(text[at : m.start()])
        if not opens_block and m[0].startswith("export"):  # a wrapped line of prose
            out.append(m[0])
            at = m.end()
            continue
        at = _end_of_statement(text, m.start(), m.end())
        count += 1
    return "".join((*out, text[at:])), count


def _end_of_statement(text: str, start: int, line_end: int) -> int:
    """The end of the line on which all brackets are closed."""
    at, depth, limit = start, 0, min(len(text), start + _LONGEST)
    while at < limit:
        char = text[at]
        if char in _STRINGS:
            at = _end_of_string(text, at, limit)
            continue
        depth += (char in _PAIRS) - (char in _PAIRS.values())
        at += 1
        if at >= line_end and depth <= 0 and (at >= len(text) or text[at] == "\n"):
            return at
    end = text.find("\n\n", line_end)
    return len(text) if end < 0 else end


def _end_of_string(text: str, at: int, limit: int) -> int:
    quote = text[at]
    for i in range(at + 1, limit):
        if text[i] == quote and text[i - 1] != "\\":
            return i + 1
        if text[i] == "\n" and quote != "`":
            break
    return at + 1  # an apostrophe


def _without_tags(text: str) -> str:
    out: list[str] = []
    at = unclosed = 0
    while unclosed < _MOST_UNCLOSED and (m := _TAG.search(text, at)):
        end = _end_of_tag(text, m.end())
        out.append(text[at : m.start()])
        if end is None:
            out.append(m[0])
            unclosed += 1
        elif m["name"][:1].islower():
            out.append(f"<{m['name']}>")
        at = end or m.end()
    return "".join((*out, text[at:]))


def _end_of_tag(text: str, at: int) -> int | None:
    """Behind the `>` of a tag whose attributes may hold strings and braces; None if it is no tag."""
    depth, limit = 0, min(len(text), at + _LONGEST)
    while at < limit:
        char = text[at]
        if char in "\"'" or (char == "`" and depth):
            at = _end_of_string(text, at, limit)
            continue
        if char == ">" and not depth:
            return at + 1
        if char == "<" and not depth:
            return None
        depth += (char == "{") - (char == "}")
        at += 1
    return None


def _without_expressions(text: str) -> str:
    out: list[str] = []
    at = unclosed = 0
    while unclosed < _MOST_UNCLOSED and (start := text.find("{", at)) >= 0:
        depth, i, limit = 0, start, min(len(text), start + _LONGEST)
        while i < limit:
            depth += (text[i] == "{") - (text[i] == "}")
            i += 1
            if not depth:
                break
        out.append(text[at : start + bool(depth)])
        unclosed += bool(depth)
        at = start + 1 if depth else i
    return "".join((*out, text[at:]))
