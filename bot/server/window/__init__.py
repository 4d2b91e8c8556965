"""The chat window: conversations, their HTML, and its texts in the reader's language.

In go questions and the bot's answers, out come conversations and escaped HTML with footnotes.
It knows neither Gradio nor how an answer is found.
"""

from bot.server.window.answer_links import AnswerLink, digest_of, link_path, read_token
from bot.server.window.article_html import escape, render_markdown, render_text
from bot.server.window.colours import accent_style
from bot.server.window.conversation import (
    MAX_EXCHANGES,
    Conversation,
    Exchange,
    chat_messages,
    continue_conversation,
    mark_stopped,
    render_greeting,
    restore_conversation,
)
from bot.server.window.conversation_store import MAX_IDLE_SECONDS, ConversationStore
from bot.server.window.html import render_footer, render_header, render_welcome
from bot.server.window.own_sentences import translate_own_sentences
from bot.server.window.sources import render_panel
from bot.server.window.translations import (
    CODES,
    Languages,
    OfferedLanguages,
    Translations,
    choose_language,
    load_languages,
    packaged_language,
    packaged_languages,
)

__all__ = [
    "CODES",
    "MAX_EXCHANGES",
    "MAX_IDLE_SECONDS",
    "AnswerLink",
    "Conversation",
    "ConversationStore",
    "Exchange",
    "Languages",
    "OfferedLanguages",
    "Translations",
    "accent_style",
    "chat_messages",
    "choose_language",
    "continue_conversation",
    "digest_of",
    "escape",
    "link_path",
    "load_languages",
    "mark_stopped",
    "packaged_language",
    "packaged_languages",
    "read_token",
    "render_footer",
    "render_greeting",
    "render_header",
    "render_markdown",
    "render_panel",
    "render_text",
    "render_welcome",
    "restore_conversation",
    "translate_own_sentences",
]
