"""Front matter: the metadata at the top of a Markdown file, in the dialects of site generators.

YAML between `---`, TOML between `+++`, a JSON object, JSON or YAML that only a last fence closes
(Hexo), `Key: value` lines up to an empty line (Pelican, MultiMarkdown, Nikola). YAML is read as
plain strings: it would otherwise make True of a title "Yes" and 750 of "12:30". What a strict
parser refuses is read line by line, since an unreadable line must not cost the post.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Fields = dict[str, Any]

_CLOSING = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.M),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.M),
    ";;;": re.compile(r"^;;;[ \t]*$", re.M),
}
_KEY = re.compile(r"\s*(?:#|[\w\"'-][\w \"'.-]*\s*[:=](?:\s|$))")
_FIELD_LINE = re.compile(r"[\"']?(\w[\w .-]{0,40}?)[\"']?[ \t]*[:=](?:[ \t]+(.*)|[ \t]*)$")
_ITEM_LINE = re.compile(r"[ \t]*-[ \t]+(.*)$")
_LONGEST = 64 * 1024
# A file without a fence has front matter only if its first line's key is one of these.
_KNOWN = frozenset(
    "title slug date updated modified author authors tags tag keywords category categories status draft published"
    " summary description lang layout permalink template series".split()
)


def split_front_matter(source: str) -> tuple[Fields, str]:
    """The fields (names in lower case, TAB and quotes gone), and the text below them.

    A document may also open with a thematic break: text below `---` is front matter only if its
    first line reads like `name: …`. Never raises.
    """
    opening, _, after = source.partition("\n")
    fence = opening.rstrip()
    if fence in _CLOSING:
        return _fenced(fence, after, source)
    if fence.startswith("{") and not fence.startswith(("{%", "{{", "{#", "{:", "{/")):
        return _json_first(source)
    return _unfenced(source)


def _fenced(fence: str, after: str, source: str) -> tuple[Fields, str]:
    closing = _CLOSING[fence].search(after[:_LONGEST])
    if closing is None:
        # Never closed: its lines up to the first empty one are still no text for readers.
        fields, rest = _leading_lines(after)
        return (fields, rest) if len(fields) > 1 or set(fields) & _KNOWN else ({}, source)
    inside, rest = after[: closing.start()], after[closing.end() :]
    if inside.strip() and not (_KEY.match(inside.lstrip("\n")) or inside.lstrip().startswith("{")):
        fields, left = _leading_lines(inside)
        if left.strip() or not fields.keys() & _KNOWN:
            return {}, source
    return _parsed(fence, inside), rest


def _parsed(fence: str, inside: str) -> Fields:
    if inside.lstrip().startswith("{"):
        found = _json(inside)
    elif fence == ";;;":
        found = _json(f"{{{inside}}}")
    else:
        found = _toml(inside) if fence == "+++" else _yaml(inside)
    return _named(_by_line(inside) if found is None else found)


def _named(fields: Mapping[Any, Any]) -> Fields:
    return {str(name).strip().lower(): value for name, value in fields.items()}


def _json_first(source: str) -> tuple[Fields, str]:
    """Hugo's third kind: the file begins with a JSON object."""
    head = source[:_LONGEST]
    try:
        found, end = json.JSONDecoder(strict=False).raw_decode(head)
    except (ValueError, RecursionError):
        closing = re.search(r"^\}[ \t]*$", head, re.M)
        if closing is None or not re.match(r"\{\s*\"?[\w-]+\"?\s*:", head):
            return {}, source
        inside = "\n".join(line.strip().rstrip(",") for line in head[1 : closing.start()].split("\n"))
        found, end = _by_line(inside), closing.end()
    if not isinstance(found, dict) or not found:
        return {}, source
    rest = source[end:]
    closed = re.match(r"[ \t]*\n(?:---|;;;)[ \t]*(?:\n|$)", rest)
    return _named(found), rest[closed.end() :] if closed else rest


def _unfenced(source: str) -> tuple[Fields, str]:
    """Without a first fence: a last one closes it (Hexo), or an empty line (Pelican, MultiMarkdown)."""
    first = _FIELD_LINE.match(source.partition("\n")[0].strip())
    if first is None or first[1].strip().lower() not in _KNOWN:
        return {}, source
    quoted = source.lstrip().startswith('"')  # Hexo's JSON
    closing = _CLOSING[";;;" if quoted else "---"].search(source[:_LONGEST])
    if closing is not None:
        inside = source[: closing.start()]
        if quoted:
            return _parsed(";;;", inside), source[closing.end() :]
        if not re.search(r"\n[ \t]*\n[ \t]*[^\s#-]", inside.rstrip()) or _is_yaml_map(inside):
            return _parsed("---", inside), source[closing.end() :]
    fields, rest = _leading_lines(source)
    return (fields, rest) if len(fields) > 1 else ({}, source)


def _is_yaml_map(inside: str) -> bool:
    found = _yaml(inside)
    return found is not None and set(map(str, found)) & _KNOWN != set()


def _leading_lines(text: str) -> tuple[Fields, str]:
    """The fields of the lines before the first empty one, and the rest; {} if other lines are among them."""
    head, _, rest = text.lstrip("\n").partition("\n\n")
    lines = head.split("\n")
    if not all(_FIELD_LINE.match(line) or line[:1] in ("", " ", "\t", "-", "#") for line in lines):
        return {}, text
    return _named(_by_line(head)), rest


def _yaml(inside: str) -> Fields | None:
    import yaml

    # YAML 1.2 allows a TAB after the colon, the parser does not.
    text = re.sub(r"(?<=[:\-])\t[ \t]*", " ", inside.expandtabs(2) if "\n\t" in inside else inside)
    try:
        # BaseLoader makes nothing but strings, lists and dictionaries: safer yet than SafeLoader.
        fields = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(fields, dict):
        return {} if not inside.strip() or fields in ("", None) else None
    return fields


def _toml(inside: str) -> Fields | None:
    import tomllib

    try:
        return tomllib.loads(inside)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None


def _json(inside: str) -> Fields | None:
    try:
        found = json.loads(inside, strict=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _by_line(inside: str) -> Fields:
    """`key: value` lines, and `- item` lines as the list of the key above; anything else is passed over."""
    fields: Fields = {}
    last = ""
    for line in inside.split("\n"):
        if m := _FIELD_LINE.match(line.rstrip()):
            last = m[1].strip()
            value = (m[2] or "").strip().rstrip(",").strip()
            fields[last] = value[1:-1] if len(value) > 1 and value[0] == value[-1] in "\"'" else value
        elif last and (item := _ITEM_LINE.match(line)):
            if not isinstance(fields[last], list):
                fields[last] = []
            fields[last].append(item[1].strip().strip("\"'"))
    return fields
