"""Lists that a question asks for by their name.

A list may be asked for by its name ("which stretches do you recommend?"). The blog answers that with its headings
("1. Standing Hamstring Stretch", "2. Seated ...") or with a list under a heading that has the name, unless more is
asked: "which stretches help with sciatica?" names a condition that the headings must have too.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from bot.text.english import negation
from bot.text.subjects import Subject
from bot.text.tokens import content_stems, stem, stems
from ingest.article import Article, Block, blocks, sections

_ASKS_BY_NAME = re.compile(
    r"\b(?:wh(?:at|ich)(?: are)?(?: all)?(?: the| your| some| kinds? of| types? of)*|list(?: me)?(?: all)?(?: the| your)?"
    r"|name(?: all)?(?: the| your)?|any)(?: \w+){0,2}? (\w+s)\b",
    re.IGNORECASE,
)
_LIST_NAMES = frozenset(stem(w) for w in "steps tips ways benefits habits kinds types".split())
_NEUTRAL = frozenset(
    stem(w)
    for w in "recommend suggest best good bad great effective help try do describe mention show cover explain article"
    " blog post list name main different available everything exist give advise regular sore pain".split()
)
_NEGATED = re.compile(negation("no", "without"), re.IGNORECASE)
_NUMBERED_HEADING = re.compile(r"\d{1,2}[.):]\s")


@functools.lru_cache(maxsize=8)
def _item_stems(subject: Subject) -> frozenset[str]:
    """These words are names of one kind of list: a reader who wants stretches means exercises too."""
    return frozenset(stem(word) for word in subject.plural_items)


def members_named(question: str, article: Article, subject: Subject) -> list[Block]:
    """The headings or items that the question asks for by name, in order; [] if it does not."""
    name = _asked_name(question, subject)
    if name is None or _NEGATED.search(question):
        return []
    items = _item_stems(subject)
    synonyms = items if name in items else {name}
    rest = set(content_stems(question)) - _NEUTRAL - synonyms
    for above, members in _named_lists(article.text):
        headed = set(stems(" ".join((article.title, *above))))
        own = set(stems(" ".join(article.text[m.start : m.end] for m in members)))
        inside = members[0].kind == "heading" and synonyms & own
        if (synonyms & set(stems(above[-1] if above else "")) or inside) and rest <= headed:
            return members
    return []


def _asked_name(question: str, subject: Subject) -> str | None:
    """The stem of the plural asked for, if it is one that lists go by."""
    for m in _ASKS_BY_NAME.finditer(question):
        if stem(m[1].lower()) in _LIST_NAMES | _item_stems(subject) and not re.search(
            r"\bwhich of\b", question, re.IGNORECASE
        ):
            return stem(m[1].lower())
    return None


def _named_lists(text: str) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Runs of numbered headings of one level, then lists, each with the headings above it."""
    headings = [b for b in blocks(text) if b.kind == "heading"]
    for level in sorted({h.level for h in headings}):
        run: list[Block] = []
        for h in [*headings, None]:
            if h is not None and h.level > level:
                continue
            if h is not None and h.level == level and _NUMBERED_HEADING.match(text[h.start : h.end]):
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
