"""Signs in the first lines of a text, outside front matter: as Notion, Nikola, Org and others export them.

Such a line may as well be prose ("Status: healthy"), so only plain words count: a known state of a draft, or
a plain yes or no.
"""

from __future__ import annotations

import re

from ingest.visibility.signs import FALSE, TRUE

_LINE = re.compile(
    r"\s*(?:\.\.|#\+|<!--|//|%|@|[-*>])?\s*[*_]{0,2}([a-z][\w-]{1,20}(?: [a-z]{1,12})?)[*_]{0,2}\s?[:=]\s*[*_]{0,2}\s*"
    r"([^\s:].{0,30}?)\s*(?:-->)?\s*",
    re.I,
)
_LINES = 20
_STATES = frozenset("status state visibility privacy audience".split())
_FLAGS = frozenset("draft isdraft private unlisted published ispublished publish public password".split())
_SHORT = {"t": "true", "✅": "true", "☑": "true", "nil": "false", "❌": "false", "☐": "false"}


def signs_in(text: str) -> dict[str, object]:
    """The fields in the first lines of a text that may say that it is not public."""
    signs: dict[str, object] = {}
    lines = [line for line in text[:4000].splitlines() if line.strip()][:_LINES]
    for line in lines:
        if len(line) > 80 or not (found := _LINE.fullmatch(line)):
            continue
        name = re.sub(r"[\W_]", "", found[1]).lower()
        value = _SHORT.get(found[2].lower(), found[2].lower())
        if name in _STATES:
            signs.setdefault("state", value)  # of which only words of the table hide
        elif name in _FLAGS and value in TRUE | FALSE:
            signs.setdefault(name, value)
    return signs
