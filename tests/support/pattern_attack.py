"""Tries every compiled pattern of the packages `bot` and `ingest` with strings that its own repetitions can match.

Run as `python -m pattern_attack` (a process of its own, since a pattern that backtracks exponentially holds the
interpreter's lock for good). It prints the pattern that it is about to try, so that the parent can name the one it hung on.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import math
import pkgutil
import random
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

PACKAGES = ("bot", "ingest")
DEVELOPERS = ("bot.bench", "bot.train")  # not shipped
SEPARATORS = (" ", ", ", "  ", "\n", "-")
TAILS = ("\x00", "!\x00", " x?\x00")
MOST = 48  # repetitions of the longest attack: 2**48 steps never end ...
LONGEST = 500  # ... while 500 characters cubed do
TELLING = 0.02  # seconds from which a time is compared with that of half as many repetitions
QUICK = 0.005  # seconds up to which the next attack may be half as long again
SUSPECT = 16.0  # growth from which an attack is repeated, up to ...
CERTAIN = 0.2  # ... so many seconds, where
GROWTH = (
    64.0  # is more than a polynomial of degree 5 grows (32 times); an exponential grows hundreds of times
)
SAMPLES = 3


def modules() -> Iterator[ModuleType]:
    """Every module of the packages, imported."""
    for package in PACKAGES:
        yield from _modules_of(importlib.import_module(package))


def _modules_of(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if info.name in DEVELOPERS or info.name.endswith("__main__"):
            continue
        try:
            module = importlib.import_module(info.name)
        except ModuleNotFoundError as missing:
            if missing.name and missing.name.split(".")[0] not in PACKAGES:
                continue  # of an extra that is not installed here
            raise
        if info.ispkg:
            yield from _modules_of(module)
        else:
            yield module


def patterns() -> dict[re.Pattern[str], str]:
    """The compiled patterns of the packages, each with the place where it was found."""
    found: dict[re.Pattern[str], str] = {}
    written: dict[re.Pattern[str], str] = {}
    for module in modules():
        for name, value in list(vars(module).items()):
            for pattern in _inside(value, module.__name__, set()):
                found.setdefault(pattern, f"{module.__name__}.{name}")
        for pattern, line in _written_in(module):
            written.setdefault(pattern, f"{module.__name__}:{line}")
    compiled = {pattern.pattern for pattern in found}  # with their own flags, which the written ones lack
    return found | {pattern: at for pattern, at in written.items() if pattern.pattern not in compiled}


def _inside(value: object, module: str, met: set[int]) -> Iterator[re.Pattern[str]]:
    """Patterns in a value: itself, in containers and fields, and what cached builders without arguments return."""
    if id(value) in met:
        return
    met.add(id(value))
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, Mapping):
        for one in value.items():
            yield from _inside(one, module, met)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from _inside(one, module, met)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _inside(getattr(value, field.name), module, met)
    elif _is_builder(value, module):
        yield from _inside(value(), module, met)  # type: ignore[operator]


def _is_builder(value: object, module: str) -> bool:
    """Is it a cached function without arguments that this module defines and whose result may hold patterns?"""
    if not hasattr(value, "cache_info") or getattr(value, "__module__", "") != module:
        return False
    signature = inspect.signature(value)  # type: ignore[arg-type]
    return not signature.parameters and re.search(
        r"Pattern|Mapping|dict|tuple|list|Guide|Subject|Rules", str(signature.return_annotation)
    ) is not None  # fmt: skip


def _written_in(module: ModuleType) -> Iterator[tuple[re.Pattern[str], int]]:
    """Patterns that stand in calls of `re` inside functions, as far as the module's own names fill them in."""
    if not module.__file__ or not module.__file__.endswith(".py"):
        return
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], (ast.Constant, ast.JoinedStr, ast.BinOp))
        ):
            code = compile(ast.Expression(node.args[0]), "<pattern>", "eval")
            try:
                text = eval(code, dict(vars(module)))
            except NameError:  # it is filled with a local value: a word, escaped
                continue
            if isinstance(text, str):
                yield re.compile(text, re.IGNORECASE), node.lineno


