"""Comments in the dialects of Markdown: they go with their content, an unclosed one with the rest."""

from __future__ import annotations

import re

_COMMENTS = (
    ("<!--", "-->"),
    ("{/*", "*/}"),
    ("{{/*", "*/}}"),
    ("{{- /*", "*/ -}}"),
    ("{{!--", "--}}"),
    ("{::comment}", "{:/comment}"),
    ("{#-", "-#}"),
    ("{# ", "#}"),
)
_LIQUID_COMMENT = re.compile(r"\{%-?\s*comment\b[^%\n]{0,300}%\}")
_LIQUID_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
_HUGO_COMMENT = re.compile(r"\{\{[<%]\s*comment\b[^\n]*?[>%]\}\}")
_HUGO_COMMENT_END = re.compile(r"\{\{[<%]\s*/\s*comment\s*[>%]\}\}")
_LIQUID_LINE_COMMENT = re.compile(r"\{%-?\s*#[^%]{0,2000}%\}")


def without_comments(text: str) -> str:
    """The text without comments of HTML, MDX, Hugo, Handlebars, kramdown, Jinja, Liquid and Obsidian."""
    for opening, closing in _COMMENTS:
        text = _cut(text, re.compile(re.escape(opening)), re.compile(re.escape(closing)))
    text = _cut(text, _LIQUID_COMMENT, _LIQUID_COMMENT_END)
    text = _cut(text, _HUGO_COMMENT, _HUGO_COMMENT_END)
    text = _LIQUID_LINE_COMMENT.sub("", text)
    return _cut(text, re.compile(r"%%"), re.compile(r"%%"), unclosed=re.compile(r"(?:^|\n)[ \t>]*\Z"))


def _cut(
    text: str, opening: re.Pattern[str], closing: re.Pattern[str], *, unclosed: re.Pattern[str] | None = None
) -> str:
    """Without what lies between. unclosed: what must stand before an opening that nothing closes."""
    out: list[str] = []
    at = 0
    while start := opening.search(text, at):
        end = closing.search(text, start.end())
        if end is None:
            if unclosed is not None and not unclosed.search(text[max(start.start() - 80, 0) : start.start()]):
                break
            return "".join((*out, text[at : start.start()]))
        out.append(text[at : start.start()])
        at = end.end()
    return "".join((*out, text[at:]))
