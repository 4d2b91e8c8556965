"""Let a chat model word the answer, and show only sentences that the blog supports.

In: the owner's model, the question and its passages. Out: tokens as they pass the check, then the text with its
citations. It does not know how passages are found, nor what is shown when nothing passes.
"""

from bot.write.chat_model import ChatModel, open_chat_model
from bot.write.checked_stream import Written, write

__all__ = ["ChatModel", "Written", "open_chat_model", "write"]
