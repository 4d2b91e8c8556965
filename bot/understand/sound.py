"""How an English word sounds, roughly: two words that a reader may mistake for each other by ear.

A key of its own, in the manner of Metaphone (Philips, "Hanging on the Metaphone", 1990), but with
the vowels kept: with consonants alone too many words of a blog are the same.

What this file does not know: which words there are (spelling.py).
"""

from __future__ import annotations

import functools
import re

# In order; each works on what those before left.
_RULES = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^kn|^gn", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"wh", "w"),
        (r"ph", "f"),
        (r"igh", "i"),
        (r"(?<=[aeiou])gh", ""),
        (r"tch", "ch"),
        (r"ch(?=[rl])|^ch(?=[aeo]o)|(?<=[iuy])ch$", "k"),  # chronic, not chair
        (r"[ts]ion|[sc]ian|shun|shion", "$n"),
        (r"[st]ure?$", "$ur"),
        (r"tis+ue?|tish+ue?", "ti$u"),
        (r"[st]ch|sch|sh|ch", "$"),
        (r"sc(?=[eiy])", "s"),
        (r"c(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"ck|c|qu?", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"mb$", "m"),
        (r"[eiu]r", "er"),
        (r"(?<=[^aeiouy])e$|(?<=[^aeiouy])e(?=s$)", ""),
        (r"y", "i"),
        (r"ee|ea|ie|ei", "i"),
        (r"oo|ou|ue|ew|eu", "u"),
        (r"ai|ay", "a"),
        (r"(.)\1+", r"\1"),
    )
)
_STARTS = tuple(frozenset(group) for group in ("ckqs", "cszp", "fp", "gj", "gkn", "wr", "ei"))


@functools.lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """The key of a folded word; equal keys sound about the same."""
    for pattern, by in _RULES:
        word = pattern.sub(by, word)
    return word


def starts_alike(one: str, other: str) -> bool:
    """May two words begin with the same sound, by their first letters?"""
    return one[0] == other[0] or any(one[0] in group and other[0] in group for group in _STARTS)
