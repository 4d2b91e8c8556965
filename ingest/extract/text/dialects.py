"""Dialects of Markdown -> CommonMark: what a blog's software removes or replaces before it shows a page.

Shortcodes (Hugo, Hexo, Liquid), kramdown and Pandoc attributes, Obsidian, MDX, containers and
callouts. Comments of all of these go with their content, which no reader of the published page
sees; an unclosed comment hides the rest, as its own software has it. Code is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.extract.text.brackets import with_few_unclosed
from ingest.extract.text.comments import without_comments
from ingest.extract.text.mdx import without_mdx

_FENCE = re.compile(
    r"^(?P<indent>[ \t]{0,3}(?:>[ \t]?)*[ \t]{0,3})(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)$", re.M
)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).){1,2000}?(?<!`)\1(?!`)", re.S)
# Fences whose content a plugin replaces on the page by a list, a drawing or a box.
_QUERY = re.compile(
    r"\{?(?:dataview(?:js)?|tasks|query|mermaid|plantuml|button|leaflet|chart|toc|contents|graphviz|comment)\b",
    re.I,
)
_BOX = re.compile(
    r"\{?:?(?:note|tip|hint|info|important|warning|caution|danger|attention|error|seealso|admonition|ad-\w+|callout)\b",
    re.I,
)
_MARK = "\ue000{}\ue001"  # in place of code; private use, which no text has
_PLACE = re.compile("\ue000(\\d+)\ue001")


def without_dialects(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in CommonMark (with tables), and the tags that lines of `#tag` give."""
    code: list[str] = []

    def put_away(piece: str) -> str:
        code.append(piece)
        return _MARK.format(len(code) - 1)

    text = re.sub("[\ue000\ue001]", "", text)
    text = _raw_blocks(text, put_away)
    text = _fences(text, put_away)
    text = _INLINE_CODE.sub(lambda m: "" if re.match(r"`+\$?= ", m[0]) else put_away(m[0]), text)
    text = without_comments(text)
    text = _without_shortcodes(text)
    text = without_mdx(text)
    text = _boxes(text)
    text = _attributes(text)
    text = _footnotes(text)
    text = _definitions(text)
    text, tags = _obsidian(text)
    text = with_few_unclosed(_emoji(text))
    while _PLACE.search(text):  # code inside of code that was put away earlier
        text = _PLACE.sub(lambda m: code[int(m[1])], text)
    return text, tags


_RAW = re.compile(r"\{%-?\s*(?P<name>raw|verbatim)\s*-?%\}")
_LIQUID_CODE = re.compile(r"\{%-?\s*(?P<name>highlight|codeblock|code)\b[^%\n]{0,300}%\}")
_HUGO_CODE = re.compile(r"\{\{[<%]\s*(?P<name>highlight|code)\b[^\n]{0,300}?[>%]\}\}")
_LIQUID_END = r"\{{%-?\s*end{}\s*-?%\}}"
_HUGO_END = r"\{{\{{[<%]\s*/\s*{}\s*[>%]\}}\}}"


def _raw_blocks(text: str, put_away: Callable[[str], str]) -> str:
    """`{% raw %}` shows its content as it is; `{% highlight %}` and the like are code."""

    def fenced(code: str) -> str:
        return "\n\n" + put_away(f"~~~~\n{code.strip(chr(10))}\n~~~~") + "\n\n"

    text = _paired(text, _RAW, _LIQUID_END, put_away)
    text = _paired(text, _LIQUID_CODE, _LIQUID_END, fenced)
    return _paired(text, _HUGO_CODE, _HUGO_END, fenced)


