"""The sentence that defines what is asked about: "What is X?" wants "X is ..." before all else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.read import ScoredSentence
from bot.text.tokens import STOPWORDS, content_stems, words
from ingest.article import Article

_ASKS = re.compile(
    r"\W*(?:(?:so|and|ok|okay|but|please|hi|hello)\W+)*(?:what(?:['’]?s| is| are|s)(?: meant by)? (?P<is>[^?!.]+?)"
    r"|what (?:does|do) (?P<means>[^?!.]+?) (?:mean|stand for)|define (?P<define>[^?!.]+?)"
    r"|(?:what(?:['’]?s| is) )?(?:the )?(?:meaning|definition) of (?P<of>[^?!.]+?))(?: (?:exactly|please|anyway))?\W*",
    re.IGNORECASE,
)
_LONGEST = 5  # words of what is defined
_VERB = re.compile(
    r"\b(?:is|are|means?|refers? to|describes?|shows? (?:as|itself)|stands? for|consists? of)\b"
)
_BESIDE = 3  # further content words before the verb: "Frozen shoulder, or adhesive capsulitis, is"


def defined(question: str) -> str:
    """What a question wants to have defined; "" if it asks for something else."""
    m = _ASKS.fullmatch(question)
    name = next((group for group in m.groups() if group), "") if m else ""
    return name if len(name.split()) <= _LONGEST else ""


def is_definition(name: str, sentence: str) -> bool:
    """Does a sentence begin by saying what this is: "X is ...", "X (Y) means ...", "Y, or X, ..."?"""
    wanted = set(content_stems(name))
    verb = _VERB.search(sentence)
    before = sentence[: verb.start()] if verb else ""
    other_name = re.match(
        r"[^.;]{0,60}?(?:\(([^()]{2,40})\)|, (?:or|also called|known as) ([^,]{2,40}),)", sentence
    )
    if other_name and wanted and set(content_stems(other_name[1] or other_name[2])) == wanted:
        return True
    own = [w for w, _, _ in words(before) if w not in STOPWORDS]
    return bool(wanted) and wanted <= set(content_stems(before)) and len(own) <= len(wanted) + _BESIDE


def definition(
    name: str, scored: Sequence[ScoredSentence], articles: Mapping[str, Article]
) -> ScoredSentence | None:
    """The best sentence that defines a name; None if none does."""
    for one in scored:
        text = articles[one.passage.chunk.article_id].text[one.sentence.start : one.sentence.end]
        if is_definition(name, text):
            return one
    return None
