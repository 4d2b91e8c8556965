"""Bytes of a file -> str.

A byte order mark decides; then UTF-8, if the bytes are valid UTF-8; then the charset that a web
page declares; then a guess. Most files that are none of these were written by an older Windows
program in a Western language, so Windows-1252 comes before what charset-normalizer makes of the
statistics, which go astray on short texts.
"""

from __future__ import annotations

import codecs
import re

from ingest.article import plain_text
from ingest.errors import SourceError

_BOMS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAVE = "open it in the program it was made with and save it as plain text or HTML"
_FORMATS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a Word, LibreOffice or ZIP file"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or Office document"),
    (b"\x89PNG\r\n\x1a\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b\x08", "a compressed file"),
    (b"bplist00", "a web archive"),
    (b"SQLite format 3\0", "a database"),
    (b"\x7fELF", "a program"),
)
_DECLARED = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.I
)
# What a page may declare: an owner's page has no business declaring rot13 or UTF-7.
_KNOWN = re.compile(
    r"windows-(125\d|874)|cp125\d|iso-?8859-\d+|latin-?1|us-ascii|ascii|koi8-[ru]|gbk|gb2312|gb18030|big5(-hkscs)?"
    r"|shift[-_]jis|sjis|euc-(jp|kr)|iso-2022-jp|mac-?(roman|intosh)|tis-620|utf-?8|utf-?16(-?[lb]e)?",
    re.I,
)
_WESTERN = re.compile(r"(?i)iso-?8859-1|latin-?1|(us-)?ascii|windows-1252|cp1252")
_NOISE = bytes([*range(0x00, 0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)])
# Signs that a Western text has nowhere inside a word: the bytes are of another alphabet.
_OUT_OF_PLACE = re.compile(r"[a-z][¹³¿¥£¼¾¢¦¬¯±¶º¡][a-z]")
# Quotes, dashes and the like: the same bytes in every Windows code page.
_PUNCTUATION = bytes(
    [*range(0x82, 0x88), 0x89, 0x8B, *range(0x91, 0x98), 0x99, 0x9B, 0xA0, 0xA9, 0xAB, 0xAE, 0xBB]
)
_SAMPLE = 64 * 1024


def decode(data: bytes, *, html: bool = False, charset: str | None = None) -> str:
    """The text of a file, in NFC, with "\\n" at line ends and no control or invisible characters.

    Args:
        html: use the charset that a page declares.
        charset: the one in the server's Content-Type; it overrides the page's.

    Raises:
        SourceError: the bytes are no text.
    """
    for start, what in _FORMATS:
        if data.startswith(start):
            raise SourceError(f"this is {what}, not text; {_SAVE}")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return plain_text(data[len(mark) :].decode(encoding, "replace"))
    if wide := _unmarked_utf16(data):
        return plain_text(data.decode(wide, "replace"))
    _refuse_binary(data)
    return plain_text(_decoded(data, html, charset or ""))


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark shows itself: in Western text, every other byte is zero."""
    sample = data[:4096]
    half = len(sample) // 2
    if half < 2 or sample.count(0) < half * 0.4:
        return None
    if sample[1::2].count(0) > half * 0.8 and not sample[0::2].count(0):
        return "utf-16-le"
    if sample[0::2].count(0) > half * 0.8 and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def _refuse_binary(data: bytes) -> None:
    sample = data[:_SAMPLE] + data[-_SAMPLE:]
    noise = len(sample) - len(sample.translate(None, _NOISE))
    if noise > 0.02 * len(sample) + 8 or (noise > 0.3 * len(sample) and len(sample) > 3):
        raise SourceError(
            f"this holds no readable text (a picture, perhaps, or a program's own file); {_SAVE}"
        )


def _decoded(data: bytes, html: bool, charset: str) -> str:
    declared = _usable(charset) or (_declared(data) if html else None)
    try:
        # Escape sequences are how ISO-2022-JP writes Japanese in ASCII bytes.
        if not (declared and b"\x1b" in data):
            return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A file cut off inside its last character, or with one damaged byte, is UTF-8 all the same.
        if error.start > len(data) - 4 and error.start > 0 and not data[: error.start].isascii():
            return data.decode("utf-8", "replace")
    if declared:
        try:
            return data.decode(declared)
        except (UnicodeDecodeError, LookupError):
            pass  # the declaration is wrong: guess
    return _guess(data)


def _declared(data: bytes) -> str | None:
    m = _DECLARED.search(data[:4096])
    return _usable(m[1].decode("ascii", "ignore")) if m else None


def _usable(name: str) -> str | None:
    """A charset's name, if it is one to decode with."""
    if not _KNOWN.fullmatch(name) or name.lower().startswith("utf"):
        return None  # UTF-8 was tried already, and UTF-16 would have shown
    return "windows-1252" if _WESTERN.fullmatch(name) else name


def _guess(data: bytes) -> str:
    sample = data[:_SAMPLE]
    western = _windows_1252(sample)
    letters = sum(byte >= 0x80 for byte in sample.translate(None, _PUNCTUATION))
    visible = sum(byte > 0x20 for byte in sample)
    if letters <= 0.25 * visible and not _OUT_OF_PLACE.search(western) and "\ufffd" not in western:
        return _windows_1252(data)
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return data.decode(best.encoding, "replace") if best else _windows_1252(data)


def _windows_1252(data: bytes) -> str:
    return data.decode("windows-1252", "replace")
