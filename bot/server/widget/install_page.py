"""GET /embed: a page for the blog's owner: the line to paste, how it will look, and where to put it.

It works without script: the choices are a form that the server reads; the script only spares the
pressing of a button. There is one place that writes the line (`line`), for page, script and preview.

What this file does not know: what the widget does (static/widget.js), and who may show the chat
(origins.py decides, guard.py enforces).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
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
from bot.server.guard.origins import allows, origin_of
from bot.server.window.translations import CODES

if TYPE_CHECKING:
    from bot.config import BotConfig

FILES = Path(__file__).parents[2] / "static" / "widget" / "embed"
PLACE = "footnote"  # id of the element that the chat is put into, if it is not to float
COLOURS = {
    "#0d5c63": "Teal", "#1f4e9c": "Blue", "#5b3a8e": "Violet", "#a2472c": "Clay", "#2f6b3a": "Green", "#22201c": "Ink",
}  # fmt: skip
_LANGUAGES = {
    "": "the blog's own", "en": "English", "es": "Español", "de": "Deutsch", "fr": "Français", "it": "Italiano",
    "pt": "Português",
}  # fmt: skip
_NAMED = "your-footnote-server"
_BLOG = "https://www.your-blog.com"


@dataclass(frozen=True, slots=True)
class Choice:
    """What an owner may choose; each is the script's attribute data-NAME, left out where it is the default."""

    title: str = ""
    greeting: str = ""
    colour: str = ""
    position: str = ""
    theme: str = ""
    lang: str = ""
    inline: bool = False

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Choice:
        """From a form or an address; what cannot be is as if it were not given."""
        colour = given.get("colour", "").lower()
        return cls(
            title=_text(given.get("title", ""), 60),
            greeting=_text(given.get("greeting", ""), 200),
            colour=colour if re.fullmatch("#[0-9a-f]{6}", colour) and colour != next(iter(COLOURS)) else "",
            position="left" if given.get("position") == "left" else "",
            theme=given["theme"] if given.get("theme") in ("light", "dark") else "",
            lang=given["lang"] if given.get("lang") in CODES else "",
            inline=given.get("place") == "inline",
        )


def line(address: str, choice: Choice) -> str:
    """What is to be pasted. address: of this server, with a slash at its end."""
    told = {
        "title": choice.title, "greeting": choice.greeting, "colour": choice.colour, "position": choice.position,
        "theme": choice.theme, "lang": choice.lang, "inline": f"#{PLACE}" if choice.inline else "",
    }  # fmt: skip
    if choice.inline:
        told["position"] = ""
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in told.items() if value)
    script = f'<script src="{escape(address)}widget.js"{attributes} defer></script>'
    # The place is as high as the chat will be, so that nothing moves when it comes.
    return f'<div id="{PLACE}" style="min-height:640px"></div>\n{script}' if choice.inline else script


def address_of(request: Request) -> str | None:
    """This server's address as the reader's browser has it, or None if what it says is no address."""
    base = str(request.base_url)
    origin = origin_of(base)
    path = urlsplit(base).path
    if origin is None or not re.fullmatch(r"[A-Za-z0-9._~/-]*", path):
        return None
    return f"{origin}{path.rstrip('/')}/"


def add_embed_page(app: FastAPI, config: BotConfig) -> None:
    """Serve /embed, and the two things it is made of. Must come before what answers all the rest."""

    @app.get("/embed", include_in_schema=False)
    async def page(request: Request) -> Response:
        return HTMLResponse(_page(request, config.allowed_origins, config.title))

    @app.get("/embed/line", include_in_schema=False)
    async def written(request: Request) -> Response:
        address = address_of(request) or f"https://{_NAMED}/"
        return PlainTextResponse(line(address, Choice.read(request.query_params)))

    @app.get("/embed/preview", include_in_schema=False)
    async def preview(request: Request) -> Response:
        root = f"{request.scope.get('root_path', '')}/"
        # From our own root, whatever the address: the page's policy lets it load nothing else.
        tag = line(root, Choice.read(request.query_params))
        place, _, script = tag.rpartition("\n")
        return HTMLResponse(
            _template("preview").substitute(
                place=place, script=script, files=f"{root[:-1]}{STATIC}/widget/embed"
            )
        )


# --- what the page says


def verdict(blog: str, origins: tuple[str, ...], address: str) -> tuple[bool, str]:
    """Whether a blog may show the chat, and HTML that says so, or what to do."""
    said = blog if "://" in blog else f"https://{blog}"
    origin = origin_of(said)
    if origin is None or urlsplit(origin).scheme not in ("http", "https"):
        return False, f"This is no address of a site. Write it like <code>{_BLOG}</code>."
    shown = f"<strong>{escape(origin)}</strong>"
    if not allows(origins, origin) and origin != origin_of(address):
        setting = " ".join([*origins, origin])
        return False, (
            f"{shown} may not show the chat yet. Set this, and start Footnote again:"
            f'<pre><code>FOOTNOTE_ALLOWED_ORIGINS="{escape(setting)}"</code></pre>'
            f"<p>{_twin(origin)}</p>"
        )
    if origin.startswith("https:") and address.startswith("http:"):
        return False, (
            f"{shown} is on the list, but it is an https site and this chat is served over plain http: browsers "
            "refuse to mix them. Give Footnote an https address first."
        )
    return True, f"{shown} may show the chat. {_twin(origin)}"


