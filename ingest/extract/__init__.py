"""Read the article out of a document: a web page, Markdown or pasted text.

In goes a file's content, out comes a Document: title, text in normal form, author, date, tags; of a
fetched page also its kind (post, list, login, …). Nothing here knows files or the network.
"""

from ingest.extract.charset import decode
from ingest.extract.document import Format, as_article, read_document, titled
from ingest.extract.html.main_text import from_html
from ingest.extract.html.page_kind import Kind as KindOfPage
from ingest.extract.html.page_kind import PageKind, declared_feeds, is_home, is_wix, kind_of
from ingest.extract.html.pieces import pieces_of
from ingest.extract.html.tree import Element, parse_html, text_of
from ingest.extract.prose.dates import is_date, iso_date
from ingest.extract.text.markdown import from_markdown, with_fields
from ingest.extract.text.pasted import from_pasted

__all__ = [
    "Element",
    "Format",
    "KindOfPage",
    "PageKind",
    "as_article",
    "declared_feeds",
    "decode",
    "from_html",
    "from_markdown",
    "from_pasted",
    "is_date",
    "is_home",
    "is_wix",
    "iso_date",
    "kind_of",
    "parse_html",
    "pieces_of",
    "read_document",
    "text_of",
    "titled",
    "with_fields",
]
