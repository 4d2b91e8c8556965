"""The kind of a fetched page: a post, another page with text, a list of posts, a login, an error.

The marks of blog platforms are used first. Without them, a page that mostly links to others under
headings or dates is a list. A wrong "list" loses a post and a wrong "page" adds a poor one, so in
doubt it is a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from ingest.article import plain_text
from ingest.extract.html.page_signs import Signs, read_signs
from ingest.extract.html.tree import parse_html
from ingest.urls import public_url

Kind = Literal["post", "page", "list", "login", "password", "missing", "empty"]


@dataclass(frozen=True, slots=True)
class PageKind:
    """kind: "page" is any other page with a text of its own. reason: a few words for the owner.

    login: only for members, or a check that visitors are people. password: a post behind one.
    missing: an error page that was sent as if all were well. empty: shows nothing without scripts.
    """

    kind: Kind
    reason: str


def kind_of(html: str, *, url: str) -> PageKind:
    """What kind of page this is. url: its own address. Never raises on bad HTML."""
    root = parse_html(plain_text(html))
    if root is None:
        return PageKind("empty", "there is nothing on it")
    signs = read_signs(root, public_url(url) or "")
    for rule in (_closed, _missing, _stated, _counted):
        kind = rule(signs)
        if kind is not None:
            return kind
    if signs.words < 8:
        return PageKind("empty", "it shows no text unless its scripts run")
    return PageKind("page", "it has a text of its own")


def is_home(url: str, html: str) -> bool:
    """Whether an address is a blog's front page, or a page that lists its posts, rather than one post.

    A page of one category, tag or author is none: an owner who names that does not mean the whole blog.
    """
    root = parse_html(plain_text(html))
    signs = None if root is None else read_signs(root, public_url(url) or "")
    if signs is None:
        return False
    if re.fullmatch(r"/?(?:index\.\w{2,5}|[a-z]{2}(?:-[a-z]{2})?/?)?", signs.path):
        return not re.search(r"(?:^|&)(?:p|page_id|post|id|s|cat|tag|author|m)=", signs.query)
    if _post_stated(signs):
        return False
    if _FRONT.search(signs.path):
        return True
    return kind_of(html, url=url).kind == "list" and not _PART.search(signs.path)


_FRONT = re.compile(
    r"/(?:blogs?|posts|articles|journal|news|stories|writing|notes|guides|magazine|archives?)(?:\.html?|/)?$"
)
_PART = re.compile(
    r"/(?:tags?|categor(?:y|ies)|topics?|authors?|search|labels?|page/\d+)(?:/|$)|/(?:19|20)\d\d(?:/\d\d?){0,2}/?$"
)

# Checks that a visitor is a person, and walls: with almost no text besides.
_CHALLENGE = re.compile(
    r"just a moment\W*|attention required\W*|access (?:to this page has been )?denied\W*|are you (?:a )?(?:human|robot)\W*"
    r"|(?:please wait|one moment)\W*|checking your browser.*|(?:security|bot|human) (?:check|verification|checkpoint)\W*"
    r"|verif(?:y|ying)(?: that)? you are (?:a )?human.*|pardon our interruption\W*|robot check|403 forbidden|forbidden"
    r"|ddos-guard|vercel security checkpoint|making sure you're not a bot\W*|client challenge"
    r"|enable javascript and cookies to continue",
    re.I,
)
_LOGIN = re.compile(
    r"(?:please )?(?:log ?in|sign ?in|log ?on|member (?:login|log in|sign in)|anmelden|anmeldung|einloggen|connexion"
    r"|se connecter|iniciar sesi[oó]n|acceder|accedi|entrar|inloggen|logga in|members only|sign up|create an account)\b.{0,30}",
    re.I,
)
_PASSWORD = re.compile(
    r"(?:protected|geschützt|protégé|protegido|protetto|beveiligd)\s*:.*|.{0,40}password[- ]protected.*", re.I
)


def _closed(signs: Signs) -> PageKind | None:
    names = _names(signs)
    if signs.words < 150 and any(_CHALLENGE.fullmatch(name) for name in names):
        return PageKind("login", "the site wants to see first that visitors are people")
    if "post_password" in signs.passwords and signs.prose < 150:
        return PageKind("password", "a password protects it")
    if signs.passwords and signs.prose < 80 and any(_PASSWORD.fullmatch(name) for name in names):
        return PageKind("password", "a password protects it")
    if any(_LOGIN.fullmatch(name) for name in names) and signs.prose < 60 + 60 * bool(signs.passwords):
        return PageKind("login", "it asks to log in")
    if signs.passwords and signs.prose < 60 and not _post_stated(signs) and signs.cards < 2:
        return PageKind("login", "it asks to log in")
    return None


_THING = r"(?:page|post|article|content|entry|blog post|file|url|link|resource)"
_GONE = re.compile(
    r"(?:(?:oops|ooops|sorry|uh[- ]?oh|whoops|hm+|error|http|status|code|fehler|erreur|errore|erro)\W*)*(?:"
    r"404(?:\W*(?:error|page|fehler|erreur|oops))?|404\W*(?:the )?(?:page |file )?(?:is )?not found"
    rf"|(?:(?:the|this|that|your|requested) )*(?:{_THING} )?(?:you(?: are|'re| were)? (?:looking for|requested) )?"
    r"(?:is |was |has |could |can)?(?:not|n't|'t)(?: be)? (?:found|available)"
    rf"|(?:we |i )?(?:could|can)(?: ?not|n't|'t) (?:find|be found).{{0,40}}{_THING}.{{0,40}}"
    rf"|(?:that|this|the) {_THING} (?:can(?:not|'t)|could(?: not|n't)) be found|nothing (?:was )?found(?: here)?"
    rf"|(?:(?:the|this|that) )?{_THING} (?:you(?: are|'re| were)? looking for )?(?:isn't available|isn't here|doesn't exist"
    r"|does not exist|no longer exists|is no longer available|is unavailable|is missing|has (?:moved|gone)|is gone)"
    rf"|{_THING} (?:missing|unavailable|removed|deleted)|there's nothing here"
    r"|(?:diese |die )?(?:seite|beitrag|inhalt)? ?(?:wurde |konnte )?nicht gefunden(?: werden)?"
    r"|(?:la )?p[aá]gina (?:solicitada )?no (?:encontrada|disponible|existe|se encuentra)|no encontrad[oa]"
    r"|(?:la )?page (?:introuvable|non trouv[ée]e|n'existe pas|inexistante)|(?:la )?pagina non (?:trovata|esiste|disponibile)"
    r"|(?:a )?p[aá]gina n[aã]o (?:foi )?(?:encontrada|existe)|(?:deze )?pagina (?:is )?niet gevonden|sidan (?:kunde inte )?hittades inte"
    r"|sid(?:en|an) (?:blev )?(?:ikke|inte) (?:fundet|funnet|hittas)|sivua ei löytynyt|(?:nie znaleziono|brak) strony"
    r"|strona nie (?:została )?znaleziona|stránka ne(?:byla )?nalezena|страница не найдена|сторінку не знайдено|sayfa bulunamadı"
    r"|ページが(?:見つかりません|見つかりませんでした)|(?:お探しの)?ページは見つかりません(?:でした)?|页面(?:未找到|不存在)|找不到(?:页面|頁面)|페이지를 찾을 수 없습니다"
    r")\W*(?:\(?(?:error )?404\)?)?\W*",
    re.I,
)


def _missing(signs: Signs) -> PageKind | None:
    gone = PageKind("missing", "the site says that there is no such page")
    if "error404" in signs.body or "search-no-results" in signs.body:
        return gone
    if (
        signs.prose < 250
        and not signs.dated
        and not _post_stated(signs)
        and any(map(_GONE.fullmatch, _names(signs)))
    ):
        return gone
    return None


def _names(signs: Signs) -> list[str]:
    """What the page calls itself: its title's parts without the site's name, and its main headings."""
    parts = re.split(r"\s+[|–—·•:»«<>-]{1,2}\s+|\s*[|»«]\s*", signs.title)
    names = [signs.title, *parts, *signs.tops[:3]]
    return [
        name.replace("’", "'").strip() for name in names if name and name != signs.site and len(name) < 120
    ]


# Classes that platforms put on <body>, and Blogger, Squarespace and HubSpot, too.
_POST_CLASSES = frozenset(
    "single single-post post-template post-template-default item-view view-item hs-blog-post blog-post-page".split()
)
_LIST_CLASSES = frozenset(
    "home-template tag-template author-template archive-template index-template"  # Ghost
    " home-view feed-view label-view search-view archive-view view-list hs-blog-listing search-results".split()
)
_WORDPRESS_LISTS = frozenset("blog archive category tag author date search paged post-type-archive".split())
_LIST_TYPES = frozenset(("collectionpage", "searchresultspage", "profilepage", "blog"))
_WIX_LISTS = re.compile(r"post-description|post-list.*|blog-(?:post|feed).*|feed-page.*|.*post-list-item.*")


def _post_stated(signs: Signs) -> str:
    """The platform's mark that this is one post, in words; "" if there is none."""
    if signs.wix_title:
        return "Wix marks it as a post"
    if signs.body & _POST_CLASSES and not signs.body & {"single-product", "attachment", "single-attachment"}:
        return "the blog's software marks it as a post"
    if len(signs.articles) == 1 or (signs.articles and _headlined(signs)):
        return "its structured data describe one article"
    return ""


