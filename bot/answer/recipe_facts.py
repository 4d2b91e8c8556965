"""The line of facts above a recipe ("Prep time: 10 min | Servings: 4"): an answer only to questions for one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.read import Reading
from ingest.article import Article

_FACT = re.compile(
    r"\W*(?:(?:prep(?:aration|ping)?|cook(?:ing)?|bak(?:e|ing)|rest(?:ing)?|chill(?:ing)?|total|active)(?: time)?"
    r"|servings?|serves|yields?|makes|portions?|difficulty|calories|course|cuisine)\s*:\s",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\bhow (?:long|many|much|big|quick\w*|fast|difficult|hard)\b|\btimes?\b|\bminutes?\b|\bhours?\b|\bserv\w+|\bportions?\b"
    r"|\byields?\b|\bfeeds?\b|\bpeople\b|\bcalories\b|\bdifficult\w*\b|\bcuisine\b|\bcourse\b|\bquick\w*\b|\bprep\w*\b",
    re.IGNORECASE,
)


def without_facts(question: str, reading: Reading, articles: Mapping[str, Article]) -> Reading:
    """The reading without such lines, unless the question asks for a time, a number or the like."""
    if _ASKS.search(question):
        return reading
    texts = {id(s): articles[s.passage.chunk.article_id].text for s in reading.sentences}
    return reading.only(
        [s for s in reading.sentences if not _FACT.match(texts[id(s)], s.sentence.start, s.sentence.end)]
    )
