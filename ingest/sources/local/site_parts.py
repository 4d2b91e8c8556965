"""Which folders and files of a site's repository are no posts, and which kinds of files may hold some."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

# Never posts, wherever they are.
_PARTS = frozenset(
    "node_modules bower_components jspm_packages _layouts _includes _partials _templates _site _sass _plugins"
    " archetypes scaffolds __pycache__ site-packages venv __macosx".split()
)
# No posts beside a generator's settings; elsewhere a folder of that name may hold an owner's pages.
_PARTS_OF_A_PROJECT = frozenset(
    "public dist build out output _output target resources layouts layout templates template partials snippets"
    " components includes themes theme vendor test tests __tests__ fixtures cypress scripts tools storybook-static"
    " coverage tmp cache".split()
)
_SETTINGS = re.compile(
    r"_config\.(?:ya?ml|toml)|(?:hugo|config)\.(?:ya?ml|toml|json)|gemfile|package\.json|pyproject\.toml|pelicanconf\.py"
    r"|publishconf\.py|mkdocs\.ya?ml|conf\.py|book\.toml|go\.mod|\.git|\.eleventy\.js|\.obsidian|eleventy\.config\.\w+"
    r"|(?:astro|gatsby|gatsby-|next|nuxt|docusaurus|svelte|vite|quartz|hexo)[.-]?config\.\w+",
    re.I,
)
# Files about a repository. Of those in the second line only in capitals, since a post may be called "support".
_ABOUT = re.compile(r"(?:readme|licen[cs]e|copying|changelog|code[_-]of[_-]conduct)(?:[._-]\w+){0,2}", re.I)
_ABOUT_IN_CAPITALS = re.compile(
    r"(?:CONTRIBUTING|SECURITY|SUPPORT|AUTHORS|CONTRIBUTORS|MAINTAINERS|NOTICE|GOVERNANCE|HISTORY|INSTALL|TODO|CLAUDE"
    r"|AGENTS|PULL_REQUEST_TEMPLATE|ISSUE_TEMPLATE)"
)
_FOR_PROGRAMS = frozenset(
    "robots.txt humans.txt ads.txt app-ads.txt security.txt llms.txt llms-full.txt requirements.txt"
    " cmakelists.txt sitemap.txt _headers.txt _redirects.txt".split()
)
# What surely holds no post: pictures, sound, film, fonts, code, settings, and what is read elsewhere.
_NO_TEXT = frozenset(
    "png jpg jpeg gif webp avif svg ico bmp tif tiff heic raw psd ai mp3 m4a wav ogg flac mp4 mov webm avi mkv vtt srt"
    " woff woff2 ttf otf eot css scss sass less styl js mjs cjs ts jsx tsx map vue svelte astro njk liquid hbs ejs"
    " pug haml slim erb mustache j2 jinja jinja2 php py rb go rs java c h sh bat ps1 lua r jl json jsonc json5 xml"
    " rss atom rdf yml yaml toml ini cfg conf env lock log csv tsv bib gitignore editorconfig sum mod db sqlite"
    " sqlite3 pyc bak swp orig tmp crt pem key ics vcf webmanifest appcache htaccess mk ds_store nojekyll".split()
)


def is_part_of_site(name: str, siblings: Collection[str]) -> bool:
    """Whether a folder belongs to a site's making: templates, built pages, packages of others.

    siblings: the names beside it, which show whether a generator works there.
    """
    folder = name.lower()
    if folder in _PARTS:
        return True
    return folder in _PARTS_OF_A_PROJECT and any(_SETTINGS.fullmatch(each) for each in siblings)


def is_about_repository(path: Path) -> bool:
    """Whether a file is of a kind that explains a repository, or is meant for programs."""
    known = _ABOUT.fullmatch(path.stem) or _ABOUT_IN_CAPITALS.fullmatch(path.stem)
    return path.name.lower() in _FOR_PROGRAMS or known is not None


def may_hold_text(suffix: str) -> bool:
    """Whether files of this kind, which are not read, may be posts that their owner misses."""
    kind = suffix.lower().removeprefix(".")
    return kind.isalnum() and not kind.isdecimal() and len(kind) <= 10 and kind not in _NO_TEXT