def _headlined(signs: Signs) -> bool:
    """Of several articles that are described, one is what the page itself is called."""
    names = {_key(name) for name in _names(signs)}
    return any(_key(headline) in names for headline in signs.articles if _key(headline))


def _key(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _list_stated(signs: Signs) -> str:
    listed = signs.body & _WORDPRESS_LISTS
    if signs.body & _LIST_CLASSES or (listed and not signs.body & {"single", "page"}):
        return "the blog's software marks it as a list of posts"
    if signs.types & _LIST_TYPES and (signs.prose < 400 or _entries(signs) > 2):
        return "its structured data describe a list"
    if (len(signs.articles) > 2 or signs.items > 2) and signs.prose < 250:
        return "it holds several articles"
    if signs.prose < 400 and any(_WIX_LISTS.fullmatch(hook) for hook in signs.hooks):
        return "it lists posts, as Wix does"
    return ""


def _entries(signs: Signs) -> int:
    return max(signs.cards, signs.dated_links, signs.head_links)


def _stated(signs: Signs) -> PageKind | None:
    post, listed = _post_stated(signs), _list_stated(signs)
    if post and signs.words < 8:
        return PageKind("empty", "it shows no text unless its scripts run")
    platform = signs.wix_title or signs.body & _POST_CLASSES
    if listed and not platform and (not post or (signs.cards > 2 and signs.prose < 150)):
        return PageKind("list", listed)
    if post:
        return PageKind("post", post)
    return None


def _counted(signs: Signs) -> PageKind | None:
    """By cards, links and dates, where no platform marks the page."""
    entries = _entries(signs)
    marked = signs.og.endswith("article") or signs.dated or signs.bodies == 1 or signs.items == 1
    path = bool(_PART.search(signs.path) or _FRONT.search(signs.path))
    if marked and not (entries > 4 and signs.prose < 100):
        return PageKind("post", "it is marked as an article")
    few = 250 if path or signs.path in ("", "/") else 120
    bare = path and signs.words < 8  # a category that has no posts yet
    if bare or (entries >= (1 if path else 3) and signs.prose < few + 10 * signs.cards):
        return PageKind("list", "it mostly links to other pages")
    return None


def is_wix(html: str) -> bool:
    """Whether a page was made with Wix, by what Wix puts into its head."""
    root = parse_html(html)
    if root is None:
        return False
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("http-equiv") or "").lower()
        if name.startswith("x-wix-") or (
            name == "generator" and (element.get("content") or "").lower().startswith("wix.com")
        ):
            return True
    return any(
        re.match(r"(?:https?:)?//static\.parastorage\.com/", e.get("src") or "") for e in root.iter("script")
    )


