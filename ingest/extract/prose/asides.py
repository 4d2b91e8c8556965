"""Parts of an article that are no advice of its author: lists of sources, and teasers for other posts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.article import Piece

_SURE = re.compile(
    r"(?:(?:list of |selected |medical |scientific |article |further |key )?(?:references|citations|bibliography|works cited"
    r"|literature cited|cited literature|literature references?|source list|endnotes)|references (?:and|&) (?:further reading"
    r"|resources|sources|links|notes|citations)|sources (?:and|&) (?:references|further reading|citations|links)"
    r"|(?:scientific|medical|article|our|research|image|photo) (?:sources|references)|(?:image|photo|picture) credits?"
    r"|article sources|resources (?:and|&) references|quellen(?:verzeichnis|angaben)?|literatur(?:verzeichnis)?)",
    re.I,
)
# These may be a section of the article itself: what it holds decides.
_PERHAPS = re.compile(
    r"(?:sources?|literature|further reading|research|studies|notes|footnotes|resources|the science)", re.I
)
_LABELLED = re.compile(
    r"(?:sources?|references?|literature|further reading|citations?|via)\s*[:：–—]\s*(?=\S)", re.I
)
_CITATION = re.compile(
    r"https?://|www\.|\bdoi\b|\bet al\b|\bpmid\b|\bpmc\d|\bisbn\b|\bpubmed\b|\bjournals?\b|\b(?:J|Am|Br|Eur|Int|Med|Clin|Phys)\. ?[A-Z]"
    r"|\((?:19|20)\d\d[a-z]?\)|\b(?:19|20)\d\d ?; ?\d|\bpp?\. ?\d|\d ?\(\d+\) ?: ?\d|\bretrieved\b|\baccessed\b|\bvol\. ?\d"
    r"|\b[\w-]+\.(?:com|org|net|gov|edu|co\.uk|nih\.gov|de)\b",
    re.I,
)
_NUMBERED = re.compile(r"\[\d{1,3}\]\s|\d{1,3}\.\s+[A-Z][\w'’-]+,? [A-Z]{1,3}\b|\^\s")
_TEASER_HEAD = re.compile(
    r"(?:more|related|recommended|similar|other|popular|recent|latest|further|additional|helpful|useful|trending)"
    r" (?:resources?|posts?|articles?|reading|reads?|stories|links?|content|recipes?|guides?|blogs?)(?: (?:on|about|from|for|like|by|you)\b.{1,80})?"
    r"|you (?:may|might|could)(?: also)? (?:like|enjoy|love|be interested in|want to read)(?: these)?(?: \w+)?"
    r"|(?:read|see|up|what to read) next|keep (?:on )?reading|continue reading|read (?:more|also)|see also|also read|don['’]t miss"
    r"|if you (?:liked|enjoyed|loved) (?:this|that)\b.{0,60}|more (?:from|by|on|like) .{1,60}|next steps? to read",
    re.I,
)
_TEASER_LINE = re.compile(
    r"(?:related(?: (?:post|article|reading|story))?s?|read (?:more|next|also|this)|also read|see also|up next|more on this"
    r"|you (?:may|might)(?: also)? (?:like|enjoy)|recommended(?: reading)?|don['’]t miss|more resources?|further reading"
    r"|keep reading|continue reading|must[- ]reads?)\s*[:：|»>–—]\s*\S.*",
    re.I,
)
_CALL = re.compile(
    r".{0,160}(?:\[\s*(?:read|read (?:more|it|now|here|next|post|article)|watch|listen|view|see more|learn more|more|link|click here"
    r"|download|shop|buy|get it)\s*\]|\(\s*read (?:more|next|here|now)\s*\)"
    r"|(?:read more|continue reading|keep reading|read the (?:full |whole )?(?:post|article|story)|weiterlesen)\s*[»›→>…]+)\.?",
    re.I,
)
_LONGEST_TEASER = 160


def without_asides(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without lists of sources and without teasers for other posts."""
    kept = _without_teasers(_without_sources(list(pieces)))
    return kept if any(p.kind not in ("heading", "caption") for p in kept) else list(pieces)