def _paired(text: str, opening: re.Pattern[str], closing: str, replace: Callable[[str], str]) -> str:
    """The text with each opening tag, its content and closing tag replaced by what `replace` makes of the content."""
    out: list[str] = []
    at = 0
    unclosed: set[str] = set()  # looked for once, not once for each
    for m in opening.finditer(text):
        if m.start() < at or m["name"] in unclosed:
            continue
        end = re.compile(closing.format(re.escape(m["name"]))).search(text, m.end())
        if end is None:
            unclosed.add(m["name"])
            continue
        out += (text[at : m.start()], replace(text[m.end() : end.start()]))
        at = end.end()
    return "".join((*out, text[at:]))


def _fences(text: str, put_away: Callable[[str], str]) -> str:
    """Fenced code is put away; the fences of queries go, those of boxes leave their text."""
    out: list[str] = []
    at = 0
    while opening := _FENCE.search(text, at):
        sign = opening["fence"]
        ends = re.compile(
            rf"^[ \t]{{0,3}}(?:>[ \t]?)*[ \t]{{0,3}}{re.escape(sign[0])}{{{len(sign)},}}[ \t]*$", re.M
        )
        closing = ends.search(text, opening.end())
        stop, inside = (
            (closing.end(), text[opening.end() : closing.start()])
            if closing
            else (len(text), text[opening.end() :])
        )
        out.append(text[at : opening.start()])
        if _BOX.match(opening["info"]):
            title = re.sub(r"^\{?[\w:-]+\}?\s*", "", opening["info"]).strip()
            inside = re.sub(r"^:[\w-]+:.*\n", "", inside.lstrip("\n"), flags=re.M)
            out.append(f"\n{title}\n\n{inside}\n" if title else f"\n{inside}\n")
        elif not _QUERY.match(opening["info"]):
            out.append(put_away(text[opening.start() : stop]))
        at = stop
    return "".join((*out, text[at:]))


_LINK_TARGET = re.compile(r"\]\(\s*(?:\{\{[^\n]{0,300}?\}\}|\{%[^\n]{0,300}?%\})[^)\n]{0,300}\)")
_SHORTCODE = re.compile(
    r"\{\{(?P<kind>[<%])\s*(?P<close>/?)\s*(?P<name>[\w./-]+)(?P<rest>(?:[^\"`{}]|\"[^\"]*\"|`[^`]*`)*?)/?\s*[>%]\}\}"
)
_ESCAPED_SHORTCODE = re.compile(r"\{\{([<%])/\*([^\n]{0,1000}?)\*/([>%])\}\}")
_LIQUID_TAG = re.compile(r"\{%-?\s*(?P<name>\w+)?(?P<rest>(?:[^%{]|%(?!\})|\{(?!%)){0,2000})%\}")
_OUTPUT = re.compile(r"\{\{(?:[^{}]|\{[^{}]*\})*\}\}")
_ATTRIBUTE = r"\b{}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`)"
_CAPTION = re.compile(_ATTRIBUTE.format("caption"))
_TITLE = re.compile(_ATTRIBUTE.format("(?:title|summary|question|header)"))
_POSITIONAL = re.compile(r"\s*\"([^\"]+)\"")
_HEADED = re.compile(r"details|expand|accordion|collapse|spoiler|toggle|tab|faq|question|step", re.I)
_WITH_CONTENT = re.compile(
    r"\{\{[<%]\s*(?P<name>button|btn|mermaid|chart|katex|math|script|style|gist|raw-?js)\b[^\n]{0,300}?(?<!/)[>%]\}\}"
)


def _without_shortcodes(text: str) -> str:
    """Shortcodes and template tags go, the text that they enclose stays."""
    text = _ESCAPED_SHORTCODE.sub("", text)
    text = _LINK_TARGET.sub("](#)", text)
    text = _paired(text, _WITH_CONTENT, _HUGO_END, lambda _: "")
    text = _SHORTCODE.sub(_shown, text)
    text = _LIQUID_TAG.sub(_shown, text)
    return _OUTPUT.sub("", text)