def warnings(address: str | None) -> list[str]:
    """What is wrong with this address for readers elsewhere, as HTML."""
    if address is None:
        return [
            "The address under which you opened this page cannot be read, so the line below names none. Put in your own."
        ]
    parts = urlsplit(address)
    if _only_here(parts.hostname or ""):
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


def wix_frames(blog: str) -> str:
    """The origin that Wix serves the HTML elements of a site from, as far as can be told from outside.

    Wix says that the element is a sandboxed frame that does not reach the page
    (https://dev.wix.com/docs/velo/api-reference/$w/html-component/introduction), and not where it comes from. Published
    sites name the address in their own data, as staticHTMLComponentUrl: the site's host with dashes for dots, so
    https://www-your-blog-com-mx.filesusr.com for www.your-blog.com.mx, and https://NAME-wixsite-com.filesusr.com for
    a free site. Some old sites have usrfiles.com, some a number for a name: hence the page tells of the log.
    """
    return f"https://{(urlsplit(blog).hostname or '').replace('.', '-')}.filesusr.com"


def _wix_setting(blog: str, origins: tuple[str, ...]) -> str:
    """What FOOTNOTE_ALLOWED_ORIGINS has to be for an HTML element on that site, or on an example of one."""
    origin = origin_of(blog if "://" in blog else f"https://{blog}") if blog else None
    named = origin if origin and not _only_here(urlsplit(origin).hostname or "") else _BLOG
    return " ".join(dict.fromkeys([*origins, named, wix_frames(named)]))


def _only_here(host: str) -> bool:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".test"))
    return not number.is_global


def _twin(origin: str) -> str:
    """The same site with or without www is another one to a browser."""
    scheme, _, place = origin.partition("://")
    if place.count(".") == 1:
        other = f"{scheme}://www.{place}"
    elif place.startswith("www."):
        other = f"{scheme}://{place.removeprefix('www.')}"
    else:
        return ""
    return f"If readers also come by <code>{escape(other)}</code>, that has to be on the list, too."


def _page(request: Request, origins: tuple[str, ...], named: str) -> str:
    """named: what the chat is called if nothing else is chosen."""
    given = request.query_params
    choice = Choice.read(given)
    found = address_of(request)
    address = found or f"https://{_NAMED}/"
    blog = _text(given.get("blog", ""), 300)
    good, answer = verdict(blog, origins, address) if blog else (False, "")
    root = f"{request.scope.get('root_path', '')}/"
    return _template("page").substitute(
        root=escape(root),
        files=escape(f"{root[:-1]}{STATIC}/widget/embed"),
        warnings="".join(f'<p class="warning"><strong>Before you go on.</strong> {w}</p>' for w in warnings(found)),
        line=escape(line(address, choice)),
        element=escape(f"{address}element.js"), wix_setting=escape(_wix_setting(blog, origins)),
        query=escape(request.url.query),
        named=escape(named), title=escape(choice.title), greeting=escape(choice.greeting), colour=choice.colour or next(iter(COLOURS)),
        colours="".join(_swatch(code, name, choice) for code, name in COLOURS.items()),
        right=_checked(choice.position == ""), left=_checked(choice.position == "left"),
        auto=_chosen(choice.theme == ""), light=_chosen(choice.theme == "light"), dark=_chosen(choice.theme == "dark"),
        languages="".join(
            f'<option value="{code}"{_chosen(choice.lang == code)}>{name}</option>' for code, name in _LANGUAGES.items()
        ),
        floating=_checked(not choice.inline), inline=_checked(choice.inline),
        blog=escape(blog), verdict_class="good" if good else "bad", verdict=answer,
        shown="" if answer else "hidden",
        allowed=", ".join(f"<code>{escape(one)}</code>" for one in origins) or "none yet",
    )  # fmt: skip


def _swatch(code: str, name: str, choice: Choice) -> str:
    chosen = _checked((choice.colour or next(iter(COLOURS))) == code)
    number = list(COLOURS).index(code)
    return (
        f'<label class="swatch c{number}"><input type="radio" name="colour" value="{code}"{chosen}>'
        f"<span>{name}</span></label>"
    )


def _checked(yes: bool) -> str:
    return " checked" if yes else ""


def _chosen(yes: bool) -> str:
    return " selected" if yes else ""


def _text(given: str, most: int) -> str:
    """One line of text, no longer than that."""
    return " ".join(given.split())[:most]


@cache
def _template(name: str) -> Template:
    return Template((FILES / f"{name}.html").read_text(encoding="utf-8"))
