"""Answer with the blog's own sentences, each footnoted, or say that the blog does not say; suggest questions.

In go a question and what was read for it, or the blog's metadata; out come drafts, and from them text whose every
citation is verified. Not known here: how sentences were judged, and whether a chat model words the answer.
"""

from bot.answer.about import page_meant
from bot.answer.citations import Evidence, Line, footnote, link, verify
from bot.answer.draft import Draft, compose, quote, wordable
from bot.answer.phrases import is_source
from bot.answer.suggestions import Suggestions

__all__ = [
    "Draft",
    "Evidence",
    "Line",
    "Suggestions",
    "compose",
    "footnote",
    "is_source",
    "link",
    "page_meant",
    "quote",
    "verify",
    "wordable",
]
