"""Synonyms and opposites by stem, and the normal form by which words are compared.

`key` unites forms of a word that the stemmer leaves apart: "feet" and "foot", "steadier" and "steady".
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.text.tokens import stem

# Ids of senses that the parser assigns from the words around.
SENSES = frozenset(
    "theone onepart lowerpart upperpart inhal exhal up~ rear onback onfront onstomach onbelly onside".split()
)
# Forms that the stemmer does not bring together.
_IRREGULAR = {
    form: word
    for word, forms in (
        ("bring", "brought"), ("take", "took taken"), ("give", "gave given"), ("make", "made"), ("keep", "kept"), ("hold", "held"),
        ("feel", "felt"), ("find", "found"), ("show", "shown"), ("do", "done did"), ("come", "came"), ("lead", "led"),
        ("mean", "meant"), ("begin", "began begun"), ("lose", "lost"), ("sit", "sat"), ("stand", "stood"), ("run", "ran"),
        ("foot", "feet"), ("tooth", "teeth"), ("woman", "women"), ("man", "men"), ("child", "children"), ("wear", "wore worn"),
        ("break", "broke broken"), ("shrink", "shrank shrunk"), ("sleep", "slept"), ("eat", "ate eaten"), ("drink", "drank drunk"),
        ("fall", "fell fallen"), ("rise", "rose risen"), ("grow", "grew grown"), ("draw", "drew drawn"), ("write", "wrote written"),
        ("get", "got gotten"), ("go", "went gone"), ("see", "saw seen"), ("say", "said"), ("tell", "told"), ("think", "thought"),
        ("know", "knew known"), ("choose", "chose chosen"), ("win", "won"), ("tear", "tore torn"), ("build", "built"), ("buy", "bought"),
        ("spend", "spent"), ("catch", "caught"), ("drive", "drove driven"), ("speak", "spoke spoken"), ("swell", "swollen"),
        ("knife", "knives"), ("half", "halves"), ("calf", "calves"), ("strike", "struck"), ("swim", "swam swum"), ("teach", "taught"),
    )
    for form in forms.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lexicon:
    same: dict[str, frozenset[int]]
    sides: dict[str, tuple[tuple[int, int], ...]]
    needs: tuple[tuple[frozenset[str], frozenset[str]], ...]


_GRADED = frozenset(
    "big broad bright calm cheap clean clear cold cool cosy damp dark deep dense dry early easy fast firm fine flat full gentle great"
    " happy hard healthy heavy high hot kind large late lazy light long loose loud low mild narrow near neat new nice old plain poor"
    " quick quiet rare rich rough safe sharp short simple slow small smooth soft steady steep stiff straight strong sweet tall tense"
    " thick thin tight tiny tough warm weak wet wide wild wise young".split()
)


@functools.lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """The stem that a word is compared by: regular and irregular forms together, "steadier" with "steady"."""
    if word in SENSES:
        return word
    for ending in ("er", "est"):
        base = word.removesuffix(ending)
        if base != word:
            plain = (
                base,
                f"{base}e",
                base[:-1] + "y" if base.endswith("i") else base,
                base[:-1] if base[-2:-1] == base[-1:] else base,
            )
            if graded := next((one for one in plain if one in _GRADED), None):
                return stem(graded)
    return stem(_IRREGULAR.get(word, word))


@functools.lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    read = tomllib.loads((Path(__file__).parent / "synonyms.toml").read_text(encoding="utf-8"))
    same: dict[str, set[int]] = {}
    sides: dict[str, list[tuple[int, int]]] = {}
    groups = [*read["same"], *(side for pair in read["opposite"] for side in pair)]
    for number, group in enumerate(groups):
        for word in group.split():
            same.setdefault(key(word), set()).add(number)
    for number, pair in enumerate(read["opposite"]):
        for side, group in enumerate(pair):
            for word in group.split():
                sides.setdefault(key(word), []).append((number, side))
    needs = tuple(
        (frozenset(map(key, left.split())), frozenset(map(key, right.split())))
        for left, right in (one.split(" = ") for one in read["needs"])
    )
    return Lexicon({k: frozenset(v) for k, v in same.items()}, {k: tuple(v) for k, v in sides.items()}, needs)


def similar(one: str, other: str) -> bool:
    """Are two stems equal, synonyms, or forms of one word ("length", "lengthen")?"""
    if one == other:
        return True
    same = lexicon().same
    if same.get(one, frozenset()) & same.get(other, frozenset()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and len(long) - len(short) <= 4 and long.startswith(short)


def any_similar(one: str, others: Iterable[str]) -> bool:
    return any(similar(one, other) for other in others)


def sides(one: str) -> tuple[tuple[int, int], ...]:
    """(pair, side) of the opposites a stem belongs to."""
    return lexicon().sides.get(one, ())
