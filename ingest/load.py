"""A source string -> Articles, one at a time: a file, or a folder with all that is in it.

    load(source) -> Iterator[Article | LoadFailure]

A source that cannot be read at all is a SourceError; whatever is wrong with one file is a
LoadFailure in its place, and the rest comes. A web address is a source for a later version: it
will yield (bytes, address) pairs that go through `_article` as the bytes of a file do.

What this file does not know: how text is cleaned (clean.py), and what is in the index.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ingest.article import Article, LoadFailure
from ingest.blocks import Block, blocks, sentences
from ingest.clean import Cleaned, Format, clean, decode
from ingest.errors import SourceError
from ingest.folder import PAGES, READABLE, files_in, name_in, not_text, origin_of, read_bytes, shown, why
from ingest.normal import tidy
from ingest.weburl import public_url

_WEB = re.compile(r"\s*https?:", re.I)
_LONGEST_TITLE = 80


def load(source: str, *, url: str | None = None) -> Iterator[Article | LoadFailure]:
    """The articles of a file or a folder, in order of their paths.

    url: the public address of a single file; it becomes the article's id. Raises SourceError, at
    once, if the source does not exist or is of no kind that can be read, or if `url` is no http(s)
    address or is given for a folder; and while iterating, if the folder cannot be listed.
    """
    if _WEB.match(source):
        raise SourceError(
            "This version reads files and folders. Save the page from your browser as HTML and ingest "
            "that file, with --url and the page's address."
        )
    path = _existing(source)
    if path.is_dir():
        if url is not None:
            raise SourceError("--url is the address of a single file; a folder has many.")
        return _folder(path)
    address = None if url is None else public_url(url)
    if url is not None and address is None:
        raise SourceError("--url must be a public address that begins with http:// or https://.")
    return _single(path, address)


def _existing(source: str) -> Path:
    if not source.strip():
        raise SourceError("The source is empty: name a file or a folder.")
    path = Path(source)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise SourceError(f"There is no file or folder {shown(path)}.") from error
    except ValueError as error:
        raise SourceError("The source's name holds a character that no file name can.") from error
    except (OSError, RuntimeError) as error:
        reason = why(error) if isinstance(error, OSError) else "links that go in a circle"
        raise SourceError(f"{shown(path)} cannot be read: {reason}.") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SourceError(f"{shown(path)} is neither a file nor a folder.")
    return path


def _single(path: Path, url: str | None) -> Iterator[Article | LoadFailure]:
    root = path.absolute().parent.resolve()
    place = root / path.name
    if place.suffix.lower() not in READABLE:
        yield LoadFailure(origin_of(path), name_in(root, place), not_text(place.suffix.lower()))
        return
    loaded = _loaded(place, name_in(root, place), url)
    if loaded is None:
        reason = "its front matter says that it is a draft, so it was left out"
        loaded = LoadFailure(origin_of(place), name_in(root, place), reason)
    yield loaded


def _folder(path: Path) -> Iterator[Article | LoadFailure]:
    root = path.resolve()
    first: dict[str, str] = {}  # id -> name of the file that has it
    for found in files_in(root):
        if isinstance(found, LoadFailure):
            yield found
            continue
        name = name_in(root, found)
        loaded = _loaded(found, name, None)
        if loaded is None:
            continue  # a draft: as if it were not there, so that unpublishing takes an article out
        if isinstance(loaded, Article) and first.setdefault(loaded.id, name) != name:
            reason = f"this has the same address as {first[loaded.id]}; give each article its own"
            loaded = LoadFailure(loaded.origin, name, reason)
        yield loaded


def _loaded(path: Path, name: str, url: str | None) -> Article | LoadFailure | None:
    """One file; None if it is a draft."""
    origin = origin_of(path)
    try:
        data = read_bytes(path)
        return _article(data, path, name, origin, url)
    except SourceError as error:
        return LoadFailure(origin, name, str(error))


def _article(data: bytes, path: Path, name: str, origin: str, url: str | None) -> Article | None:
    """Raises SourceError if there is nothing to index in it."""
    suffix = path.suffix.lower()
    content = decode(data, html=suffix in PAGES)
    if not content.strip():
        raise SourceError("this is empty")
    kind: Format = "html" if suffix in PAGES else "text" if suffix == ".txt" else "markdown"
    cleaned = clean(content, kind, url=url)
    if cleaned.draft:
        return None
    if not cleaned.text:
        raise SourceError("this is empty: it has no text besides title, menus and the like")
    cleaned = _titled(cleaned, path)
    address = url or cleaned.url
    return Article(
        id=address or name,
        title=cleaned.title,
        text=cleaned.text,
        url=address,
        author=cleaned.author,
        published=cleaned.published,
        tags=cleaned.tags,
        origin=origin,
    )


def _titled(cleaned: Cleaned, path: Path) -> Cleaned:
    """With a title: its own, else its first heading, else how its text begins, else its file's name."""
    if cleaned.title:
        return cleaned
    text = cleaned.text
    found = list(blocks(text))
    headings = [block for block in found if block.kind == "heading"]
    if headings:
        title = text[headings[0].start : headings[0].end]
        return replace(cleaned, title=title, text=_without_heading(text, found, headings))
    if found and found[0].kind == "paragraph":
        start, end = sentences(text, found[0].start, found[0].end)[0]
        return replace(cleaned, title=_shortened(tidy(text[start:end])))
    words = tidy(re.sub(r"[-_+]+", " ", path.stem))
    return replace(cleaned, title=(words[:1].upper() + words[1:]) or "Untitled")


def _without_heading(text: str, found: list[Block], headings: list[Block]) -> str:
    """A heading that opens the text and is above all others was the title: it is not repeated."""
    first = headings[0]
    alone = all(other.level > first.level for other in headings[1:])
    if found[0] is not first or not alone or len(found) == 1:
        return text
    return text[first.end :].lstrip("\n")


def _shortened(sentence: str) -> str:
    if len(sentence) <= _LONGEST_TITLE:
        return sentence.rstrip(".")
    return sentence[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"
