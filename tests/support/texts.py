"""Hypothesis strategies for articles: text in normal form, with what is hard about it, and any text.

`normal_texts` are written by ingest.normal.render, as every article is; `any_texts` are what no
cleaner would let through. Both are full of what Markdown, footnotes and links could trip over.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

from ingest.article import Piece, render, row, tidy

NASTY = (
    "[1]", "[2]", "\\[1]", "**", "*a*", "_a_", "`x`", "<b>b</b>", "<!--", "&amp;", "&#35;", "|", "\\", "~~x~~", "$x$",
    "#", "##", "-", "+", "=", "1.", "2)", "---", "===", "***", "![x](y)", "[a](http://b.c)", "http://b.c/?a=1&b=2-3,4",
    "100%", "a,b-c&d", "#:~:text=x", "e.g.", "U.S.", "Dr. No", "«ça»", "naïve", "İstanbul", "ﬁne", "Straße", "ß", "你好。我好。",
    "מתיחה", "😀", "👩‍👩‍👧", "e\u0301", "한국어", "ٱ",
)  # fmt: skip
PLAIN = (
    "hold the stretch for thirty seconds and breathe then rest your back hamstrings pull on pelvis it".split()
)
_words = st.lists(st.sampled_from(PLAIN) | st.sampled_from(NASTY), min_size=1, max_size=14).map(" ".join)
_marks = st.sampled_from([".", ".", "!", "?", "…", ":", "", ".)", '."', "。"])
sentence = st.builds(lambda words, mark: words.capitalize() + mark, _words, _marks)
_plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
line = (st.lists(sentence, min_size=1, max_size=4).map(" ".join) | _plain).map(tidy)
_headings = st.builds(
    lambda text, level: [Piece("heading", text, level)], _words.map(tidy), st.integers(2, 6)
)
_paragraphs = line.map(lambda text: [Piece("paragraph", text)])
_code = st.lists(line, min_size=2, max_size=4).map(
    lambda lines: [Piece("paragraph", "\n".join(one for one in lines if one))]
)
_captions = _words.map(lambda text: [Piece("caption", tidy(text))])
_bullets = st.lists(
    st.builds(lambda t, level: Piece("bullet", t, level), line, st.integers(0, 2)), min_size=1, max_size=8
)
_numbers = st.lists(line, min_size=1, max_size=8).map(
    lambda lines: [Piece("number", text, number=n) for n, text in enumerate(lines, 1)]
)
_cells = st.lists(_words.map(lambda t: t.replace("|", "/")), min_size=2, max_size=3)
_rows = st.lists(_cells, min_size=1, max_size=4).map(lambda table: [row(cells) for cells in table])
_led = st.builds(
    lambda lead, items: [Piece("paragraph", lead + " as follows:"), *items], line, _bullets | _numbers
)

pieces = st.lists(
    _headings | _paragraphs | _code | _captions | _bullets | _numbers | _rows | _led, max_size=9
).map(lambda groups: [piece for group in groups for piece in group])
normal_texts = pieces.map(render)
any_texts = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(list("\n\n\n #-*.!?|[]()0123abcAB 。\t\xa0")),
    max_size=120,
)
texts = normal_texts | any_texts


def bare(text: str) -> str:
    """A text without its white space."""
    return re.sub(r"\s+", "", text)
