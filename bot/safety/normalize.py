"""A reader's message as words that can be compared: case, contractions, text-speak, typing mistakes.

`Vocabulary` holds all words that the rules use, with their endings; `words()` turns a message into
base forms of that vocabulary. An unknown word that looks like a slip of the finger becomes the
nearest word (optimal string alignment), unless it is an everyday word ("sleeping" is no mistake for
"slipping"). All of it is linear in the length of the message.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

REAL_WORDS = Path(__file__).parent / "real_words.txt"
_TOKEN = re.compile(r"[a-z]+|\d+(?:[.,]\d+)?|[.!?;\n]+|[,:()\[\]/\u2013\u2014\u2026]+|(?<=\s)-+(?=\s)|&")
_LONG_RUN = re.compile(r"([a-z])\1{2,}")
_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"[\u2018\u2019\u02bc`\u00b4]", "'"),
        (r"(?<=\d)(?=[a-z])", " "),
        (r"\b(?:can't|can t|cannot|cant|cnt|cnat|cann?ot|can not|canne|cannae|caint)\b", "can not"),
        (r"\b(?:won't|wont|won t)\b", "will not"),
        (r"\b(?:ain't|aint)\b", "is not"),
        (r"\bshan't\b", "shall not"),
        (r"\b(do|does|did|is|are|was|were|have|has|had|could|would|should|need|must)(?:n't|nt|n t|nae)\b", r"\1 not"),
        (r"\b(i)'?m\b", r"\1 am"),
        (r"\b(i|we|you|they)'?ve\b", r"\1 have"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"(?<=ee)'d\b", "d"),
        (r"'d\b", " would"),
        (r"\b(he|she|it|that|what|there|who|where|how|everything|something|here)'s\b", r"\1 is"),
        (r"'s?\b", ""),
        (r"\bme(?= (?:back|bum|arse|nuts|balls|bits|bladder|bowels|legs?|feet|foot|arms?|hands?|chest|head|neck|calf|mum|dad|nan)\b)", "my"),
        (r"\bback (?=(?:off|door|garden|yard|pocket|pack|burner|row)\b)", ""),
        (r"\bw/o\b", "without"),
        (r"\bw/", "with "),
    )
)  # fmt: skip
_SPEAK = {
    "u": "you", "ur": "your", "r": "are", "b": "be", "n": "and", "y": "why", "b4": "before", "pls": "please",
    "plz": "please", "coz": "because", "cos": "because", "cuz": "because", "bc": "because", "bcoz": "because",
    "bcs": "because", "abt": "about", "thru": "through", "dont": "do not", "wanna": "want to", "gonna": "going to",
    "gotta": "got to", "hafta": "have to", "dunno": "do not know", "tmrw": "tomorrow", "tho": "though",
    "lil": "little", "hv": "have", "hav": "have", "hve": "have", "im": "i am", "ive": "i have", "wat": "what",
    "wot": "what", "nd": "and", "wen": "when", "bt": "but", "nt": "not", "frm": "from", "wid": "with", "da": "the",
    "dis": "this", "cud": "could", "shud": "should", "wud": "would", "sumone": "someone", "gd": "good",
    "morn": "morning", "yest": "yesterday", "sudden": "suddenly", "em": "them", "til": "until", "till": "until",
    "its": "it is", "thats": "that is", "whats": "what is", "theres": "there is", "hes": "he is", "shes": "she is",
    "youre": "you are", "theyre": "they are", "unable": "can not", "cld": "could", "mah": "my", "ma": "my", "luv": "love",
    "kant": "can not", "carnt": "can not", "canot": "can not", "cnnot": "can not", "havnt": "have not",
    "dosnt": "does not", "dosent": "does not", "doesent": "does not", "didint": "did not", "arnt": "are not",
    "wudnt": "would not", "cudnt": "could not", "couldnot": "could not", "mi": "my", "yrs": "years", "yr": "year",
    "hrs": "hours", "hr": "hour", "mins": "minutes", "wks": "weeks", "wk": "week", "mths": "months", "sumthing": "something",
    "lbp": "low back pain", "pt": "patient", "hx": "had", "cp": "chest pain", "rt": "right", "lt": "left",
    "bilat": "bilateral", "dr": "doctor", "sob": "breathless",
}  # fmt: skip


_IRREGULAR = {
    "scared": "scare",
    "scares": "scare",
    "felt": "feel",
    "kept": "keep",
    "woke": "wake",
    "woken": "wake",
    "worn": "wear",
    "wore": "wear",
}
# Words without endings, or whose endings make other words ("the" + "ing").
_FIXED = frozenset(
    "the are one he she me be we can for not and any all out off has had who why how you his her its was too "
    "this that then them they there here with from into onto over under what when where which than thus very "
    "were been our your their my at as us in on of or no so up by if do did does done am is it to now but see sea "
    "some same one two ten six both each other would could should will shall may might must have having mum mom dad "
    "back red wet bed ill old new hot".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """text: base form. sentence, clause: counted from 0. opening: index of its sentence's first word."""

    text: str
    sentence: int
    clause: int
    opening: int


