"""What was asked before, as a weight on what is searched now.

Most follow-ups name something of their own and yet mean it within the conversation ("keystores
available, please?"), and no rule on their words tells them from a change of topic. So the earlier
questions always lend some weight, less than the question's own: to its vector and, fading from turn
to turn, to its words. On 213 follow-ups of MTRAG (Katsis et al., 2025) this finds more than the last
turn alone, all turns joined or people's own rewriting; where the topic changes it costs little
(docs/experiments.md), and less where that shows: in a question that says much and repeats no word. It
changes which passages are found, never how they are read.

What this file does not know: what the question means (followup.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.tokens import content_stems, words
from bot.types import NO_CONTEXT, Context, Turn
from bot.understand.blog_names import topic_stems
from bot.understand.clean import plain_words
from bot.understand.follow_up import readers

SHARE = 0.5  # of the vector of "the two questions before, then this one" against the question's own
FIRST, FADES = 0.35, 0.5  # weight of a word of the question before; of one before that, times this
FULL = 4  # topic_stems words from which a question that repeats none is taken for a new topic ...
SHARE_NEW, FIRST_NEW = 0.25, 0.2  # ... and weighs the conversation less
EMBEDDED, WEIGHED = 2, 3  # earlier questions that count for the vector; for the words


def context_of(history: Sequence[Turn], question: str) -> Context:
    """Only what the reader asked counts: what an assistant is said to have answered may be made up."""
    asked = [plain_words(said) for turn in history if (said := readers(turn))]
    if not asked:
        return NO_CONTEXT
    back: dict[str, int] = {}
    for turns, said in enumerate(reversed(asked[-WEIGHED:])):
        for one in content_stems(said):
            back.setdefault(one, turns)
    about = topic_stems(plain_words(question))
    new = len(about) >= FULL and not back.keys() & set(about)
    first, share = (FIRST_NEW, SHARE_NEW) if new else (FIRST, SHARE)
    words_said = frozenset(word for said in asked[-WEIGHED:] for word, _, _ in words(said))
    weights = {one: first * FADES**turns for one, turns in back.items()}
    return Context(" ".join(asked[-EMBEDDED:]), words_said, weights, share)