_FEED_TYPES = frozenset(
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json application/xml text/xml".split()
)
_COMMENTS = re.compile(
    r"\bcomments?\b|kommentar|commentaires|comentario|coment[aá]rio|commenti\b|reacties|/comments/", re.I
)


def declared_feeds(html: str, url: str) -> tuple[str, ...]:
    """Addresses of the feeds that a page declares in its head; feeds of comments are left out.

    The site's own come first, then those on other hosts (feed services), then feeds of one
    category, tag, author or search; within these in the page's order.
    """
    root = parse_html(html)
    if root is None:
        return ()
    stated = [public_url(element.get("href") or "", url) for element in root.iter("base")]
    base = next(filter(None, stated), url)
    classes = {name for e in root.iter("body") for name in (e.get("class") or "").lower().split()}
    found: dict[str, tuple[bool, bool]] = {}
    for element in root.iter("link"):
        kind = (element.get("type") or "").split(";")[0].strip().lower()
        if "alternate" not in (element.get("rel") or "").lower().split() or kind not in _FEED_TYPES:
            continue
        address = public_url(element.get("href") or "", base)
        if address is None or _COMMENTS.search(f"{element.get('title') or ''} {address}"):
            continue
        path = urlsplit(address).path.lower()
        # WordPress's feed of a single post or page is that of its comments, whatever its title's language.
        if (
            classes & {"single", "page"}
            and path == f"{urlsplit(url).path.lower().rstrip('/')}/feed/" != "/feed/"
        ):
            continue
        elsewhere = urlsplit(address).hostname != urlsplit(base).hostname
        found.setdefault(address, (bool(_PART.search(path)), elsewhere))
    return tuple(sorted(found, key=lambda address: found[address]))
