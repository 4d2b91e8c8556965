"""Content in, `Cleaned` out: the one place that loaders and tests import the readers from.

    from_markdown   Markdown with or without front matter         (markdown.py)
    from_html       a web page, saved or written by hand          (webpage.py)
    from_pasted     plain text, often copied from a page          (pasted.py)
    decode          the bytes of a file -> str                    (decode.py)

What this file does not know: files and addresses (load.py), and what becomes of the text.
"""

from __future__ import annotations

import re
from typing import Literal

from ingest.article.normal_form import Cleaned
from ingest.extract.charset import decode
from ingest.extract.html.main_text import from_html
from ingest.extract.text.markdown import from_markdown
from ingest.extract.text.pasted import from_pasted

Format = Literal["markdown", "html", "text"]

_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
_ANY_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]{0,15}\b|!--)", re.I)


def clean(content: str, format: Format, *, url: str | None = None) -> Cleaned:
    """Read content by the reader for its format, or for what it plainly is instead.

    A page saved as .txt is a page; an .html file without a single tag is text. url: the page's
    own address, which relative addresses in it are relative to. Raises SourceError if the content
    cannot be read.
    """
    if _PAGE.match(content):
        return from_html(content, url)
    if format == "html" and _ANY_TAG.search(content):
        return from_html(content, url)
    return from_markdown(content) if format == "markdown" else from_pasted(content)


__all__ = ["Cleaned", "Format", "clean", "decode", "from_html", "from_markdown", "from_pasted"]
