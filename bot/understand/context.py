"""What was asked before, as a weight on what is searched now.

Most follow-ups name something of their own and yet mean it within the conversation ("keystores available, please?"),
and no rule on their words tells them from a change of topic. So the earlier questions always lend some weight, less
than the question's own: to its vector and, fading from turn to turn, to its words. On 213 follow-ups of MTRAG (Katsis
et al., 2025) this finds more than the last turn alone, all turns joined or people's own rewriting; where the topic
changes it costs little, and less in a question with many words that repeats none. It changes which passages are found,
never how they are read.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.subjects import Subject
from bot.text.tokens import content_stems, words
from bot.types import NO_CONTEXT, Context, Turn
from bot.understand.blog_names import topic_stems
from bot.understand.clean import plain_words
from bot.understand.follow_up import reader_text

SHARE = 0.5  # weight of the vector of the two questions before and this one, against the question's own
FIRST, FADES = 0.35, 0.5  # weight of a word of the question before; of one before that, times this
FULL = 4  # words that may name a topic, from which a question that repeats none is taken for a new topic ...
SHARE_NEW, FIRST_NEW = 0.25, 0.2  # ... and weighs the conversation less
EMBEDDED, WEIGHED = 2, 3  # earlier questions that count for the vector; for the words


def context_of(history: Sequence[Turn], question: str, subject: Subject) -> Context:
    """What the reader's earlier turns lend to this question; assistants' turns may be forged and lend nothing."""
    asked = [plain_words(text, subject) for turn in history if (text := reader_text(turn))]
    if not asked:
        return NO_CONTEXT
    back: dict[str, int] = {}  # stem -> how many questions ago
    for turns, text in enumerate(reversed(asked[-WEIGHED:])):
        for one in content_stems(text):
            back.setdefault(one, turns)
    topic = topic_stems(plain_words(question, subject))
    new = len(topic) >= FULL and not back.keys() & set(topic)
    first, share = (FIRST_NEW, SHARE_NEW) if new else (FIRST, SHARE)
    earlier_words = frozenset(word for text in asked[-WEIGHED:] for word, _, _ in words(text))
    weights = {one: first * FADES**turns for one, turns in back.items()}
    return Context(" ".join(asked[-EMBEDDED:]), earlier_words, weights, share)
