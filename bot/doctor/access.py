"""Who reaches the chat, and how: the sites that may show it, and the proxies in front of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from bot.config import BotConfig
from bot.doctor.diagnosis import Diagnosis, named, note, ok

_LOCAL = ("127.0.0.1", "localhost", "::1", "[::1]")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_WIDEST = {4: 8, 6: 16}  # bits: a network of more addresses is hardly one's own


def origins(config: BotConfig) -> Iterator[Diagnosis]:
    """The sites that may show the chat."""
    from bot.server.guard import allows, origin_of

    part, listed = "origins", config.allowed_origins
    if not listed:
        yield note(part, "No site may show the chat; its own page can be used. Name your blog, here or on the desk: "
                   "FOOTNOTE_ALLOWED_ORIGINS=https://www.your-blog.com")  # fmt: skip
        return
    yield ok(part, f"Sites that may show the chat: {named(list(listed))}.")
    followed = [found for one in config.follow if "://" in one and (found := origin_of(one))]
    if left_out := [one for one in followed if not allows(listed, one)]:
        yield note(part, f"The blog that is followed may not show the chat: {named(left_out)}. If it should, add it to "
                   "FOOTNOTE_ALLOWED_ORIGINS, or to the sites on the desk.")  # fmt: skip
    if plain := [one for one in listed if one.startswith("http://") and not _is_local(one)]:
        yield note(
            part,
            f"{named(plain)}: only pages that begin with http:// are meant. If your blog has https, write https:// there.",
        )


def proxy(config: BotConfig, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """The web server in front, if there is one, and a proxy that the environment names for requests of our own."""
    part, trusted = "proxy", config.trusted_proxies
    wide = [one for one in trusted if _is_wide(one)]
    if wide:
        yield note(part, f"{named(wide)}: so many addresses are trusted to say who a reader is that a reader may be among them. Name only "
                   "your own web server in FOOTNOTE_TRUSTED_PROXIES.")  # fmt: skip
    elif trusted:
        yield ok(part, f"Requests from {named(list(trusted))} are taken as those of your own web server.")
    elif config.host in _LOCAL and any(not _is_local(one) for one in config.allowed_origins):
        yield note(part, "Only this machine reaches the server, as it should be behind a web server. If there is one, set "
                   "FOOTNOTE_TRUSTED_PROXIES=127.0.0.1, or all readers count as one.")  # fmt: skip
    else:
        yield ok(part, "No web server in front is expected (FOOTNOTE_TRUSTED_PROXIES).")
    if config.root_path.startswith("http://") and not _is_local(config.root_path):
        yield note(
            part,
            f"FOOTNOTE_ROOT_PATH={config.root_path} is without https: browsers do not show it in a page with https.",
        )
    if set_ := [name for name in _PROXIES if environ.get(name) or environ.get(name.lower())]:
        yield note(
            part,
            f"{named(set_)}: Footnote does not use it. A blog is read directly, so this machine must reach it without a proxy.",
        )


def _is_local(origin: str) -> bool:
    return origin.partition("://")[2].rpartition(":")[0] in _LOCAL or origin.partition("://")[2] in _LOCAL


def _is_wide(network: str) -> bool:
    found = ipaddress.ip_network(network)
    return found.prefixlen < _WIDEST[found.version]
