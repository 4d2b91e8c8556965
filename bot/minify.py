"""A script as it is sent: without comments and spaces, its own names made short.

For scripts of this project, in the style they are written in; not for any script there is. Each
statement ends with a semicolon, `${…}` holds no braces, no line of a template is meant to end, and
a `/` after a sign other than `)`, `]` or `}` begins a pattern. A name is made short only where nothing
can be meant by it but a variable: never one that also stands as a property or may be the short form of one.

What this file does not know: scopes. The same name is made short everywhere in the script.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, count, product
from string import ascii_letters

_TOKEN = re.compile(
    r"""(?P<gap>\s+|//[^\n]*)
    |(?P<template>`(?:\\.|[^`\\])*`)
    |(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<number>\.?\d[\w.]*)
    |(?P<sign>=>|\?\.(?!\d)|\.\.\.|\+\+|--|\S)""",
    re.VERBOSE,
)
_PATTERN = re.compile(r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/\w*")
_INSIDE = re.compile(r"\$\{([^{}]*)\}")
_DECLARED = re.compile(
    r"\b(?:const|let)\s+(\w+|\[[\w, ]+\])"  # const a, const [a, b]
    r"|\(([\w, ]+)\)\s*=>"  # (a, b) =>
)
_NAME = re.compile(r"[a-zA-Z]\w*")
_RESERVED = frozenset("as do if in is of".split())

_WORDS = ("name", "number")

Token = tuple[str, str]  # kind, text


def minified(script: str) -> str:
    """The same script, shorter."""
    tokens = list(_tokens(script))
    short = _short_names(script, tokens)
    return _joined(_renamed(tokens, short))


def _tokens(script: str) -> Iterator[Token]:
    at, last = 0, ("sign", "")
    while at < len(script):
        pattern = _PATTERN.match(script, at) if last[0] == "sign" and last[1] not in (")", "]", "}") else None
        found = pattern or _TOKEN.match(script, at)
        if found is None:
            raise ValueError(f"not of the style this is for: {script[at : at + 30]!r}")
        at = found.end()
        if found.lastgroup != "gap":
            last = (found.lastgroup or "pattern", found[0])
            yield last


def _inner(token: Token) -> Iterator[Token]:
    """The token itself, or those of the expressions inside a template, each between "${" and "}"."""
    if token[0] != "template":
        yield token
        return
    for expression in _INSIDE.findall(token[1]):
        yield from (("sign", "${"), *_tokens(expression), ("sign", "${"))


def _short_names(script: str, tokens: list[Token]) -> dict[str, str]:
    """Short names for the script's variables, the shortest for the most frequent."""
    flat = [("sign", ";"), *chain.from_iterable(map(_inner, tokens)), ("sign", ";")]
    uses, barred, opened = Counter[str](), set[str](), [""]
    for (_, before), (kind, text), (_, after) in zip(flat, flat[1:], flat[2:], strict=False):
        if text in "([{" and kind == "sign":
            opened.append(text)
        elif text in ")]}" and kind == "sign":
            opened.pop()
        elif kind == "name":
            uses[text] += 1
            as_key = opened[-1] == "{" and before in ("{", ",") and after in (",", "}", ":")
            if before in (".", "?.") or as_key:
                barred.add(text)
    declared = {name for found in _DECLARED.findall(script) for part in found for name in _NAME.findall(part)}
    free = (name for name in _alphabet() if name not in uses and name not in _RESERVED)
    return dict(
        zip((name for name, _ in uses.most_common() if name in declared - barred), free, strict=False)
    )


def _alphabet() -> Iterator[str]:
    for length in count(1):
        yield from map("".join, product(ascii_letters, repeat=length))


def _renamed(tokens: list[Token], short: Mapping[str, str]) -> Iterator[Token]:
    for kind, text in tokens:
        if kind == "name":
            yield kind, short.get(text, text)
        elif kind == "template":
            inside = _INSIDE.sub(lambda m: f"${{{_joined(_renamed(list(_tokens(m[1])), short))}}}", text)
            yield kind, inside.replace("\n", "")
        else:
            yield kind, text


def _joined(tokens: Iterator[Token]) -> str:
    made: list[str] = []
    began = [""]  # for each bracket that is open, how the statement in it began
    fresh, last = True, ("", "")
    for kind, text in tokens:
        if fresh and text in ("const", "let") and text == began[-1] and last[1] == ";":
            made[-1], last, fresh = ",", ("sign", ","), False
            continue
        if fresh or last[1] == "}":
            began[-1] = text
        fresh = text in (";", "{", "}")
        if text in "([{":
            began.append("")
        elif text in ")]}":
            began.pop()
            if made[-1] == "," or (text == "}" and made[-1] == ";"):
                made.pop()
        if (last[0] in _WORDS and kind in _WORDS) or (last[1] == text and text in ("+", "-")):
            made.append(" ")
        made.append(text)
        last = kind, text
    return "".join(made)
