"""Write the answer: a chat model's sentences where the blog supports them, else the blog's own.

In go the owner's model, if any, the question and its drafts; out come tokens as they are ready, then the text with its
citations, all verified. Not known here: how passages are found and read.
"""

from bot.write.answer_text import write
from bot.write.budget import DailyBudget, open_budget
from bot.write.chat_model import ChatModel, open_chat_model

__all__ = ["ChatModel", "DailyBudget", "open_budget", "open_chat_model", "write"]
