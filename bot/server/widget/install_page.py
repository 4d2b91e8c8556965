"""GET /embed: the owner's page with the line to paste, a preview, and where to put the line.

It works without script: the options are a form that the server reads. `install_line` writes the line
for the page, its script and the preview.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from bot.server.guard.headers import STATIC
from bot.server.guard.origins import allows, origin_of, server_address
from bot.server.window import CODES

if TYPE_CHECKING:
    from bot.config import BotConfig

FILES = Path(__file__).parents[2] / "static" / "widget" / "embed"
DEFAULT_OFFSET = 20  # pixels between the button and the bottom of the window
PLACE = "footnote"  # id of the element that holds the chat when it does not float
COLOURS = {
    "#0d5c63": "Teal", "#1f4e9c": "Blue", "#5b3a8e": "Violet", "#a2472c": "Clay", "#2f6b3a": "Green", "#22201c": "Ink",
}  # fmt: skip
_LANGUAGES = {
    "": "the blog's own", "en": "English", "es": "Español", "de": "Deutsch", "fr": "Français", "it": "Italiano",
    "pt": "Português",
}  # fmt: skip
_NAMED = "your-footnote-server"
_BLOG = "https://www.your-blog.com"
# Asks Autoptimize, LiteSpeed, WP Rocket, Cloudflare and their like to leave the line as it is.
_UNTOUCHED = 'data-no-optimize="1" data-no-minify="1" data-cfasync="false" nowprocket'


@dataclass(frozen=True, slots=True)
class Options:
    """The owner's options; each is an attribute data-NAME of the script, left out where it has its default."""

    title: str = ""
    greeting: str = ""
    colour: str = ""
    position: str = ""
    offset: str = ""
    theme: str = ""
    lang: str = ""
    inline: bool = False

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Options:
        """From a form or a query; invalid values count as missing."""
        colour = fields.get("colour", "").lower()
        return cls(
            title=_one_line(fields.get("title", ""), 60),
            greeting=_one_line(fields.get("greeting", ""), 200),
            colour=colour if re.fullmatch("#[0-9a-f]{6}", colour) and colour != next(iter(COLOURS)) else "",
            position="left" if fields.get("position") == "left" else "",
            offset=f"{pixels}px" if (pixels := _pixels(fields.get("offset", ""))) else "",
            theme=fields["theme"] if fields.get("theme") in ("light", "dark") else "",
            lang=fields["lang"] if fields.get("lang") in CODES else "",
            inline=fields.get("place") == "inline",
        )


def install_line(address: str, options: Options) -> str:
    """The line to paste. address: of this server, with a final slash."""
    values = {
        "title": options.title, "greeting": options.greeting, "colour": options.colour, "position": options.position,
        "offset": options.offset, "theme": options.theme, "lang": options.lang, "inline": f"#{PLACE}" if options.inline else "",
    }  # fmt: skip
    if options.inline:
        values["position"] = values["offset"] = ""
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in values.items() if value)
    script = f'<script src="{escape(address)}widget.js"{attributes} {_UNTOUCHED} defer></script>'
    # The element has the chat's height, so that nothing moves when the chat appears.
    return f'<div id="{PLACE}" style="min-height:640px"></div>\n{script}' if options.inline else script


def add_install_page(app: FastAPI, current: Callable[[], BotConfig]) -> None:
    """Serve /embed, its line and its preview. Add these routes before the catch-all route."""

    @app.get("/embed")
    async def page(request: Request) -> Response:
        """A page that makes the line for the owner's blog."""
        config = current()
        nlweb = "nlweb" in config.protocols
        return HTMLResponse(_page(request, config.allowed_origins, config.title, nlweb=nlweb))

    @app.get("/embed/line", include_in_schema=False)
    async def copied_line(request: Request) -> Response:
        address = server_address(request) or f"https://{_NAMED}/"
        return PlainTextResponse(install_line(address, Options.read(request.query_params)))

    @app.get("/embed/preview", include_in_schema=False)
    async def preview(request: Request) -> Response:
        root = f"{request.scope.get('root_path', '')}/"
        # From this server's root: the page's policy lets it load nothing else.
        tag = install_line(root, Options.read(request.query_params))
        place, _, script = tag.rpartition("\n")
        return HTMLResponse(
            _template("preview").substitute(
                place=place, script=script, files=f"{root[:-1]}{STATIC}/widget/embed"
            )
        )


def check_blog(blog: str, origins: tuple[str, ...], address: str) -> tuple[bool, str]:
    """Whether a blog may show the chat, and HTML that explains the result."""
    origin = origin_of(blog if "://" in blog else f"https://{blog}")
    if origin is None or urlsplit(origin).scheme not in ("http", "https"):
        return False, f"This is no address of a site. Write it like <code>{_BLOG}</code>."
    shown = f"<strong>{escape(origin)}</strong>"
    if not allows(origins, origin) and origin != origin_of(address):
        setting = " ".join([*origins, origin])
        return False, (
            f"{shown} may not show the chat yet. Set this, and start Footnote again:"
            f'<pre><code>FOOTNOTE_ALLOWED_ORIGINS="{escape(setting)}"</code></pre>'
            f"<p>{_www_hint(origin)}</p>"
        )
    if origin.startswith("https:") and address.startswith("http:"):
        return False, (
            f"{shown} is on the list, but it is an https site and this chat is served over plain http: browsers "
            "refuse to mix them. Give Footnote an https address first."
        )
    return True, f"{shown} may show the chat. {_www_hint(origin)}"


