"""The bytes of an XML feed -> clean UTF-8 that a parser can take.

Feeds declare wrong charsets, hold control characters that no XML may, and bring a DOCTYPE whose
entities can be made to blow up. Here the charset is found, what XML forbids goes, the DOCTYPE is
replaced by one with the harmless entities only, and a feed of more posts than are read is cut.
"""

from __future__ import annotations

import codecs
import re

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (  # "<?" or "<r", as an encoding without a mark writes it
    (re.compile(rb"<\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<"), "utf-32-be"),
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_SNIFFED_NAMES = frozenset(encoding for _, encoding in _WIDE)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]{2,40})")
# Charsets that a feed may name. Python knows others ("rot13", "punycode") that are no charsets.
_CHARSET = re.compile(
    r"windows[-_]\d{3,4}|cp\d{3,4}|iso[-_]?8859[-_]?\d+|latin[-_]?\d|us[-_]ascii|ascii|koi8[-_][rut]|gbk|gb2312|gb18030"
    r"|big5([-_]hkscs)?|shift[-_]?jis|sjis|euc[-_](jp|kr)|iso[-_]2022[-_](jp|kr)|mac[-_]?\w{3,12}|tis[-_]620|johab"
    r"|ibm\d{3}|hz|ptcp154|viscii|utf[-_]?8|u8",
    re.I,
)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcBC]|[eEfF]|1[0-9a-fA-F]));"
)
_ENTITY = re.compile(
    r"<!ENTITY\s{1,20}(\w{1,40})\s{1,20}(?:\"(&#\w{1,8};|[^&\"<%]{0,32})\"|'([^&'\"<%]{0,32})')\s*>"
)
_MOST_REFERENCES = 500_000
_LONGEST_WORD = 500
_LONG_WORD = re.compile(rf"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{{{_LONGEST_WORD + 1},}}")
_POST = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.I)
_ROOT = re.compile(r"<([\w:.-]{1,60})")
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def decoded(data: bytes, charset: str | None = None) -> str:
    """The text of an XML document, without a byte order mark.

    charset: as the server names it. Never raises: bytes that no named charset explains are read as
    UTF-8 if they are that, else as Windows-1252.
    """
    names, skip = _candidates(data[:1000], charset)
    data = data[skip:]
    if skip or names[0] in _SNIFFED_NAMES:
        return data.decode(names[0], "replace")
    for name in [*names, "utf-8"]:
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            pass  # wrong about itself, or a charset that Python does not know: the next
    return data.decode("windows-1252", "replace")


def encoding_of(head: bytes) -> tuple[str, int]:
    """The charset of a document that begins so, and the length of its byte order mark.

    For what is too long to be tried in several charsets: what a document declares is believed.
    """
    names, skip = _candidates(head[:1000], None)
    for name in reversed(names) if not skip else names:
        try:
            codecs.lookup(name)
        except LookupError:
            continue
        return name, skip
    return "utf-8", skip


def _candidates(head: bytes, charset: str | None) -> tuple[list[str], int]:
    """Charsets to be tried, best first, and the length of the byte order mark."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return [encoding], len(mark)
    for pattern, encoding in _WIDE:
        if pattern.match(head):
            return [encoding], 0
    m = _DECLARED.match(head)
    declared = m[1].decode("ascii", "ignore") if m else ""
    named = [name.strip() for name in (charset or "", declared) if _CHARSET.fullmatch(name.strip())]
    if all(map(_is_ascii_with_more, named)):
        named = ["utf-8", *named]  # no other text is valid UTF-8 by chance
    return named, 0


def _is_ascii_with_more(name: str) -> bool:
    """Not one of those that write other letters with the bytes of ASCII."""
    return not re.match(r"(?i)iso[-_]?2022|hz|cp037|cp500|cp1140|ibm", name.strip())


def prepared(text: str, most: int) -> tuple[bytes, int]:
    """The document in UTF-8, and how many posts behind the first `most` were cut off."""
    text = _FORBIDDEN_REFERENCE.sub("", FORBIDDEN.sub("", text))
    text = _LONG_WORD.sub(_in_pieces, text)
    start, doctype = _prologue(text)
    if text.count("&") > _MOST_REFERENCES:
        doctype = ""  # even short entities add up
    entities = [f'<!ENTITY {m[1]} "{m[2] or m[3] or ""}">' for m in _ENTITY.finditer(doctype)][:500]
    head = f"<!DOCTYPE feed [\n{chr(10).join(entities)}\n]>\n" if entities else ""
    body, left = _cut(text[start:], most)
    return (_DECLARATION + head + body).encode("utf-8"), left


def _in_pieces(m: re.Match[str]) -> str:
    """No word is that long; feedparser's search for e-mail addresses takes the square of its length."""
    return " ".join(m[0][i : i + _LONGEST_WORD] for i in range(0, len(m[0]), _LONGEST_WORD))


def _prologue(text: str) -> tuple[int, str]:
    """Where the root element begins, and the DOCTYPE before it ("" if there is none)."""
    at, doctype = 0, ""
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<?", at):
            end = text.find("?>", at) + 2
        elif text.startswith("<!--", at):
            end = text.find("-->", at + 4) + 3
        elif text.startswith("<!", at):
            end = _end_of_doctype(text, at)
            doctype = doctype or text[at:end]
        else:
            return at, doctype
        if end <= at:  # it never ends
            return len(text), doctype
        at = end
    return len(text), doctype


_DOCTYPE_SIGN = re.compile(r"<!--.*?-->|\"[^\"]*\"|'[^']*'|[\[\]>]", re.S)


def _end_of_doctype(text: str, start: int) -> int:
    inside = False
    for m in _DOCTYPE_SIGN.finditer(text, start, min(len(text), start + 10_000)):
        if m[0] == ">" and not inside:
            return m.end()
        if m[0] in "[]":
            inside = m[0] == "["
    return text.find(">", start) + 1


def _cut(body: str, most: int) -> tuple[str, int]:
    """The first `most` posts, all elements closed again, and the number of the others."""
    end, count = 0, 0
    for m in _POST.finditer(body):
        if count == most:
            end = m.start()
        count += 1
    if count <= most:
        return body, 0
    kept = body[:end]
    root = _ROOT.match(body)
    channel = "</channel>" if "<channel" in kept and "</channel>" not in kept else ""
    return f"{kept}{channel}</{root[1] if root else 'rss'}>", count - most
