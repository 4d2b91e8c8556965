"""An urgent message as HTML: what to do, a number to call, and the rest folded.

The window's script puts the number of the reader's region into the link, and opens the folded part where there
is room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.safety import AFTER_URGENT
from bot.server.window.article_html import escape, render_markdown
from bot.server.window.own_sentences import translate_urgent_message, urgent_slots
from bot.server.window.translations import CODES, Translations, packaged_language

_DEFAULT = "112"  # until the script knows the region; mobile networks nearly everywhere connect it
_NUMBER = re.compile(r"(?<![\d-])\d{3}(?![\d-])")


def split_urgent(text: str) -> tuple[str, str]:
    """The urgent message that begins an answer, and what the blog says after it, with its lead."""
    message, _, quotes = text.partition(f"\n\n{AFTER_URGENT}\n\n")
    return message, f"{AFTER_URGENT}\n\n{quotes}" if quotes else ""


def render_urgent(message: str, texts: Translations) -> str:
    """An urgent message in the reader's language, its first instruction apart from the rest; "" for none."""
    if not message.strip():
        return ""
    translated = translate_urgent_message(message, texts)
    paragraphs = (translated or message).split("\n\n")
    end = next((n for n, paragraph in enumerate(paragraphs, 1) if "**" in paragraph), 1)
    slots = urgent_slots(message)
    numbers = escape(_numbers(slots, texts))
    instruction, more = _render(paragraphs[:end]), _render(paragraphs[end:])
    if numbers in instruction and numbers:
        instruction = instruction.replace(numbers, f'<span class="fn-numbers">{numbers}</span>', 1)
        more += f'<p class="fn-all-numbers">{numbers}</p>'
    if translated:
        more += f'<p class="fn-note">{escape(texts("in_english"))}</p>{_render([message])}'
    if more:
        summary = f"<summary>{escape(texts('more_help'))}</summary>"
        more = f'<details class="fn-more">{summary}{more}</details>'
    return f'<div class="fn-instruction">{instruction}</div>{_call(message, slots, texts)}{more}'


def _render(paragraphs: Sequence[str]) -> str:
    return render_markdown("\n\n".join(paragraphs), lambda _: None)


def _is_packaged(slots: Mapping[str, str], name: str) -> bool:
    """Whether a slot holds Footnote's own text, and not an owner's."""
    return slots.get(name) == packaged_language(CODES[0])(f"urgent_{name}")


def _numbers(slots: Mapping[str, str], texts: Translations) -> str:
    """The list of emergency numbers as the reader sees it; an owner's own list is not translated."""
    is_translated = _is_packaged(slots, "emergency") and texts.code != CODES[0]
    return texts("urgent_emergency") if is_translated else slots.get("emergency", "")


def _call(message: str, slots: Mapping[str, str], texts: Translations) -> str:
    """A link that calls: the number of the reader's region, or the first one in an owner's own words.

    A message that first asks for a doctor gets the nurse line where a region has one.
    """
    kind, number = "", _DEFAULT
    if _is_packaged(slots, "emergency"):
        kind = " fn-by-region" + " fn-nurse" * (
            next(iter(slots)) == "advice" and _is_packaged(slots, "advice")
        )
    elif found := _NUMBER.search(slots.get("emergency", "") or message):
        number = found[0]
    else:
        return ""
    label = escape(texts("call_number", n=number))
    return f'<p class="fn-calls"><a class="fn-call{kind}" href="tel:{number}">{label}</a></p>'
