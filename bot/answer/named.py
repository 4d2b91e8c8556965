"""Questions that ask for a list by its name ("which stretches do you recommend?"): where it stands.

The blog answers them with its headings ("1. Standing Hamstring Stretch", "2. Seated ...") or with a
list under a heading that has the name. Only where nothing else is asked: "which stretches help with
sciatica?" names a condition that the headings must have too.

What this file does not know: how a sentence was judged (reader.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.text.english import negation
from bot.text.tokens import content_stems, stem, stems
from ingest.article import Article, Block, blocks, sections

_ASKS = re.compile(
    r"\b(?:wh(?:at|ich)(?: are)?(?: all)?(?: the| your| some| kinds? of| types? of)*|list(?: me)?(?: all)?(?: the| your)?"
    r"|name(?: all)?(?: the| your)?|any)(?: \w+){0,2}? (\w+s|exercises|poses)\b",
    re.IGNORECASE,
)
_NAMES = frozenset(
    stem(w) for w in "stretches exercises poses moves steps tips ways benefits habits kinds types".split()
)
_NEUTRAL = frozenset(
    stem(w)
    for w in "recommend suggest best good bad great effective help try do describe mention show cover explain article"
    " blog post list name main different available everything exist give advise regular sore pain".split()
)
_ALIKE = frozenset(stem(w) for w in ("stretches", "exercises", "poses", "moves"))  # names of one thing
_NEGATED = re.compile(negation("no", "without"), re.IGNORECASE)
_NUMBERED = re.compile(r"\d{1,2}[.):]\s")


def asked_list(question: str, article: Article) -> list[Block]:
    """The headings or items that the question asks for by name, in order; [] if it does not."""
    name = _name(question)
    if name is None or _NEGATED.search(question):
        return []
    alike = _ALIKE if name in _ALIKE else {name}
    rest = set(content_stems(question)) - _NEUTRAL - alike
    for above, members in _lists(article.text):
        told = set(stems(" ".join((article.title, *above))))
        own = set(stems(" ".join(article.text[m.start : m.end] for m in members)))
        inside = members[0].kind == "heading" and alike & own
        if (alike & set(stems(above[-1] if above else "")) or inside) and rest <= told:
            return members
    return []


def _name(question: str) -> str | None:
    """The stem of the plural asked for, if it is one that lists go by."""
    for m in _ASKS.finditer(question):
        if stem(m[1].lower()) in _NAMES and not re.search(r"\bwhich of\b", question, re.IGNORECASE):
            return stem(m[1].lower())
    return None


def _lists(text: str) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Runs of numbered headings of one level, then lists, each with the headings it stands under."""
    headings = [b for b in blocks(text) if b.kind == "heading"]
    for level in sorted({h.level for h in headings}):
        run: list[Block] = []
        for h in [*headings, None]:
            if h is not None and h.level > level:
                continue
            if h is not None and h.level == level and _NUMBERED.match(text[h.start : h.end]):
                run.append(h)
                continue
            if len(run) >= 2:
                trail = next(s.path for s in sections(text) if s.start <= run[0].start < s.end)
                yield trail[:-1], run
            run = []
    for part in sections(text):
        items = [b for b in blocks(text, part.start, part.end) if b.is_item]
        if len(items) >= 2:
            yield part.path, items
