"""Strings that try to be more than text: a small set of this project's own, and the developers' lists.

Own ones are made to run something that tests/support/attack_watch.py would see (`hit()`), to load something
from another host, to leave their place on the page, or to be no proper text at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

ELSEWHERE = "https://elsewhere.invalid"
MARKUP = (
    "<script>hit(1)</script>",
    f"<img src={ELSEWHERE}/a.png onerror=hit(2)>",
    f"<svg/onload=hit(3)><image href={ELSEWHERE}/b.svg>",
    '"><b onmouseover="hit(4)" style="position:fixed;inset:0">x',
    "'><iframe srcdoc='<script>parent.hit(5)</script>'>",
    f"</h2></div></section><style>*{{background:url({ELSEWHERE}/c)}}</style>",
    f"<base href={ELSEWHERE}><form action={ELSEWHERE}><input autofocus onfocus=hit(6)>",
    f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'><link rel=stylesheet href={ELSEWHERE}/d.css>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=hit(7)&gt;'>",
    "<details open ontoggle=hit(8)><summary>s</summary>",
    "<template shadowrootmode=open><script>hit(9)</script></template>",
    "&lt;img src=x onerror=hit(10)&gt; &#60;script&#62;hit(11)&#60;/script&#62; &amp;lt;b&amp;gt;",
    "<a href='java\tscript:hit(12)'>press</a> <a href=\"data:text/html,<script>hit(13)</script>\">press</a>",
    "<!-- --!><img src=x onerror=hit(14)> -->",
    "<x/ onclick=hit(15)//<plaintext>",
    "${hit(16)} {{constructor.constructor('hit(17)')()}} <%= hit(18) %> #{hit(19)}",
)
MARKDOWN = (
    f"![picture]({ELSEWHERE}/e.png)",
    f"![picture][1] and [press][1]\n\n[1]: {ELSEWHERE}/f.png",
    "[press](javascript:hit(20)) <javascript:hit(21)> [press](vbscript:hit(22))",
    f"[![x]({ELSEWHERE}/g.png)](data:text/html;base64,PHNjcmlwdD5oaXQoMjMpPC9zY3JpcHQ+)",
    "`` ` `` ```js\nhit(24)\n``` ~~~ ***bold*** __x__ ~~gone~~",
    "$$\\href{javascript:hit(25)}{x}$$ \\(\\includegraphics{x}\\) $x$",
    "[1] [2] [99] \\[1] [1](javascript:hit(26)) [^1]",
    "| a | <img src=x onerror=hit(27)> |\n|---|---|\n| [b](javascript:hit(28)) | c |",
    "- - - \n1. 1. 1. <b>\n> > > # ##",
    "---\ntitle: other\n---\n\nfront matter in the middle",
    "\\\\\\` \\<script\\>hit(29)\\</script\\>",
)
ADDRESSES = (
    "javascript:hit(30)",
    " JaVaScRiPt:hit(31)//https://blog.example/",
    "data:text/html,<script>hit(32)</script>",
    'https://blog.example/"onmouseover="hit(33)',
    "https://blog.example/'><script>hit(34)</script>",
    "https://blog.example/a#:~:text=other",
    "https://user:secret@blog.example/",
    "//elsewhere.invalid/path",
    "https://blog.example\\@elsewhere.invalid/",
    "https://blog.example/\r\nSet-Cookie: a=b",
    "vbscript:hit(35)",
    "file:///etc/passwd",
)
# Nothing here is prose, and some of it no character: half a pair, NUL, direction overrides, floods.
UNTEXT = (
    "left \u202egnp.elif\u202c right \u2066isolated\u2069 \u200f\u200e",
    "a\u200b\u200b\u200b\u200bb" + "\u200d" * 300 + "c" + "\u2060" * 300,
    "é" + "\u200d\u200c" * 200 + "é",
    "z" + "".join(chr(0x300 + n % 0x6F) for n in range(400)) + " tower",
    "one\u2028two\u2029three\x0bfour\x0cfive\x85six",
    "nul \0 bell \x07 escape \x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b1m backspace \x08\x08",
    "half \ud83d pair \udc00",
    "\ufeff\ufffe\uffff \U000e0041\U000e0042 tags \ufff9a\ufffab\ufffb",
    "ﷺ" * 60,
    "العربية abc עברית 123 ﻿(brackets) [1]",
    "W" * 5_000,
    "/" * 3_000,
    "\u3164" * 40 + "filler",
    "🏳️\u200d🌈👨\u200d👩\u200d👧\u200d👦 🇨🇭 e\u0301 می\u200cخواهم",
    "line\nINFO footnote: forged\r\nevent: answer\ndata: {}\n\n: comment",
    "=HYPERLINK(\"https://elsewhere.invalid\",\"press\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "null",
    "",
    "   ",
)  # fmt: skip
OWN: tuple[str, ...] = (*MARKUP, *MARKDOWN, *ADDRESSES, *UNTEXT)
LISTS = ("xss", "naughty_strings")


def listed(shared: Path, name: str) -> list[str]:
    """The strings of one of the developers' lists: xss, naughty_strings, prompt_injection."""
    file = shared / "eval" / "security" / f"{name}.jsonl"
    return [json.loads(line)["text"] for line in file.read_bytes().split(b"\n") if line]


def all_listed(shared: Path) -> list[str]:
    return [text for name in LISTS for text in listed(shared, name)]


def spread(texts: Sequence[str], count: int) -> list[str]:
    """So many of them, from everywhere in the list."""
    step = max(len(texts) // count, 1)
    return list(texts[::step][:count])


def clean(text: str) -> str:
    """Without half characters, which no file and no request can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
