"""The headers that a response carries, by its path: one small table.

To give a new route a policy of its own, add a line to POLICIES above the one that would match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

STATIC = "/footnote"  # not /static or /assets: those are Gradio's
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Policy:
    """csp: {scripts} and {ancestors} are filled in. shared: which other sites' scripts may read the
    response: those of the owner's list, all, or none. document: a page that a browser shows. cache:
    how long it may be kept; "": as the route says. private: of the owner's desk, which no other site may
    show or send anything to, and no search engine lists. listens: the page may ask for the microphone.
    """

    csp: str
    shared: Literal["listed", "all", "nobody"] = "listed"
    document: bool = False
    cache: str = ""
    private: bool = False
    listens: bool = False


# No eval: it works as long as the window uses no gr.HTML and no js=, which compile strings. Gradio
# sets styles inline everywhere; its inline scripts are allowed one by one, by their hashes.
_WINDOW = (
    "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
)
_EMBED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
_DESK = _WINDOW.replace("{ancestors}", "'none'")
_LOGIN = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_REPORT = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_PREVIEW = _EMBED.replace("form-action 'self'", "form-action 'none'")
_SHARED = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_DATA = "default-src 'none'; frame-ancestors {ancestors}"

_NEVER = "no-store"
_FOREVER = "public, max-age=31536000, immutable"  # its address changes when it does
_KEPT = "private, max-age=31536000, immutable"

POLICIES: tuple[tuple[re.Pattern[str], Policy], ...] = (
    (re.compile("/owner/log(?:in|out)"), Policy(_LOGIN, "nobody", document=True, cache=_NEVER, private=True)),
    (re.compile("/owner/download/.*"), Policy(_REPORT, "nobody", document=True, cache=_NEVER, private=True)),
    (re.compile("/owner/assets/.*"), Policy(_DATA, "nobody", cache=_KEPT, private=True)),
    (re.compile("/owner(?:/.*)?"), Policy(_DESK, "nobody", document=True, cache=_NEVER, private=True)),
    (re.compile("/"), Policy(_WINDOW, document=True, cache=_NEVER, listens=True)),
    (re.compile("/a/.*"), Policy(_SHARED, shared="nobody", document=True, cache=_NEVER)),
    (re.compile("/embed/?"), Policy(_EMBED, shared="nobody", document=True, cache=_NEVER)),
    (re.compile("/embed/preview"), Policy(_PREVIEW, shared="nobody", document=True, cache=_NEVER)),
    (re.compile("/embed/.*"), Policy(_DATA, shared="nobody", cache=_NEVER)),
    (re.compile(r"/(?:widget|widget-panel|widget-agent|element)\.js"), Policy(_DATA, shared="all")),
    (
        re.compile("/api/(?:reingest|feedback|gaps)(?:/.*)?|/metrics"),
        Policy(_DATA, shared="nobody", cache=_NEVER),
    ),  # the owner's
    (re.compile("/(?:api/.*|healthz|v1/.*|mcp/?|ask/?)"), Policy(_DATA, cache=_NEVER)),
    (re.compile(r"/schemamap\.xml|/schema/.*"), Policy(_DATA, shared="all")),
    (re.compile(rf"/openapi\.json|{STATIC}/.*"), Policy(_DATA)),
    # Gradio's built files have a hash in their names, its theme has one in the query. A policy for
    # scripts would only make each of the fifty responses longer.
    (re.compile(r"/assets/[^/]+-[\w-]{8,10}\.(?:js|css)|/theme\.css"), Policy(_DATA, cache=_FOREVER)),
)
_GRADIO = Policy(_WINDOW)  # whatever else there is
_PERMISSIONS = b"camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()"
_LISTENING = _PERMISSIONS.replace(b"microphone=()", b"microphone=(self)")  # asking by voice, on the device


def policy_of(path: str) -> Policy:
    """path: without the part under which a proxy has it."""
    return next((policy for pattern, policy in POLICIES if pattern.fullmatch(path)), _GRADIO)


def content_policy(policy: Policy, ancestors: str, scripts: str = "") -> bytes:
    """The Content-Security-Policy. scripts: sources, each with a space in front."""
    return policy.csp.format(scripts=scripts, ancestors=ancestors).encode()


def secured(
    given: Iterable[tuple[bytes, bytes]],
    policy: Policy,
    *,
    ancestors: str,
    secure: bool,
    inside: bytes,
    status: int = 200,
) -> Headers:
    """A response's headers with those that every one must carry.

    ancestors: frame-ancestors of pages that may be shown elsewhere. secure: the reader came over
    https. inside: the host that the server thinks it has, which no redirect needs to name. status: an
    error is not kept by anybody.
    """
    framed = policy.document and not policy.private and ancestors != "'self'"
    everywhere = policy.shared == "all" or framed
    added = {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
        b"permissions-policy": _LISTENING if policy.listens else _PERMISSIONS,
        b"cross-origin-resource-policy": b"cross-origin" if everywhere else b"same-origin",
        b"content-security-policy": content_policy(policy, ancestors),
    }
    if policy.document and secure:  # elsewhere browsers ignore it, and complain
        added[b"cross-origin-opener-policy"] = b"same-origin"
    if kept_for := _NEVER if status >= 400 else policy.cache:
        added[b"cache-control"] = kept_for.encode()
    if policy.private:
        added[b"x-robots-tag"] = b"noindex"
    if policy.shared == "all":
        added[b"access-control-allow-origin"] = b"*"
    kept = [(k.lower(), v) for k, v in given]
    if any(k == b"content-security-policy" for k, _ in kept):  # the page has made its own
        del added[b"content-security-policy"]
    kept = [(k, _path_only(v, inside) if k == b"location" else v) for k, v in kept]
    kept = [(k, v) for k, v in kept if k not in added and k != b"x-frame-options"]
    if policy.shared == "listed":
        kept = _varying(kept)
    return [*kept, *added.items()]


def _varying(headers: Headers) -> Headers:
    """Vary names Origin, for caches, also where this time no origin was given."""
    values = [v for k, v in headers if k == b"vary"]
    names = [name.strip() for value in values for name in value.split(b",") if name.strip()]
    if b"origin" not in [name.lower() for name in names]:
        names.append(b"Origin")
    return [*((k, v) for k, v in headers if k != b"vary"), (b"vary", b", ".join(names))]


def _path_only(location: bytes, inside: bytes) -> bytes:
    """A redirect to ourselves without scheme and host: behind a proxy they may not be what the reader sees."""
    scheme, separator, rest = location.partition(b"://")
    host, slash, path = rest.partition(b"/")
    ours = separator and scheme in (b"http", b"https") and inside and host == inside
    return slash + path or b"/" if ours else location
