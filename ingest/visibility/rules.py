"""Why a post is hidden, by its fields, its dates and its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

from ingest.visibility.dates import is_past, moments
from ingest.visibility.signs import (
    CONTAINERS,
    DATED_FILE,
    DRAFT,
    DRAFT_FILE,
    DRAFT_TITLE,
    EXPIRED,
    EXPIRY_DATES,
    FALSE,
    FOLDERS,
    HIDDEN_IF_FALSE,
    HIDDEN_IF_TRUE,
    HIDDEN_STATES,
    HIDDEN_TAGS,
    LATER,
    LOOSE_STATES,
    NO_INDEX,
    NOTHING,
    PASSWORD,
    PROTECTED,
    PUBLIC_STATES,
    PUBLISH_DATES,
    STATES,
    TRUE,
    UNDATED,
    UNPUBLISHED,
)

_LONGEST = 300  # letters of a value that is looked at
_DEEPEST = 3


def hidden_because(
    fields: Mapping[str, object], path: str = "", now: datetime | None = None, *, remedy: str = ""
) -> str | None:
    """Why a post may not be shown to the public; None if nothing says so.

    Args:
        fields: what the post states of itself, by name: front matter, fields of an export, meta tags.
        path: its path inside the source, with slashes; "" if it has none.
        now: the present moment, with its zone.
        remedy: what the owner can do about a status that is not known, for the report. `public: true`
            overrides such a status, and no other sign.

    Returns:
        A few words for the report, such as "it is a draft".
    """
    moment = now or datetime.now(UTC)
    if path and (reason := _by_path(PurePosixPath(path), moment)):
        return reason
    stated = list(_flat(fields))
    is_public = any(name == "public" and _truth(value) for name, value in stated)
    for name, value in stated:
        reason = _by_field(name, value, moment)
        if reason and name in STATES and reason == _unknown_status(_word(value)):
            if is_public:
                continue
            reason += remedy
        if reason:
            return reason
    return None


def visible_until(fields: Mapping[str, object], now: datetime | None = None) -> datetime | None:
    """When a post that is visible expires; None if it does not."""
    moment = now or datetime.now(UTC)
    dates = [
        each
        for name, value in _flat(fields)
        if name in EXPIRY_DATES
        for each in moments(value)
        if not is_past(each, moment)
    ]
    return min(dates, key=lambda each: each.replace(tzinfo=None), default=None)


def _flat(fields: Mapping[str, object], inside: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Names in lower case, without separators and prefix, with their values; lists taken apart."""
    for key, value in fields.items():
        name = _name(str(key))
        if isinstance(value, Mapping):
            if depth < _DEEPEST and name in CONTAINERS:
                yield from _flat(value, name, depth + 1)
            elif name in ("build", "sitemap", "robots", "status", "visibility") and depth < _DEEPEST:
                yield from _nested(name, value)
        elif name == "exclude" and inside == "search":
            yield "searchexclude", value
        elif isinstance(value, list | tuple):
            if name in ("tags", "tag", "keywords", "categories", "category") or name in STATES:
                yield from ((name, each) for each in value[:50])
            elif len(value) == 1:
                yield name, value[0]
        else:
            yield name, value


def _nested(name: str, inner: Mapping[object, object]) -> Iterator[tuple[str, object]]:
    """What `build: {render: never}` and the like mean, as plain fields."""
    values = {_name(str(key)): value for key, value in inner.items()}
    if name == "build":
        if _word(values.get("render")) in ("never", "false", "link"):
            yield "render", False
        if _word(values.get("list")) in ("never", "false"):
            yield "listed", False
    elif name == "robots":
        yield from (("robotsindex", values["index"]) for _ in range("index" in values))
        yield from (("noindex", values["noindex"]) for _ in range("noindex" in values))
    elif name == "sitemap":
        if any(_truth(values.get(key)) for key in ("disable", "exclude", "ignore")):
            yield "noindex", True
    else:
        yield from (("status", values[key]) for key in ("name", "value", "slug", "type") if key in values)


def _name(key: str) -> str:
    """`wp:post_status`, `postStatus` and `Post-Status` are one name; so are `isDraft` and `draft`."""
    name = re.sub(r"[\W_]", "", key.rpartition(":")[2] or key).lower()
    return name.removeprefix("is") if name.startswith("is") and len(name) > 4 else name


