"""Questions that this index answers, made from its headings.

Only candidates are made here; bot.py asks each before it shows it.
What this file does not know: whether a candidate is answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.article import Article, Chunk
from ingest.blocks import blocks

# Headings that say nothing by themselves; the article's title speaks for a how-to under them.
_EMPTY = re.compile(
    r"(?:introduction|intro|overview|conclusion|summary|in (?:short|summary|conclusion)|final thoughts|wrap(?:ping)? up"
    r"|takeaways?|key takeaways?|faqs?|the bottom line|background|what you(?:'ll|’ll)? need|materials|ingredients"
    r"|how often|where to begin|getting started|references|sources|about the author)\W*",
    re.IGNORECASE,
)
_STEPS = re.compile(
    r"(?:the )?(?:steps|instructions|method|directions|how to do it|step by step)\W*", re.IGNORECASE
)
_ENUMERATED = re.compile(r"^\s*(?:\d{1,2}|[ivx]{1,4})[.):]\s+", re.IGNORECASE)
_TURNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"how to (.+)", re.I), "How do I {0}?"),
    (re.compile(r"what (.+) (is|are)", re.I), "What {1} {0}?"),
    (re.compile(r"what (.+) does", re.I), "What does {0} do?"),
    (re.compile(r"what (.+) do", re.I), "What do {0} do?"),
    (re.compile(r"who (.+)", re.I), "Who {0}?"),
)
_WH = re.compile(r"(?:what|how|why|where|when|which|who)\b", re.IGNORECASE)


def candidates(chunks: Iterable[Chunk], titles: dict[str, Article]) -> Iterator[tuple[str, Chunk]]:
    """A question for each section that lends itself to one, in the order given; none twice."""
    seen: set[str] = set()
    for piece in chunks:
        question = _question(piece, titles[piece.article_id].title)
        if question and question.casefold() not in seen:
            seen.add(question.casefold())
            yield question, piece


def speaks(heading: str) -> bool:
    """Does a heading say by itself what stands under it? "Steps" and "In short" do not."""
    return not (_EMPTY.fullmatch(heading) or _STEPS.fullmatch(heading))


def _question(piece: Chunk, title: str) -> str | None:
    heading = piece.path[-1].strip() if piece.path else ""
    if not heading or _EMPTY.fullmatch(heading) or len(heading) > 90:
        return None
    steps = sum(block.kind == "number" for block in blocks(piece.text))
    if _STEPS.fullmatch(heading):
        return f"How do I do the {_lower(title)}?" if steps >= 2 and not _WH.match(title) else None
    if heading.endswith("?"):
        return heading
    for pattern, form in _TURNS:
        if m := pattern.fullmatch(heading.rstrip(".:")):
            return form.format(*(_lower(g) if i == 0 else g for i, g in enumerate(m.groups())))
    if _WH.match(heading):
        return None
    name = _ENUMERATED.sub("", heading)
    if name != heading and any(block.is_item for block in blocks(piece.text)):
        return f"How do I do the {_lower(name)}?"
    return f"What does the blog say about {_lower(name)}?"


def _lower(phrase: str) -> str:
    """A heading's words as they read inside a sentence: its capitals go unless they are a name's.

    A word keeps its capitals if it is all capitals ("IT"). In a heading set in Title Case nothing
    else tells names from words, and "downward dog stretch" reads better than the other way round.
    """
    words = [w if w.isupper() and len(w) > 1 else w[:1].lower() + w[1:] for w in phrase.rstrip(".:").split()]
    return " ".join(words)