def address_warnings(address: str) -> list[str]:
    """Why readers elsewhere could not use this address, as HTML."""
    if not address:
        return [
            "The address under which you opened this page cannot be read, so the line below names none. Put in your own."
        ]
    parts = urlsplit(address)
    if _is_private_host(parts.hostname or ""):
        return [
            f"You opened this page at <strong>{escape(parts.netloc)}</strong>. Only this computer or network can reach "
            "that: your readers cannot. Put Footnote on a server with an https address, open this page there, and "
            "copy the line then. (For a try with a blog on this very machine it will do.)"
        ]
    if parts.scheme == "http":
        return [
            "This page came over plain http. A blog on https can show nothing that comes over http: give Footnote an "
            "https address (and, if there is a proxy in front of it, name the proxy in "
            "<code>FOOTNOTE_TRUSTED_PROXIES</code>), then copy the line."
        ]
    return []


def wix_frame_origin(blog: str) -> str:
    """The origin from which Wix serves the HTML elements of a site, as seen on published sites.

    Wix documents that the element is a sandboxed frame without access to the page
    (https://dev.wix.com/docs/velo/api-reference/$w/html-component/introduction), but not its origin. Published
    sites name the address in their own data, as staticHTMLComponentUrl: the site's host with dashes for dots, so
    https://www-your-blog-com-mx.filesusr.com for www.your-blog.com.mx, and https://NAME-wixsite-com.filesusr.com for
    a free site. Some old sites have usrfiles.com or a number as name; hence the page mentions the log.
    """
    return f"https://{(urlsplit(blog).hostname or '').replace('.', '-')}.filesusr.com"


def _wix_setting(blog: str, origins: tuple[str, ...]) -> str:
    """The value of FOOTNOTE_ALLOWED_ORIGINS for an HTML element on that site, or on an example site."""
    origin = origin_of(blog if "://" in blog else f"https://{blog}") if blog else None
    site = origin if origin and not _is_private_host(urlsplit(origin).hostname or "") else _BLOG
    return " ".join(dict.fromkeys([*origins, site, wix_frame_origin(site)]))


def _is_private_host(host: str) -> bool:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".test"))
    return not number.is_global


def _www_hint(origin: str) -> str:
    """A hint that the same site with or without www is another origin."""
    scheme, _, place = origin.partition("://")
    if place.count(".") == 1:
        other = f"{scheme}://www.{place}"
    elif place.startswith("www."):
        other = f"{scheme}://{place.removeprefix('www.')}"
    else:
        return ""
    return f"If readers also come by <code>{escape(other)}</code>, that has to be on the list, too."


def _page(request: Request, origins: tuple[str, ...], title: str, *, nlweb: bool) -> str:
    """title: of the chat if the owner enters none. nlweb: programs may ask here."""
    fields = request.query_params
    options = Options.read(fields)
    found = server_address(request)
    address = found or f"https://{_NAMED}/"
    blog = _one_line(fields.get("blog", ""), 300)
    is_allowed, explanation = check_blog(blog, origins, address) if blog else (False, "")
    root = f"{request.scope.get('root_path', '')}/"
    return _template("page").substitute(
        root=escape(root), nlweb=f'<link rel="nlweb" href="{escape(root)}ask">' if nlweb else "",
        files=escape(f"{root[:-1]}{STATIC}/widget/embed"),
        warnings="".join(f'<p class="warning"><strong>Before you go on.</strong> {w}</p>' for w in address_warnings(found)),
        line=escape(install_line(address, options)),
        element=escape(f"{address}element.js"), wix_setting=escape(_wix_setting(blog, origins)),
        query=escape(request.url.query),
        default_title=escape(title), title=escape(options.title), greeting=escape(options.greeting), colour=options.colour or next(iter(COLOURS)),
        colours="".join(_swatch(code, name, options) for code, name in COLOURS.items()),
        offset=options.offset.removesuffix("px"), default_offset=DEFAULT_OFFSET,
        right=_checked(options.position == ""), left=_checked(options.position == "left"),
        auto=_selected(options.theme == ""), light=_selected(options.theme == "light"), dark=_selected(options.theme == "dark"),
        languages="".join(
            f'<option value="{code}"{_selected(options.lang == code)}>{name}</option>' for code, name in _LANGUAGES.items()
        ),
        floating=_checked(not options.inline), inline=_checked(options.inline),
        blog=escape(blog), verdict_class="good" if is_allowed else "bad", verdict=explanation,
        shown="" if explanation else "hidden",
        allowed=", ".join(f"<code>{escape(one)}</code>" for one in origins) or "none yet",
    )  # fmt: skip


def _swatch(code: str, name: str, options: Options) -> str:
    checked = _checked((options.colour or next(iter(COLOURS))) == code)
    number = list(COLOURS).index(code)
    return (
        f'<label class="swatch c{number}"><input type="radio" name="colour" value="{code}"{checked}>'
        f"<span>{name}</span></label>"
    )


def _checked(yes: bool) -> str:
    return " checked" if yes else ""


def _selected(yes: bool) -> str:
    return " selected" if yes else ""


def _pixels(text: str) -> int:
    """A distance from the bottom, or 0 for the default and for what is no sensible number."""
    number = text.strip().removesuffix("px").strip()
    return int(number) if re.fullmatch("[0-9]{1,3}", number) and int(number) != DEFAULT_OFFSET else 0


def _one_line(text: str, max_length: int) -> str:
    return " ".join(text.split())[:max_length]


@cache
def _template(name: str) -> Template:
    return Template((FILES / f"{name}.html").read_text(encoding="utf-8"))