def _by_field(name: str, value: object, now: datetime) -> str | None:
    text = _word(value)
    if name in ("robots", "googlebot"):
        return _by_robots(text, now)
    if text in NOTHING:
        return None
    if name in PUBLISH_DATES and (reason := _by_publish_date(value, text, now)):
        return reason
    if name in EXPIRY_DATES:
        return _by_expiry(name, value, text, now)
    if name in PROTECTED:
        return None if _truth(value) is False and text != "0" else PASSWORD
    if name in HIDDEN_IF_TRUE and (name not in PUBLISH_DATES or _truth(value) is not None):
        return _by_flag(name, value, text)
    if name in HIDDEN_IF_FALSE:
        state = HIDDEN_STATES.get(_squeezed(text))
        return HIDDEN_IF_FALSE[name] if _truth(value) is False else state
    if name in STATES:
        return _by_state(value, text)
    if name in LOOSE_STATES:
        return _by_loose_state(name, text)
    if name in ("tags", "tag", "keywords", "categories", "category"):
        tags = {_squeezed(each) for each in text.split(",")}
        return f"it is tagged “{text[:40]}”" if tags & HIDDEN_TAGS else None
    return DRAFT if name == "title" and DRAFT_TITLE.match(str(value)[:_LONGEST]) else None


def _by_flag(name: str, value: object, text: str) -> str | None:
    """A field such as `draft`. What is neither yes nor no is unclear, but for `hide: navigation`."""
    truth = _truth(value)
    if truth is False or (truth is None and _squeezed(text) in PUBLIC_STATES):
        return None
    if truth is None and name in ("hide", "hidden", "membership", "archived", "internal", "personal"):
        return HIDDEN_STATES.get(_squeezed(text))
    return HIDDEN_IF_TRUE[name]


def _by_state(value: object, text: str) -> str | None:
    """A field such as `status`: a word of the table, or else a value that does not say "published"."""
    if (truth := _truth(value)) is not None:
        return None if truth else UNPUBLISHED
    whole = _squeezed(text)
    words = [word for word in re.split(r"[\s\W_]+", text) if word] or [whole]
    if whole in HIDDEN_STATES:
        return HIDDEN_STATES[whole]
    if whole in PUBLIC_STATES:
        return None
    if hidden := next((HIDDEN_STATES[word] for word in words if word in HIDDEN_STATES), None):
        return hidden
    negated = any(word in ("not", "no", "never", "dont", "un", "isnt", "pre") for word in words)
    if not negated and any(word in PUBLIC_STATES for word in words):
        return None
    return _unknown_status(text)


def _unknown_status(text: str) -> str:
    return f"its status is “{text[:40]}”, so it is not published"


def _by_loose_state(name: str, text: str) -> str | None:
    """A field that may mean something else: only a value of the table hides."""
    word = _squeezed(text)
    if name in ("type", "kind", "layout") and word not in ("draft", "drafts", "private", "revision"):
        return None
    return HIDDEN_STATES.get(word)


def _by_robots(text: str, now: datetime) -> str | None:
    """Of a robots meta tag or header: noindex, none, or a date after which a page is gone."""
    if "noindex" in text or re.search(r"(?:^|,)\s*(?:[\w-]*bot\s*:\s*)?none\s*(?:,|$)", text):
        return NO_INDEX
    found = re.search(r"unavailable_after\s*:\s*([^;]+)", text)
    return _by_expiry("unavailableafter", found[1], found[1], now) if found else None


def _by_publish_date(value: object, text: str, now: datetime) -> str | None:
    if text in UNDATED:
        return LATER
    if isinstance(value, bool) or any(is_past(each, now) for each in (moments(value) or (now,))):
        return None
    return f"{LATER} ({min(moments(value)).date().isoformat()})"


def _by_expiry(name: str, value: object, text: str, now: datetime) -> str | None:
    if _truth(value) is False or text in ("forever", "infinite", "indefinite", "false", "always"):
        return None
    dates = moments(value)
    if any(is_past(each, now) for each in dates):
        return f"{EXPIRED} ({min(dates).date().isoformat()})"
    return None if dates else f"its “{name}: {text[:40]}” is no date, so it may have expired"


def _by_path(path: PurePosixPath, now: datetime) -> str | None:
    """By the names of the folders that a file lies in, and its own."""
    for folder in path.parts[:-1]:
        if reason := FOLDERS.get(_squeezed(folder.lower())):
            return f"{reason}: it lies in {folder}/"
    stem = path.stem
    if DRAFT_FILE.fullmatch(stem):
        return DRAFT
    if stem.startswith("_") and stem.lower() not in ("_index", "_intro"):
        return f"{UNPUBLISHED}: its name begins with “_”"
    if found := DATED_FILE.match(stem):
        return _by_publish_date(found[0].rstrip("-"), "", now)
    return None


def _word(value: object) -> str:
    """A value as one line in lower case; "" for what holds more."""
    if isinstance(value, Mapping | list | tuple | set) or value is None:
        return ""
    text = " ".join(str(value)[:_LONGEST].split()).strip("\"'“”‘’ ").lower()
    return text.replace("\ufe0f", "")


def _squeezed(text: str) -> str:
    """Without separators: "Members only" and "members-only" are one word."""
    return re.sub(r"[\s\-_./#]+", "", text)


def _truth(value: object) -> bool | None:
    """Yes or no, None if it is neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    text = _word(value)
    return True if text in TRUE else False if text in FALSE else None
