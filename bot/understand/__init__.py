"""Find out what a message asks.

In go a message, its conversation and what is to be known of the blog (words, names, language); out comes a query, or
the answer to small talk or to a question in another language. Not known here: the passages, and what answers a query.
"""

from bot.understand.answer_type import AnswerType, answer_type_of
from bot.understand.blog_names import topic_stems
from bot.understand.query import (
    Blog,
    blog_of,
    query_of,
    question_of,
    reply_to_small_talk,
    understand,
)
from bot.understand.replies import Replies, load_replies
from bot.understand.spelling import correct

__all__ = [
    "AnswerType",
    "Blog",
    "Replies",
    "answer_type_of",
    "blog_of",
    "correct",
    "load_replies",
    "query_of",
    "question_of",
    "reply_to_small_talk",
    "topic_stems",
    "understand",
]