def _shown(m: re.Match[str]) -> str:
    name, rest = m["name"] or "", m["rest"]
    if m.groupdict().get("close"):
        return ""
    if caption := _CAPTION.search(rest):
        words = (caption[1] or caption[2] or caption[3] or "").replace("]", ")").replace("[", "(")
        return f"\n\n![{words}](#)\n\n" if words.strip() else ""
    if _HEADED.search(name) and (title := _TITLE.search(rest) or _POSITIONAL.match(rest)):
        words = next((group for group in title.groups() if group), "")
        return f"\n\n#### {words}\n\n" if words.strip() else ""
    return ""


_CONTAINER = re.compile(r"^[ \t]{0,3}:{3,}[ \t]*(?P<rest>[^\n]*)$", re.M)
_CALLOUT = re.compile(
    r"^(?P<lead>[ \t]{0,3}(?:>[ \t]?)+)\[!(?P<kind>[\w |-]+)\][+-]?[ \t]*(?P<title>[^\n]*)$", re.M
)
_ADMONITION = re.compile(
    r"^(?P<indent>[ \t]*)(?:!!!|\?\?\?\+?)[ \t]+(?P<kind>[\w -]+?)(?:[ \t]+\"(?P<title>[^\"\n]*)\")?[ \t]*\n(?P<body>(?:(?P=indent)(?:    |\t)[^\n]*\n?|[ \t]*\n)*)",
    re.M,
)


def _boxes(text: str) -> str:
    """`::: tip Title`, `> [!TIP] Title` and `!!! tip "Title"`: the marks go, title and text stay."""

    def container(m: re.Match[str]) -> str:
        rest = re.sub(
            r"\{[^{}]*\}",
            lambda a: ((t := _TITLE.search(a[0])) and next(filter(None, t.groups()), "")) or "",
            m["rest"],
        )
        bracketed = re.search(r"\[([^\]]*)\]", rest)
        words = bracketed[1] if bracketed else re.sub(r"^[\w-]+", "", rest.strip(), count=1).strip()
        title = _TITLE.search(m["rest"])
        words = next(filter(None, title.groups()), "") if title else words.rstrip(": ")
        return f"\n\n{words}\n\n" if words else "\n"

    def callout(m: re.Match[str]) -> str:
        return f"{m['lead']}{m['title']}\n{m['lead'].rstrip()}" if m["title"].strip() else m["lead"].rstrip()

    def admonition(m: re.Match[str]) -> str:
        body = re.sub(r"^(?:    |\t)", "", re.sub(rf"^{m['indent']}", "", m["body"], flags=re.M), flags=re.M)
        title = f"{m['title']}\n\n" if m["title"] else ""
        return f"\n{title}{body}\n"

    return _ADMONITION.sub(admonition, _CALLOUT.sub(callout, _CONTAINER.sub(container, text)))


_TOC = re.compile(
    r"^[ \t]{0,3}(?:[*+-]|\d+[.)])[ \t]+[^\n]*\n[ \t]{0,3}\{:?\s*toc[^}\n]*\}[ \t]*$|^[ \t]{0,3}(?:\[\[?_?TOC_?\]\]?|\{\{?\s*toc\s*\}?\}|@\[toc\])[ \t]*$",
    re.M | re.I,
)
_KRAMDOWN = re.compile(r"\{::?[^{}\n]*\}|\{:/[^{}\n]*\}")
_BRACED = re.compile(
    r"(?<=\S)[ \t]*\{(?:[#.][\w:.-]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[\w-]+))(?:[ \t]+(?:[#.][\w:.-]+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[\w-]+)))*[ \t]*\}|^\{[#.][\w:.-][^{}\n]*\}[ \t]*$",
    re.M,
)
_SPAN = re.compile(r"(?<!\])\[([^\[\]\n]+)\](?=\{[.#:][^{}\n]*\})")
_ABBREVIATION = re.compile(r"^\*\[[^\]\n]+\]:[^\n]*$", re.M)


