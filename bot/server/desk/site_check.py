"""Whether a page of the owner's blog shows the chat: it may, and the widget's line is on it and leads to this server.

The page is fetched as posts are: from public hosts only, with limited size and time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bot.server.guard import allows, origin_of
from ingest.errors import DisallowedByRobots, FetchError, PrivateAddress, SourceError, TryLater
from ingest.fetch import Fetched, Fetcher

if TYPE_CHECKING:
    from ingest.extract import Element

LARGEST = 2 << 20  # bytes of a page
_LINE = "/widget.js"
_POLICY = "content-security-policy"
Get = Callable[[str], Fetched]


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """What was found. text: the key of its sentence. values: of the sentence's slots."""

    is_good: bool
    text: str
    values: Mapping[str, str] = field(default_factory=dict)


def check_site(address: str, origins: Sequence[str], home: str, get: Get) -> SiteVerdict:
    """Look at a page of a blog.

    Args:
        address: As the owner entered it.
        origins: The sites that may show the chat.
        home: This server's address as the owner's browser uses it, with a final slash; "" if that is unknown.
        get: Fetches a page; raises FetchError.
    """
    written = address.strip()
    url = written if "://" in written else f"https://{written}"
    origin = origin_of(url) if written else None
    if origin is None:
        return _bad("bad")
    if not allows(origins, origin):
        return _bad("no", site=origin)
    try:
        page = get(url)
    except FetchError as error:
        return _bad(_unread(error), status=str(error.status or "–"))
    final = origin_of(page.url) or origin
    if not allows(origins, final):
        return _bad("moved", site=final)
    if page.media_type not in ("text/html", "application/xhtml+xml"):
        return _bad("no_page")
    return _line_on(page, final, home)


def fetch_page(allow_private: bool) -> Get:
    """A `get` over the web. allow_private: as the owner's setting has it."""

    def get(url: str) -> Fetched:
        with Fetcher(allow_private=allow_private) as fetcher:
            return fetcher.get(url, largest=LARGEST)

    return get


def _line_on(page: Fetched, origin: str, home: str) -> SiteVerdict:
    from ingest.extract import decode, parse_html, text_of

    try:
        source = decode(page.body, html=True, charset=page.charset)
    except SourceError:
        return _bad("no_page")
    root = parse_html(source)
    scripts = [] if root is None else [*root.iter("script")]
    found = [(one, src) for one in scripts if (src := _source(one))]
    if not found:
        if _LINE not in source:
            return _bad("missing")
        return _bad("as_text" if root is not None and _LINE in text_of(root) else "dead")
    script, src = found[0]
    leads = urljoin(page.url, src).split("?")[0].removesuffix(_LINE[1:])
    if origin_of(leads) == origin and origin_of(home) != origin:
        return _bad("relative", home=home)
    if page.url.startswith("https:") and leads.startswith("http:"):
        return _bad("insecure", leads=leads)
    if (place := script.get("data-inline", "")) and not _has_place(root, place):
        return _bad("no_place", place=place)
    if any(_forbids(policy, script, leads) for policy in _policies(page, root)):
        return _bad("policy", leads=leads)
    if home and leads != home:
        return _bad("elsewhere", leads=leads, home=home)
    return SiteVerdict(True, "settings_site_yes")


def _source(script: Element) -> str:
    """The address of our script in an element; optimisers that load scripts later rename the attribute."""
    for name, value in script.items():
        if name.endswith("src") and urlsplit(value).path.endswith(_LINE):
            return str(value)
    return ""


def _has_place(root: Element, selector: str) -> bool:
    """Whether an element is there for the chat; a selector that is no id cannot be looked up here."""
    if not re.fullmatch(r"#[\w-]+", selector):
        return True
    return any(one.get("id") == selector[1:] for one in root.iter() if isinstance(one.tag, str))


def _policies(page: Fetched, root: Element) -> list[str]:
    in_page = [
        one.get("content", "") for one in root.iter("meta") if one.get("http-equiv", "").lower() == _POLICY
    ]
    return [*page.headers.get(_POLICY, "").split(","), *in_page]


def _forbids(policy: str, script: Element, leads: str) -> bool:
    """Whether a Content-Security-Policy keeps the browser from loading our script, or the chat in its frame."""
    rules: dict[str, list[str]] = {}
    for rule in policy.lower().split(";"):
        name, *sources = rule.split() or [""]
        rules.setdefault(name, sources)
    nonce = f"'nonce-{script.get('nonce', '').lower()}'"

    def allowed(*names: str) -> bool:
        listed = next((rules[name] for name in names if name in rules), None)
        if listed is None or nonce in listed:
            return True
        return any(_matches(source, leads) for source in listed)

    scripts = allowed("script-src-elem", "script-src", "default-src")
    return not (scripts and allowed("frame-src", "child-src", "default-src"))


def _matches(source: str, leads: str) -> bool:
    """Whether a source of a policy covers our address; paths in it are not compared."""
    parts = urlsplit(leads)
    if source in ("*", f"{parts.scheme}:"):
        return True
    host = source.rpartition("://")[2].partition("/")[0].removesuffix(":*")
    place = parts.netloc.lower()
    return host in (place, parts.hostname) or (host.startswith("*.") and place.endswith(host[1:]))


def _unread(error: FetchError) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (PrivateAddress, "private"), (DisallowedByRobots, "robots"), (TryLater, "later"),
    )  # fmt: skip
    by_kind = next((name for kind, name in kinds if isinstance(error, kind)), "unread")
    return {404: "gone", 410: "gone", 401: "refused", 403: "refused", 406: "refused"}.get(
        error.status or 0, by_kind
    )


def _bad(name: str, **values: str) -> SiteVerdict:
    return SiteVerdict(False, f"settings_site_{name}", values)