class Sampler:
    """Random strings that a parsed pattern, or a part of it, matches (look-arounds and anchors aside)."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._groups: dict[int, str] = {}

    def text(self, items: Any) -> str:
        return "".join(self._one(op, value) for op, value in items)

    def _one(self, op: Any, value: Any) -> str:
        pick = self._random.choice
        match op, value:
            case sre.LITERAL, code:
                return chr(code)
            case sre.NOT_LITERAL, code:
                return next(c for c in "a .<" if ord(c) != code)
            case sre.ANY, _:
                return pick("a .")
            case sre.IN, members:
                return self._member(list(members))
            case sre.BRANCH, (_, branches):
                return self.text(pick(branches))
            case sre.SUBPATTERN, (group, _, _, body):
                text = self.text(body)
                if group:
                    self._groups[group] = text
                return text
            case ((sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT), (low, high, body)):
                times = min(int(high), max(int(low), pick((int(low), 1, 2))))
                return "".join(self.text(body) for _ in range(times))
            case sre.ATOMIC_GROUP, body:
                return self.text(body)
            case sre.GROUPREF, group:
                return self._groups.get(group, "")
            case sre.GROUPREF_EXISTS, (_, yes, no):
                return self.text(pick([yes, no or []]))
            case _:  # anchors and look-arounds
                return ""

    def _member(self, members: list[tuple[Any, Any]]) -> str:
        allowed = [c for c in "a .,-<\n1A\t" if _is_in(c, members)]
        own = [chr(value) for op, value in members if op is sre.LITERAL]
        own += [chr(value[0]) for op, value in members if op is sre.RANGE]
        negated = members[0][0] is sre.NEGATE
        return self._random.choice((allowed if negated else [*own, *allowed]) or ["\x01"])


def _is_in(char: str, members: list[tuple[Any, Any]]) -> bool:
    code, inside = ord(char), False
    for op, value in members:
        match op, value:
            case sre.LITERAL, one:
                inside |= one == code
            case sre.RANGE, (low, high):
                inside |= low <= code <= high
            case sre.CATEGORY, category:
                kind, negated = _CATEGORIES[category]
                inside |= bool(re.match(kind, char)) != negated
    return inside != (members[0][0] is sre.NEGATE)


_CATEGORIES = {
    sre.CATEGORY_DIGIT: (r"\d", False),
    sre.CATEGORY_NOT_DIGIT: (r"\d", True),
    sre.CATEGORY_SPACE: (r"\s", False),
    sre.CATEGORY_NOT_SPACE: (r"\s", True),
    sre.CATEGORY_WORD: (r"\w", False),
    sre.CATEGORY_NOT_WORD: (r"\w", True),
}


def repetitions(items: Any, before: Any = ()) -> Iterator[tuple[list[Any], Any]]:
    """Each unbounded repetition of a parsed pattern: what comes before it, and its body."""
    seen = list(before)
    for op, value in items:
        match op, value:
            case ((sre.MAX_REPEAT | sre.MIN_REPEAT | sre.POSSESSIVE_REPEAT), (_, high, body)):
                if int(high) > 12:
                    yield seen, body
                yield from repetitions(body, seen)
            case sre.SUBPATTERN, (_, _, _, body):
                yield from repetitions(body, seen)
            case sre.ATOMIC_GROUP, body:
                yield from repetitions(body, seen)
            case sre.BRANCH, (_, branches):
                for branch in branches:
                    yield from repetitions(branch, seen)
            case ((sre.ASSERT | sre.ASSERT_NOT), (_, body)):
                yield from repetitions(body, seen)
        seen = [*seen, (op, value)]


def attacks(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """(start, unit, tail): an attack is the start, the unit some times over, and the tail.

    The units are strings that a repetition's body matches, by themselves and with separators between.
    """
    made = dict.fromkeys(_attacks(pattern))
    yield from made


def _attacks(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    tree = parser.parse(pattern.pattern, pattern.flags)
    for before, body in repetitions(tree):
        for seed in range(SAMPLES):
            sampler = Sampler(seed)
            start, unit = sampler.text(before), sampler.text(body)
            if unit:
                yield start, unit, TAILS[0]
                for tail in TAILS:
                    yield start, unit + SEPARATORS[seed], tail
                    yield "", unit + SEPARATORS[seed + 1], tail
    for word in re.findall(r"[a-z]{2,}", pattern.pattern)[:6]:
        for separator in SEPARATORS:
            yield "", word + separator, TAILS[2]


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """CPU time of one search and one full match."""
    begun = time.thread_time()
    pattern.search(text)
    pattern.fullmatch(text)
    return time.thread_time() - begun


def explodes(pattern: re.Pattern[str]) -> str:
    """The attack under which twice as many repetitions take more than GROWTH times as long; "" for none."""
    for attack in attacks(pattern):
        if _growth(pattern, attack, TELLING)[0] > SUSPECT:
            grown, how = _growth(pattern, attack, CERTAIN)
            if grown > GROWTH:
                return how
    return ""


def _growth(pattern: re.Pattern[str], attack: tuple[str, str, str], telling: float) -> tuple[float, str]:
    """How many times as long twice the repetitions take, at the first that take that many seconds; (0, "") for none."""
    start, unit, tail = attack
    n, step, last = 2, 2, QUICK
    while n <= MOST:
        text = start + unit * n + tail
        took = seconds(pattern, text)
        if took > telling:
            half = seconds(pattern, start + unit * (n // 2) + tail)
            return took / half, f"{start + unit!r} x {n} + {tail!r}: {took:.2f} s, half of it {half:.4f} s"
        if len(text) > LONGEST:
            break
        # Half as many more at a time, unless that would take long if the time grew exponentially.
        leap = max(2, n // 2)
        quick = took < QUICK and leap / step * math.log(took / last) < math.log(TELLING / took)
        step, last = leap if quick else 2, took
        n += step
    return 0.0, ""


def main() -> int:
    found = patterns()
    print(f"{len(found)} patterns", flush=True)
    bad = 0
    for pattern, place in found.items():
        print(f"trying {place} {pattern.pattern[:200]!r}", flush=True)
        if how := explodes(pattern):
            bad += 1
            print(f"EXPONENTIAL {place}: {how}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