class Vocabulary:
    """The words of the rules, each with its endings, by which a word of a message is looked up."""

    def __init__(self, words: Iterable[str]) -> None:
        bare = sorted({w.lstrip("=") for w in words}, key=lambda w: (len(w), w))
        fixed = {w.lstrip("=") for w in words if w.startswith("=")}
        self.base: dict[str, str] = {}
        for word in bare:
            self.base.setdefault(word, word)
            if word not in fixed and word not in _FIXED and len(word) > 2 and word.isalpha():
                for form in endings(word):
                    self.base.setdefault(form, self.base[word])
        self.base |= {form: self.base[word] for form, word in _IRREGULAR.items() if word in self.base}
        self._near: dict[tuple[str, int], list[str]] = {}
        for form in self.base:
            if len(form) >= 5 and form.isalpha():
                self._near.setdefault((form[0], len(form)), []).append(form)
        self._spelt = functools.lru_cache(maxsize=4096)(self._spell)

    def lookup(self, word: str) -> str:
        """The base form of a word of a message; the word itself if it is not similar to any."""
        if (known := self.base.get(word)) is not None:
            return known
        if _LONG_RUN.search(word):
            for letters in (r"\1\1", r"\1"):
                if (known := self.base.get(_LONG_RUN.sub(letters, word))) is not None:
                    return known
            word = _LONG_RUN.sub(r"\1\1", word)
        return self._spelt(word) if 4 <= len(word) <= 24 and word.isalpha() else word

    def _spell(self, word: str) -> str:
        if any(bare in real_words() for bare in _bare(word)):
            return word
        return self.slip(word) or word

    def slip(self, word: str) -> str | None:
        """The base form of which an unknown word is probably a misspelling, or None."""
        if word in self.base or not 4 <= len(word) <= 24:
            return None
        found = self._nearest(word, 1 if len(word) < 9 else 2)
        return self.base[found] if found else None

    def _nearest(self, word: str, limit: int) -> str | None:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        best: tuple[str, float] | None = None
        for first in dict.fromkeys(word[:2]):  # the first letter is hardly ever wrong but may be swapped
            for size in range(len(word) - limit, len(word) + limit + 1):
                if choices := self._near.get((first, size)):
                    got = extractOne(word, choices, scorer=OSA.distance, score_cutoff=limit)
                    if got and (best is None or got[1] < best[1]):
                        best = (got[0], got[1])
        return best[0] if best else None


def _bare(word: str) -> Iterator[str]:
    """A word, and its possible forms without an ending."""
    yield word
    for ending in ("s", "es", "ed", "ing", "er", "ly", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            bare = word.removesuffix(ending)
            yield bare
            yield bare + "e"
            if bare[-1] == bare[-2]:
                yield bare[:-1]


@functools.lru_cache(maxsize=1)
def real_words() -> Collection[str]:
    """Everyday words that are no misspelling, although similar to a word of the rules."""
    return frozenset(REAL_WORDS.read_text(encoding="utf-8").split())


def endings(word: str) -> list[str]:
    """A word with the endings of English verbs and nouns; some of these forms do not exist."""
    forms = [word + "s"]
    if word.endswith(("s", "x", "ch", "sh", "o", "z")):
        forms.append(word + "es")
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word[:-1] + "ies", word[:-1] + "ied", word + "ing"]
    if word.endswith("ie"):
        return [*forms, word + "d", word[:-2] + "ying"]
    if word.endswith("ee"):
        return [*forms, word + "ing", *([] if word == "wee" else [word + "d"])]
    if word.endswith("e"):
        return [*forms, word + "d", word[:-1] + "ing"]
    forms += [word + "ed", word + "ing"]
    if len(word) > 2 and word[-1] in "bdglmnprt" and word[-2] in "aeiou" and word[-3] not in "aeiou":
        forms += [word + word[-1] + "ed", word + word[-1] + "ing"]
    return forms


def plain(text: str) -> str:
    """Lower case without accents, curly quotes and contractions."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    for pattern, made in _CONTRACTIONS:
        folded = pattern.sub(made, folded)
    return folded


def words(text: str, vocabulary: Vocabulary) -> list[Word]:
    """A message as words in base form, each with its sentence and clause."""
    out: list[Word] = []
    sentence = clause = opening = 0
    for token in _TOKEN.findall(plain(text)):
        if token[0] in ".!?;\n":
            sentence, clause, opening = sentence + 1, clause + 1, len(out)
        elif token[0].isalnum() or token == "&":
            for part in _SPEAK.get(token, "and" if token == "&" else token).split():
                out.append(Word(vocabulary.lookup(part), sentence, clause, opening))
        else:
            clause += 1
    return out