def _attributes(text: str) -> str:
    """`{: .lead}`, `{#id}`, `{.class}`, `[TOC]`, `*[HTML]: …`: nothing of these is shown."""
    text = _TOC.sub("", text)
    text = _SPAN.sub(r"\1", text)
    text = re.sub(r"^[ \t]*\{:[^{}\n]*\}[ \t]*$\n?", "", text, flags=re.M)
    return _ABBREVIATION.sub("", _BRACED.sub("", _KRAMDOWN.sub("", text)))


_NOTE = re.compile(
    r"^[ \t]{0,3}\[\^[^\]\[\s]{1,100}\]:[ \t]*(?P<first>[^\n]*)(?P<more>(?:\n(?:[ \t]{2,}[^\n]+|[ \t]*(?=\n[ \t]{2,}\S)))*)",
    re.M,
)


def _footnotes(text: str) -> str:
    """Notes are text without marks, as the page shows them."""

    def note(m: re.Match[str]) -> str:
        more = re.sub(r"^[ \t]+", "", m["more"], flags=re.M)
        return f"\n\n{m['first']}{more}\n\n"

    text = _NOTE.sub(note, text)
    text = re.sub(r"[ \t]?\[\^[^\]\[\s]{1,100}\]", "", text)
    return re.sub(r"\^\[([^\[\]\n]+)\]", r" (\1)", text)


_DEFINITION = re.compile(
    r"^(?![ \t]*[-*+>#|:])(?P<term>[^\n]+)\n(?:[ \t]*\n)?(?P<lines>(?:[ \t]{0,3}:[ \t]+[^\n]+(?:\n(?![ \t]{0,3}:[ \t])[ \t]{2,}[^\n]+)*(?:\n|\Z))+)",
    re.M,
)


def _definitions(text: str) -> str:
    def apart(m: re.Match[str]) -> str:
        lines = re.sub(r"^[ \t]{0,3}:[ \t]+", "\n", m["lines"], flags=re.M)
        return f"{m['term']}\n{re.sub(r'^[ ]+', '', lines, flags=re.M)}\n"

    return _DEFINITION.sub(apart, text)


_EMBED = re.compile(r"!\[\[[^\[\]\n]*\]\]")
_WIKILINK = re.compile(r"\[\[([^\[\]\n|]+)(?:\\?\|([^\[\]\n]+))?\]\](?!\()")
_HIGHLIGHT = re.compile(r"(?<![=\w])==(?=\S)([^=\n]+?)(?<=\S)==(?![=\w])")
_BLOCK_ID = re.compile(r"(?<![ \t])[ \t]+\^[A-Za-z0-9-]{2,40}[ \t]*$|^\^[A-Za-z0-9-]{2,40}[ \t]*$", re.M)
_TAG_LINE = re.compile(r"^[ \t]*(?:#[^\W\d_][\w/-]*[ \t]*)+$", re.M)


def _obsidian(text: str) -> tuple[str, tuple[str, ...]]:
    """Embeds, block ids and lines of tags go; links and highlights leave their words."""
    tags: list[str] = []

    def take(m: re.Match[str]) -> str:
        tags.extend(re.findall(r"#([\w/-]+)", m[0]))
        return ""

    text = _WIKILINK.sub(
        lambda m: (m[2] or m[1].strip("#").replace("#", " > ")).strip(), _EMBED.sub("", text)
    )
    text = _BLOCK_ID.sub("", _HIGHLIGHT.sub(r"\1", text))
    return _TAG_LINE.sub(take, text), tuple(dict.fromkeys(tags))


_EMOJI = re.compile(r"(?<![\w:/]):([a-z][a-z0-9_]{1,40}|[+-]1|100):(?![\w:/])")


def _emoji(text: str) -> str:
    """`:smile:` -> 😄; a name that is no emoji stays."""
    if not _EMOJI.search(text):
        return text
    from rich.emoji import Emoji

    return _EMOJI.sub(lambda m: Emoji.replace(m[0]), text)