def _without_sources(pieces: list[Piece]) -> list[Piece]:
    labels = {i for i, piece in enumerate(pieces) if _is_label(piece)}
    ends = _section_ends(pieces) if labels else []
    counts = _running_counts(pieces) if labels else []
    kept: list[Piece] = []
    i = 0
    while i < len(pieces):
        if i in labels:
            texts, cited = (counts[ends[i]][k] - counts[i + 1][k] for k in (0, 1))
            if _lists_sources(pieces[i], texts, cited, last=ends[i] == len(pieces)):
                i = ends[i]
                continue
        if not _is_source_line(pieces[i]):
            kept.append(pieces[i])
        i += 1
    while (
        kept
        and kept[-1].kind != "heading"
        and _NUMBERED.match(kept[-1].text)
        and _CITATION.search(kept[-1].text)
    ):
        kept.pop()
    return kept


def _is_label(piece: Piece) -> bool:
    words = _bare(piece.text)
    return (piece.kind == "heading" or (piece.kind == "paragraph" and len(words) < 40)) and bool(
        _SURE.fullmatch(words) or _PERHAPS.fullmatch(words)
    )


def _bare(text: str) -> str:
    return re.sub(r"^\d+(?:\.\d+)*[.)]?\s+", "", text).strip(" :：.-–—*")


def _section_ends(pieces: Sequence[Piece]) -> list[int]:
    """For each piece the index behind its section: at the next heading of its level, for a paragraph at any heading."""
    following = [len(pieces)] * 7  # by level: the next heading of that level or above
    ends = [0] * len(pieces)
    for i in range(len(pieces) - 1, -1, -1):
        piece = pieces[i]
        ends[i] = following[piece.level if piece.kind == "heading" else 6]
        if piece.kind == "heading":
            following[piece.level :] = [i] * (7 - piece.level)
    return ends


def _running_counts(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Before each piece and behind the last: how many texts there were, and how many of them are citations."""
    counts = [(0, 0)]
    for piece in pieces:
        texts, cited = counts[-1]
        if piece.kind not in ("caption", "heading"):
            texts += 1
            cited += bool(_CITATION.search(piece.text) or _NUMBERED.match(piece.text))
        counts.append((texts, cited))
    return counts


def _lists_sources(label: Piece, texts: int, cited: int, *, last: bool) -> bool:
    """Whether a label's section, of so many texts and citations, lists sources. last: nothing follows it."""
    if not texts:
        return label.kind == "heading" and last
    if label.kind == "paragraph":
        return cited * 2 >= texts
    if _SURE.fullmatch(_bare(label.text)):
        return last or cited * 2 >= texts
    return cited * 2 >= texts or (cited > 0 and last and cited * 3 >= texts)


def _is_source_line(piece: Piece) -> bool:
    """`Source: Smith et al. (2010)`: a paragraph of its own."""
    return (
        piece.kind in ("paragraph", "bullet")
        and len(piece.text) < 600
        and bool((m := _LABELLED.match(piece.text)) and _CITATION.search(piece.text, m.end()))
    )


def _without_teasers(pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        end = _end_of_teasers(pieces, i)
        if end > i + 1 or (end > i and piece.kind == "heading" and end == len(pieces)):
            i = end
        elif _is_teaser(piece):
            i += 1
        else:
            kept.append(piece)
            i += 1
    return kept


def _end_of_teasers(pieces: Sequence[Piece], start: int) -> int:
    """The index behind a box of teasers that begins here; `start` if none does."""
    piece = pieces[start]
    words = _bare(piece.text)
    if piece.kind not in ("heading", "paragraph") or len(words) > 100 or not _TEASER_HEAD.fullmatch(words):
        return start
    end = start + 1
    while end < len(pieces) and pieces[end].kind != "heading" and _is_short(pieces[end]):
        end += 1
    # A heading over prose is a section of the article.
    prose = end < len(pieces) and pieces[end].kind != "heading"
    return start if prose and (piece.kind == "heading" or end == start + 1) else end


def _is_short(piece: Piece) -> bool:
    """A title rather than a sentence."""
    return piece.kind == "caption" or (
        len(piece.text) < _LONGEST_TEASER
        and (not piece.text.endswith((".", ":", ";")) or bool(_CALL.fullmatch(piece.text)))
    )


def _is_teaser(piece: Piece) -> bool:
    if (
        piece.kind not in ("paragraph", "bullet", "number", "heading")
        or len(piece.text) > _LONGEST_TEASER + 40
    ):
        return False
    return bool(
        _CALL.fullmatch(piece.text) or (piece.kind != "number" and _TEASER_LINE.fullmatch(piece.text))
    )
