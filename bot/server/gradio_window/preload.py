"""Which of Gradio's files a window needs, so that its page can name them all at the top.

Gradio's page names one script, which imports a second, which asks for a third: five round trips, one after the other,
before the question box appears, and a second and more of a phone's time. The chain is in the built files (Vite lists
what each import needs beside it) and is read from there, once, when the server starts. This relies on private parts
of Gradio's build, which a test names; a build in another form gives an empty list, and the window loads as Gradio has
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

_ENTRY = re.compile(r'<script type="module"[^>]* src="\./assets/([^"]+)"')
_LISTED = re.compile(r"__vite__mapDeps=.*?\.f=\[([^\]]*)\]")
_IMPORT = r"import\([`'\"]\./({name})[`'\"]\)[^\[]*?__vite__mapDeps\(\[([\d,]*)\]\)"
_NAME = r"[^`'\"]+"


def needed(frontend: Path, kinds: Iterable[str]) -> list[str]:
    """Names of the files in frontend/assets that a window with these kinds of components loads.

    In the order in which they are wanted. [] where the build
    is not one that can be read.
    """
    assets = frontend / "assets"
    try:
        found = _ENTRY.search((frontend / "index.html").read_text(encoding="utf-8"))
        if found is None:
            return []
        entry = found[1]
        names = [entry, *_chain(assets, entry, kinds)]
    except (OSError, UnicodeDecodeError, IndexError):
        return []
    return [name for name in dict.fromkeys(names) if (assets / name).is_file()]


def links(built: Iterable[str], styles: Iterable[str], scripts: Iterable[str]) -> str:
    """The <link> elements that have a browser fetch all of these at once.

    built: addresses of Vite's files, which it fetches in CORS mode; styles, scripts: of others, which
    are not. A preload that does not match how the file is fetched later would fetch it twice.
    """
    style, script, module = 'rel="preload" as="style"', 'rel="preload" as="script"', 'rel="modulepreload"'
    named = [(f"{style if address.endswith('.css') else module} crossorigin", address) for address in built]
    named += [(style, address) for address in styles] + [(script, address) for address in scripts]
    return "".join(f'<link {kind} href="{escape(address)}">' for kind, address in named)


def _chain(assets: Path, entry: str, kinds: Iterable[str]) -> Iterator[str]:
    """The first script, the app it starts, the blocks in it, and each kind of component."""
    first = _read(assets, entry)
    app = re.search(_IMPORT.format(name=r"Index-[^`'\"]+"), first)
    if app is None:
        return
    yield from _with_needs(first, app)
    second = _read(assets, app[1])
    if blocks := re.search(_IMPORT.format(name=r"Blocks-[^`'\"]+"), second):
        yield from _with_needs(second, blocks)
    core = next((name for name in _list(first) if name.startswith("core-") and name.endswith(".js")), "")
    parts = _read(assets, core) if core else ""
    for kind in dict.fromkeys(kinds):
        start = re.search(rf"[{{,]{re.escape(kind)}:{{(?:example:.*?,)?component:\(\)=>", parts)
        if start and (part := re.compile(_IMPORT.format(name=_NAME)).search(parts, start.end())):
            yield from _with_needs(parts, part)


def _with_needs(text: str, found: re.Match[str]) -> Iterator[str]:
    """The file that an import names, and those that are listed beside it as needed for it."""
    listed = _list(text)
    yield found[1]
    yield from (listed[int(place)] for place in found[2].split(",") if place)


def _list(text: str) -> list[str]:
    found = _LISTED.search(text)
    return [each.strip("`'\"").removeprefix("./") for each in found[1].split(",")] if found else []


def _read(assets: Path, name: str) -> str:
    return (assets / name).read_text(encoding="utf-8")
