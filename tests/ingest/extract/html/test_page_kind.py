"""Posts, pages, lists, logins and error pages, in the markup of the common blog platforms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from growth import grows_linearly

from ingest.extract import declared_feeds, decode, is_home, is_wix, kind_of

HERE = "https://blog.example/some-post/"
SENTENCE = "Tight muscles at the back of the thigh pull on the pelvis and change how the lower back moves. "
LONG = f"<p>{SENTENCE * 6}</p>" * 4  # about 430 words
SHORT = f"<p>{SENTENCE}</p>"
MENU = '<nav><a href="/">Home</a> <a href="/about/">About</a> <a href="/blog/">Blog</a></nav>'
FOOTER = "<footer><p>© Blog. All rights reserved by the people who write it, every one of them.</p></footer>"


def page(main: str, *, title: str = "Stretching", head: str = "", body: str = "", root: str = "") -> str:
    return (
        f"<!doctype html><html {root}><head><title>{title}</title>{head}</head>"
        f'<body class="{body}">{MENU}{main}{FOOTER}</body></html>'
    )


def ld(*nodes: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@context": "x", "@graph": nodes})}</script>'


def og(kind: str) -> str:
    return f'<meta property="og:type" content="{kind}">'


def cards(count: int, tag: str = "article", more: str = "", heading: str = "h2", text: str = SHORT) -> str:
    return "".join(
        f'<{tag} {more}><{heading}><a href="/post-{n}/">Post number {n}</a></{heading}>{text}</{tag}>'
        for n in range(count)
    )


def kind(html: str, url: str = HERE) -> str:
    return kind_of(html, url=url).kind


WIX_CARDS = "".join(
    f'<div data-hook="post-list-item"><a href="/post/n{n}"><h2 data-hook="post-title">Post {n}</h2></a>'
    f'<div data-hook="post-description">{SHORT}</div></div>'
    for n in range(3)
)

POSTS = {
    "wix": page(
        f'<article><h1 data-hook="post-title"><span>Stretching</span></h1><section data-hook="post-description">{LONG}</section></article>{WIX_CARDS}'
    ),
    "wix by data": page(
        f"<h1>Stretching</h1>{LONG}{WIX_CARDS}", head=ld({"@type": "BlogPosting", "headline": "Stretching"})
    ),
    "wordpress classic": page(
        f'<article class="post-7 post type-post hentry"><h1 class="entry-title">Stretching</h1>{LONG}</article>',
        body="single single-post postid-7 single-format-standard",
    ),
    "wordpress block theme": page(
        f'<main><h1 class="wp-block-post-title">Stretching</h1><div class="entry-content wp-block-post-content">{LONG}</div><ul class="wp-block-post-template">{cards(3, "li", "class=wp-block-post")}</ul></main>',
        body="wp-singular post-template-default single single-post postid-9 single-format-standard",
    ),
    "wordpress guide": page(
        f"<h1>Stretching</h1>{LONG}", body="guide-template-default single single-guide postid-7"
    ),
    "yoast": page(
        f"<h1>Stretching</h1>{LONG}",
        head=og("article")
        + ld(
            {"@type": ["Article", "BlogPosting"], "headline": "Stretching"},
            {"@type": "WebPage"},
            {"@type": "WebSite"},
        ),
    ),
    "ghost": page(
        f'<article class="article post tag-back"><h1 class="article-title">Stretching</h1><section class="gh-content">{LONG}</section></article><aside>{cards(3, more="class=post-card")}</aside>',
        body="post-template tag-back",
        head=og("article"),
    ),
    "squarespace": page(
        f'<article class="h-entry"><h1 class="entry-title">Stretching</h1><div class="blog-item-content">{LONG}</div></article>',
        body="collection-type-blog-side-by-side view-item",
        head=og("article"),
    ),
    "blogger": page(
        f'<div class="post hentry"><h3 class="post-title entry-title">Stretching</h3><div class="post-body">{LONG}</div></div>',
        body="item-view version-1-3-3",
    ),
    "substack": page(
        f'<article class="newsletter-post post"><h1 class="post-title">Stretching</h1><div class="available-content">{LONG}</div></article>',
        head=og("article") + ld({"@type": "NewsArticle", "headline": "Stretching"}),
    ),
    "hugo": page(
        f'<article class="post-single"><h1 class="post-title">Stretching</h1><div class="post-content">{LONG}</div></article>',
        head=og("article") + '<meta property="article:published_time" content="2025-01-01">',
    ),
    "jekyll": page(
        f'<article class="post h-entry" itemscope itemtype="http://schema.org/BlogPosting"><h1 class="p-name">Stretching</h1><div class="e-content" itemprop="articleBody">{LONG}</div></article>'
    ),
    "recipe": page(f"<h1>Porridge</h1>{SHORT}", head=ld({"@type": "Recipe", "name": "Porridge"})),
    "login in the corner": page(
        f'<h1>Stretching</h1>{LONG}<form><input type="password" name="pwd"></form>', head=og("article")
    ),
    "about lost pages": page(
        f"<h1>404: page not found</h1>{LONG}",
        title="404: page not found - My Blog",
        head=ld({"@type": "BlogPosting", "headline": "404: page not found", "datePublished": "2025-01-01"}),
    ),
    "roundup": page(
        "<h1>The ten best of my posts</h1>" + SHORT + cards(10, heading="h3", text="<p>Read it.</p>"),
        head=ld({"@type": "BlogPosting", "headline": "The ten best of my posts"}),
        body="single single-post",
    ),
    "very short": page(
        "<h1>Stretching</h1><p>I am on holiday until the end of June, see you.</p>", body="single single-post"
    ),
    "endless feed below": page(
        f"<h1>Stretching</h1><div>{LONG}</div>"
        + cards(8, more='itemscope itemtype="https://schema.org/NewsArticle"'),
        head=og("article"),
    ),
}


@pytest.mark.parametrize("html", POSTS.values(), ids=POSTS)
def test_posts(html: str) -> None:
    assert kind(html) == "post"
    assert not is_home(HERE, html)


PAGES = {
    "about me": page(
        f"<h1>About me</h1>{LONG}", head=ld({"@type": "ProfilePage", "mainEntity": {"@type": "Person"}})
    ),
    "wix about": page(f"<h1>About me</h1>{LONG}<div>{WIX_CARDS}</div>"),
    "second half": page(f"<h1>About me</h1>{LONG}", body="page page-id-2 paged paged-2 page-paged-2"),
    "by hand": f"<html><body><h1>Stretching</h1>{LONG}</body></html>",
    "about": page(f"<h1>About me</h1>{LONG}", body="page-template-default page page-id-2"),
    "mkdocs": page(
        f'<div class="md-content"><article class="md-content__inner md-typeset"><h1>Stretching<a class="headerlink" href="#x">¶</a></h1>{LONG}</article></div>'
    ),
    "with related posts": page(
        f'<main><h1>Stretching</h1>{LONG}</main><div class="related-posts">{cards(3)}</div>'
    ),
    "unnamed related posts": page(f"<h1>Stretching</h1>{LONG}<div>{cards(4)}</div>"),
    "linked headings": page(
        "<h1>Links</h1>"
        + "".join(f'<h2><a href="https://other{n}.example/">One</a></h2>{SHORT}' for n in range(9))
    ),
    "about lost pages": page(f"<h1>Page not found</h1>{LONG}", title="Page not found"),
    "lost": page(f"<h1>Lost and not found</h1>{SHORT}", title="Lost and not found"),
    "a blog called 404": page(
        f"<h1>Welcome</h1>{SHORT}", title="Welcome | 404", head='<meta property="og:site_name" content="404">'
    ),
    "wrapped by genesis": page(
        f'<div class="content-sidebar-wrap"><main>{LONG}</main><div class="sidebar sidebar-primary">{cards(5)}</div></div>'
    ),
    "in a modal": page(f'<div id="modal-content">{LONG}</div>'),
    "chinese": page(f"<p>{'腰痛常常来自大腿后侧紧张的肌肉。' * 9}</p>"),
    "job": page(f"<h1>We hire</h1>{LONG}", head=ld({"@type": "JobPosting", "title": "Cook"})),
    "logging in to your back": page(
        f"<h1>Login problems of all kinds</h1>{LONG}", title="Login problems of all kinds"
    ),
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_other_pages_with_a_text(html: str) -> None:
    assert kind(html) == "page"


BLOG = "https://blog.example/"
LISTS = {
    "wix": (page(WIX_CARDS, title="Blog | Me", head=og("website")), "https://blog.example/blog"),
    "wix page without cards' names": (page(f'<div data-hook="post-description">{SHORT}</div>'), "https://blog.example/post/gone"),
    "wordpress front": (page(cards(5, more='class="post hentry"'), body="home blog"), BLOG),
    "wordpress, whole posts": (page(cards(5, more='class="post hentry"', text=LONG), body="home blog logged-out"), BLOG),
    "wordpress category": (page("<h1>Category: Back</h1>" + cards(1), body="archive category category-back category-4", head=og("article")), "https://blog.example/category/back/"),
    "wordpress author": (page(f"<h1>Ada</h1>{SHORT}" + cards(2), body="archive author author-ada"), "https://blog.example/author/ada/"),
    "wordpress search": (page("<h1>Results</h1>" + cards(2), body="search search-results"), "https://blog.example/?s=back"),
    "yoast": (page("<h1>Back</h1>" + cards(3, "div"), head=og("article") + ld({"@type": "CollectionPage"}, {"@type": "WebSite"})), BLOG + "c/back/"),
    "ghost home": (page(cards(4, more="class=post-card"), body="home-template", head=og("website")), BLOG),
    "ghost tag": (page(cards(1, more="class=post-card"), body="tag-template tag-back"), "https://blog.example/tag/back/"),
    "squarespace": (page(cards(2, "div", "class=blog-item"), body="collection-type-blog view-list", head=og("website")), "https://blog.example/blog"),
    "blogger": (page(cards(3, "div", 'class="post hentry"', "h3", LONG), body="feed-view"), BLOG),
    "blogger, classic": (page(cards(3, "div", 'class="post hentry"', "h3", LONG)), BLOG),
    "substack": (page(cards(6, "div", "class=post-preview"), head=og("website")), "https://blog.example/archive"),
    "jekyll": (page('<ul class="post-list">' + "".join(f'<li><span class="post-meta">Jan {n}, 2025</span><h3><a class="post-link" href="/2025/{n}.html">Post {n}</a></h3></li>' for n in range(1, 9)) + "</ul>"), BLOG),
    "pelican": (page("<dl>" + "".join(f'<dt>Thu 0{n} June 2025</dt><dd><a href="/p{n}.html">Post {n}</a></dd>' for n in range(1, 8)) + "</dl>" + cards(3, more='class="hentry"')), "https://blog.example/archives.html"),
    "hugo list": (page("<h1>Posts</h1>" + cards(3, more="class=post-entry"), head=og("website")), "https://blog.example/posts/"),
    "bear": (page('<ul class="blog-posts">' + "".join(f'<li><time datetime="2025-01-0{n}">0{n} Jan, 2025</time> <a href="/p{n}/">Post {n}</a></li>' for n in range(1, 6)) + "</ul>"), "https://blog.example/blog/"),
    "eleventy": (page('<ol class="postlist">' + "".join(f'<li class="postlist-item"><a href="/p{n}/">Post {n}</a> <time>0{n} January 2025</time></li>' for n in range(1, 6)) + "</ol>"), BLOG),
    "second page": (page(cards(2)), "https://blog.example/page/2/"),
    "plain permalinks": (page("".join(f'<article><h2><a href="/?p={n}">Post {n}</a></h2>{SHORT}</article>' for n in range(4))), BLOG),
    "several in the data": (page(cards(3, "div"), head=ld(*({"@type": "BlogPosting", "headline": f"Post number {n}"} for n in range(3)))), BLOG),
    "cards that are links": (page("".join(f'<a href="/post-{n}/"><div class="card"><h3>Post {n}</h3>{SHORT}</div></a>' for n in range(4))), BLOG),
}  # fmt: skip


@pytest.mark.parametrize(("html", "url"), LISTS.values(), ids=LISTS)
def test_lists(html: str, url: str) -> None:
    assert kind(html, url) == "list"


def test_real_articles_are_no_lists(shared: Path) -> None:
    """Every third of 80 pages of news sites and blogs, each a single article."""
    folder = shared / "eval" / "html-aeb"
    wrong = []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()[::3]:
        entry = json.loads(line)
        html = decode((folder / entry["file"]).read_bytes(), html=True)
        if kind(html, entry["url"]) not in ("post", "page") or is_home(entry["url"], html):
            wrong.append(entry["url"])
    assert wrong == []


GONE = {
    "wordpress": page(f"<h1>Oops! That page can’t be found.</h1>{SHORT}{cards(5)}", body="error404 wp-theme"),
    "wix": page("<h1>404</h1><p>Page not found.</p>", title="404 | My Site"),
    "wix post": page(
        "<h2>Hm</h2><h1>We Couldn’t Find This Page</h1><p>Check out some of the other great posts in this blog.</p>"
        + WIX_CARDS,
        title="Post | My Blog",
    ),
    "in the title": page(f"{SHORT}", title="Page not found – My Blog"),
    "number": page("<h1>Error 404</h1><p>Sorry.</p>", title="My Blog"),
    "looking for": page("<h1>The page you were looking for doesn't exist.</h1>", title="My Blog"),
    "marked as article all the same": page("<h1>404: Not Found</h1>", head=og("article")),
    "german": page("<h1>Seite nicht gefunden</h1>", title="Mein Blog"),
    "spanish": page("<h1>Página no encontrada</h1>", title="Mi blog"),
    "french": page("<h1>Page introuvable</h1>", title="Mon blog"),
    "portuguese": page("<h1>Página não encontrada</h1>"),
    "nothing found": page(
        "<h1>Nothing Found</h1><p>Perhaps searching can help.</p>", body="search search-no-results"
    ),
    "japanese": page("<h1>ページが見つかりません</h1>"),
}


@pytest.mark.parametrize("html", GONE.values(), ids=GONE)
def test_error_pages_that_say_all_is_well(html: str) -> None:
    assert kind(html) == "missing"


FORM = '<form class="post-password-form" method="post"><p>This content is password protected.</p><input name="post_password" type="password"></form>'
CLOSED = {
    "wordpress password": (page(f"<h1>Protected: Stretching</h1>{FORM}", body="single single-post", head=ld({"@type": "Article", "headline": "Protected: Stretching"})), "password"),
    "any password": (page('<h1>This page is password protected</h1><input type="password">'), "password"),
    "login": (page('<h1>Log in</h1><form><input name="log"><input type="password" name="pwd"></form>', title="Log In ‹ My Blog — WordPress"), "login"),
    "members": (page('<p>Welcome back.</p><form><input type="password"></form>', title="My Blog"), "login"),
    "cloudflare": (page("<p>Checking that the connection is secure.</p>", title="Just a moment..."), "login"),
    "cookies": (page("<h1>Enable JavaScript and cookies to continue</h1>", title="blog.example"), "login"),
    "denied": ("<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1>You don't have permission.</body></html>", "login"),
    "nothing": ("", "empty"),
    "spaces": ("  \n ", "empty"),
    "shell": ('<html><head><title>My Blog</title></head><body><div id="root"></div><script>start()</script></body></html>', "empty"),
    "shell of a post": ("<html><head>" + ld({"@type": "BlogPosting", "headline": "Stretching"}) + "<title>Stretching</title></head><body><div id=app></div></body></html>", "empty"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), CLOSED.values(), ids=CLOSED)
def test_doors_and_shells(html: str, expected: str) -> None:
    assert kind(html) == expected


@pytest.mark.parametrize(
    ("url", "html", "home"),
    [
        (BLOG, page(LONG), True),
        ("https://blog.example", page(LONG), True),
        (BLOG + "index.html?utm_source=x", page(LONG), True),
        (BLOG + "en/", page(LONG), True),
        (BLOG + "?p=7", page(LONG), False),
        (BLOG + "blog", page('<div id="app">It loads its posts later.</div>'), True),
        (BLOG + "blog/", page(cards(5)), True),
        (BLOG + "blog/", page(LONG, body="single single-post"), False),
        (BLOG + "health/articles", page(cards(5)), True),
        (BLOG + "my-thoughts/", page(cards(5), body="blog"), True),
        (BLOG + "category/back/", page(cards(5), body="archive category"), False),
        (BLOG + "tag/blog/page/2/", page(cards(5)), False),
        (HERE, page(LONG), False),
        (HERE, "", False),
    ],
)
def test_front_pages(url: str, html: str, home: bool) -> None:
    assert is_home(url, html) is home


def test_feeds_that_a_page_declares() -> None:
    head = """
    <link rel="alternate" type="application/rss+xml" title="Blog &raquo; Back Category Feed" href="/category/back/feed/">
    <link rel="alternate" type="application/rss+xml" href="https://feeds.example/blog">
    <link rel="alternate" type="application/rss+xml" title="Blog &raquo; Comments Feed" href="/comments/feed/">
    <link rel="alternate" type="application/rss+xml" title="Blog &raquo; Kommentare" href="/some-post/feed/">
    <link rel="ALTERNATE home" type="application/rss+xml; charset=utf-8" title="Blog" href="/feed/#top">
    <link rel="alternate" type="application/atom+xml" href="/atom.xml"><link rel="alternate" type="application/feed+json" href="/feed.json">
    <link rel="alternate" type="application/rss+xml" href="/feed/">
    <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/7">
    <link rel="alternate" type="text/xml+oembed" href="/oembed"><link rel="alternate" hreflang="de" href="/de/">
    <link rel="stylesheet" type="text/xml" href="/style.xml"><link rel="alternate" type="text/xml" href="javascript:x">"""
    assert declared_feeds(page(LONG, head=head, body="single"), HERE) == (
        "https://blog.example/feed/",
        "https://blog.example/atom.xml",
        "https://blog.example/feed.json",
        "https://feeds.example/blog",
        "https://blog.example/category/back/feed/",
    )
    based = (
        '<base href="https://blog.example/sub/"><link rel="alternate" type="application/rss+xml" href="rss">'
    )
    assert declared_feeds(page("", head=based), HERE) == ("https://blog.example/sub/rss",)
    assert declared_feeds("", HERE) == ()


def test_wix_by_its_head() -> None:
    assert is_wix(page("", head='<meta name="generator" content="Wix.com Website Builder">'))
    assert is_wix(page("", head='<meta http-equiv="X-Wix-Meta-Site-Id" content="1">'))
    assert is_wix(page("", head='<script src="https://static.parastorage.com/services/x.js"></script>'))
    assert not is_wix(page('<p>I left Wix.com.</p><img src="https://static.wixstatic.com/x.jpg">'))
    assert not is_wix("")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 60_000 + SENTENCE,
        "<h1><div>" * 5_000 + SENTENCE * 100,
        "<article><h2><a href='/x'>" * 5_000,
        "<li><a href='/x'>" * 20_000,
        f'<div class="{"a-" * 20_000}comments-">{SENTENCE}</div>' * 20,
        f"<h1>{'sorry ' * 20_000}</h1><title>{'oops!' * 20_000}</title>",
        "<h1>" + "the page " * 12 + "</h1>",
        '<script type="application/ld+json">' + "[" * 50_000 + "</script>",
        '<script type="application/ld+json">' + '{"@graph":' * 900 + "1" + "}" * 900 + "</script>",
        '<script type="application/ld+json">[1, null, {"@type": 3, "headline": []}, {"@type": [{}]}]</script>',
        "<a href='http://['>x</a><link rel=canonical href='http://['><h2><a href='//['>x</a></h2>",
        "\x00<\ud800p>",
    ],
)
def test_hostile_pages_are_judged_quickly(html: str) -> None:
    def judged(page: str) -> None:
        for url in (HERE, "", "http://[", "nonsense"):
            kind_of(page, url=url)
            is_home(url, page)
            declared_feeds(page, HERE)
            is_wix(page)

    grows_linearly(judged, html)
