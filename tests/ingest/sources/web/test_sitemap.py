"""Sitemaps: what they list, what is refused, and which of an index's sitemaps hold posts."""

from __future__ import annotations

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.sources.web.sitemap import Listed, is_address_list, looks_like_sitemap, read_sitemap
from ingest.sources.web.sitemap_kinds import relevant

HERE = "https://blog.example/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*locs: str, ns: str = NS) -> bytes:
    return f"<urlset {ns}>{''.join(f'<url><loc>{loc}</loc></url>' for loc in locs)}</urlset>".encode()


def addresses(data: bytes, url: str = HERE) -> list[str]:
    return [page.url for page in read_sitemap(data, url=url).pages]


def test_a_usual_sitemap() -> None:
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="//blog.example/main-sitemap.xsl"?>
<!-- made by a plugin -->
<urlset {NS} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:xhtml="http://www.w3.org/1999/xhtml">
  <url>
    <loc>
      https://blog.example/post/one?a=1&amp;b=2
    </loc>
    <lastmod>2025-06-09T10:00:00+00:00</lastmod><priority>0.5</priority>
    <xhtml:link rel="alternate" hreflang="de" href="https://blog.example/de/post/one"/>
    <image:image><image:loc>https://blog.example/one.jpg</image:loc></image:image>
  </url>
  <url><image:image><image:loc>https://blog.example/two.jpg</image:loc></image:image>
    <loc><![CDATA[https://blog.example/post/two?c=3&d=4]]></loc></url>
</urlset>""".encode()
    assert looks_like_sitemap(data)
    assert read_sitemap(data, url=HERE).pages == (
        Listed("https://blog.example/post/one?a=1&b=2", "2025-06-09T10:00:00+00:00"),
        Listed("https://blog.example/post/two?c=3&d=4", None),
    )


@pytest.mark.parametrize(
    "data",
    [
        urlset("https://blog.example/a", ns=""),
        urlset("https://blog.example/a", ns='xmlns="http://www.google.com/schemas/sitemap/0.84"'),
        f"<s:urlset {NS.replace('xmlns=', 'xmlns:s=')}><s:url><s:loc>https://blog.example/a</s:loc></s:url></s:urlset>".encode(),
        b"\xef\xbb\xbf" + urlset("https://blog.example/a"),
        b'\n\n  <?xml version="1.0"?>' + urlset("https://blog.example/a"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + urlset("https://blog.example/a").decode()).encode(
            "utf-16"
        ),
        gzip.compress(urlset("https://blog.example/a")),
        urlset("https://blog.example/<!-- not here -->a"),
        urlset("/a", "https://BLOG.example/a", "https://blog.example/a#part"),
        b"<urlset><url><loc>https://blog.example/a</loc><image:loc>https://blog.example/i</image:loc></url></urlset>",
    ],
    ids=[
        "bare",
        "old",
        "prefix",
        "bom",
        "blank-lines",
        "utf-16",
        "gzip",
        "comment",
        "same-thrice",
        "undeclared",
    ],
)
def test_forms_in_which_it_comes(data: bytes) -> None:
    assert looks_like_sitemap(data)
    assert addresses(data) == ["https://blog.example/a"]


def test_addresses_that_cannot_be_used_are_counted() -> None:
    data = urlset(
        "https://blog.example/ok",
        "https://www.blog.example/with-www",
        "https://blog.example/a b",
        "https://cdn.example/elsewhere",
        "https://blog.example.evil.example/",
        "mailto:owner@blog.example",
        "javascript:alert(1)",
        "https://user:secret@blog.example/",
        "",
        "https://blog.example/" + "x" * 3000,
    )
    found = read_sitemap(data, url=HERE)
    assert [page.url for page in found.pages] == [
        "https://blog.example/ok",
        "https://www.blog.example/with-www",
        "https://blog.example/a%20b",
    ]
    assert (found.elsewhere, found.unusable) == (2, 5)


def test_an_index_lists_sitemaps_and_never_itself() -> None:
    data = f"""<sitemapindex {NS}><sitemap><loc>https://blog.example/post-sitemap.xml</loc></sitemap>
    <sitemap><loc>{HERE}</loc></sitemap><sitemap><loc>https://other.example/s.xml</loc></sitemap></sitemapindex>"""
    found = read_sitemap(data.encode(), url=HERE)
    assert (found.children, found.pages) == (("https://blog.example/post-sitemap.xml",), ())
    assert found.elsewhere == 1


def test_an_empty_list_is_a_list() -> None:
    assert read_sitemap(f"<urlset {NS}/>".encode(), url=HERE).pages == ()


def test_plain_text() -> None:
    data = b"\xef\xbb\xbfhttps://blog.example/a\r\n\r\nhttps://blog.example/b\nnonsense here\n"
    found = read_sitemap(data, url="https://blog.example/sitemap.txt")
    assert [page.url for page in found.pages] == ["https://blog.example/a", "https://blog.example/b"]
    assert read_sitemap(data, url=HERE, media_type="text/plain").pages == found.pages
    with pytest.raises(SourceError, match="not XML"):
        read_sitemap(data, url=HERE)
    with pytest.raises(SourceError, match="no line"):
        read_sitemap(b"User-agent: *\nDisallow:\n", url="https://blog.example/robots.txt")


WHOLE = urlset(*(f"https://blog.example/{n}" for n in range(20)))


@pytest.mark.parametrize("kept", [30, 200, len(WHOLE) - 9, len(WHOLE) - 1])
def test_a_cut_off_sitemap_is_refused(kept: int) -> None:
    with pytest.raises(SourceError, match=r"cut off|not XML"):
        read_sitemap(WHOLE[:kept], url=HERE)
    with pytest.raises(SourceError, match="cut off"):
        read_sitemap(gzip.compress(WHOLE)[: kept // 8], url=HERE)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"<!doctype html><html><head><title>Not found</title></head><body></body></html>", "web page"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="y"><body/></html>', "web page"),
        (b'<?xml version="1.0"?><!-- c --><rss version="2.0"><channel/></rss>', "feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>', "feed"),
        (b"<error><code>NoSuchKey</code></error>", "no sitemap"),
        (b'{"urls": []}', "not XML"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not XML"),
        (b"\x1f\x8b\x08nonsense", "packed"),
        (WHOLE + b"<p>Warning: a line of PHP</p>", "broken"),
        (b"<urlset><url><loc>https://blog.example/a\x08</loc></url></urlset>", "broken"),
        (b'<?xml version="1.0" encoding="nonsense"?>' + WHOLE, "broken"),
        (WHOLE.decode().replace("0", "ü").encode("latin-1"), "broken"),
        (b"<urlset>" + b"<a>" * 100_000, "broken"),
        (b"<urlset><url>" + b"<a/>" * 100_000 + b"</url></urlset>", "does not end"),
        (b"<urlset>" + b"<a/>" * 100_000 + b"</urlset>", "50,000"),
    ],
)
def test_what_is_no_sitemap(data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_sitemap(data, url=HERE)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><urlset><url><loc>https://blog.example/&j;</loc></url></urlset>"
)
FILE = '<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>/&x;</loc></url></urlset>'


@pytest.mark.parametrize(
    "data", [BOMB.encode(), FILE.encode(), BOMB.encode("utf-16"), FILE.encode("utf-16-le")]
)
def test_entities_are_refused_at_once(data: bytes) -> None:
    with pytest.raises(SourceError):
        read_sitemap(data, url=HERE)


def test_limits_of_the_format() -> None:
    page = "<url><loc>https://blog.example/{}</loc></url>"
    full = "<urlset>" + "".join(map(page.format, range(50_000)))
    assert len(read_sitemap(f"{full}</urlset>".encode(), url=HERE).pages) == 50_000
    with pytest.raises(SourceError, match="50,000"):
        read_sitemap(f"{full}{page}</urlset>".encode(), url=HERE)
    with pytest.raises(SourceError, match="50 MB"):
        read_sitemap(gzip.compress(b"<urlset>" + b" " * 51 * 2**20), url=HERE)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for some in (data, b"<urlset>" + data, b"\x1f\x8b" + data):
        looks_like_sitemap(some)
        with suppress(SourceError):
            read_sitemap(some, url=HERE)


def test_what_does_not_look_like_one() -> None:
    assert not looks_like_sitemap(b"<html><body>A page about &lt;urlset&gt;</body></html>")
    assert not looks_like_sitemap(b"<!-- <urlset> --><html></html>")
    assert not looks_like_sitemap(b"<!-- -->" * 1000)
    assert not looks_like_sitemap(b"\x1f\x8b\x08nonsense")


INDEXES = {
    "wix": (
        "blog-posts-sitemap.xml",
        "blog-categories-sitemap.xml pages-sitemap.xml store-products-sitemap.xml forum-posts-sitemap.xml"
        " dynamic-guides-sitemap.xml event-pages-sitemap.xml",
    ),
    "yoast": (
        "post-sitemap.xml post-sitemap2.xml guide-sitemap.xml",
        "page-sitemap.xml category-sitemap.xml post_tag-sitemap.xml post_format-sitemap.xml author-sitemap.xml"
        " product-sitemap.xml product_cat-sitemap.xml elementor_library-sitemap.xml post-archive-sitemap.xml",
    ),
    "wordpress": (
        "wp-sitemap-posts-post-1.xml wp-sitemap-posts-post-2.xml wp-sitemap-posts-guide-1.xml",
        "wp-sitemap-posts-page-1.xml wp-sitemap-posts-product-1.xml wp-sitemap-posts-e-landing-page-1.xml"
        " wp-sitemap-posts-attachment-1.xml wp-sitemap-taxonomies-category-1.xml"
        " wp-sitemap-taxonomies-post_tag-1.xml wp-sitemap-users-1.xml",
    ),
    "ghost": ("sitemap-posts.xml", "sitemap-pages.xml sitemap-authors.xml sitemap-tags.xml"),
    "shopify": (
        "sitemap_blogs_1.xml",
        "sitemap_products_1.xml?from=1&to=9 sitemap_pages_1.xml?from=1&to=9 sitemap_collections_1.xml",
    ),
    "google-xml": (
        "sitemap-pt-post-2024-01.xml sitemap-pt-post-p1-2023-12.xml",
        "sitemap-misc.xml sitemap-pt-page-2024-01.xml sitemap-tax-genre-1.xml sitemap-archives.xml sitemap-authors.xml",
    ),
    "typo3": ("?type=1533906435&sitemap=blog&cHash=a1", "?type=1533906435&sitemap=pages&cHash=b2"),
    "folders": ("blog/sitemap.xml", "docs/sitemap.xml products/sitemap.xml sitemap.xml"),
    "medium": (
        "sitemap/posts/2024/posts-2024-01-01.xml",
        "sitemap/tags/2024/tags-2024-01-01.xml sitemap/users/u.xml",
    ),
    "static": ("sitemap-0.xml sitemap-1.xml", ""),
    "blogger": ("sitemap.xml?page=1 sitemap.xml?page=2 sitemap-pages.xml", ""),
    "jetpack": ("sitemap-1.xml news-sitemap.xml", "image-sitemap-1.xml video-sitemap-1.xml"),
    "languages": ("en/sitemap.xml de/sitemap.xml", ""),
    "no posts": ("page-sitemap.xml", "category-sitemap.xml author-sitemap.xml"),
    "only lists": ("", "category-sitemap.xml author-sitemap.xml"),
}


@pytest.mark.parametrize(("read", "left"), INDEXES.values(), ids=INDEXES)
def test_sitemaps_that_hold_posts(read: str, left: str) -> None:
    def there(names: str) -> list[str]:
        return [f"https://blog.example/{name}" for name in names.split()]

    children = there(f"{left} {read}")
    assert relevant(children) == (there(read), there(left))


def test_a_bare_ampersand_is_one() -> None:
    data = (
        b"<urlset><url><loc>https://blog.example/?a=1&b=2</loc></url>"
        b"<url><loc>https://blog.example/?copy=1&copy=2&amp;x=3&#38;y=4</loc></url>"
        b"<url><loc><![CDATA[https://blog.example/?c=1&d=2]]></loc></url><url><loc>https://blog.example/&</loc></url></urlset>"
    )
    found = [page.url for page in read_sitemap(data, url="https://blog.example/sitemap.xml").pages]
    assert found == [
        "https://blog.example/?a=1&b=2",
        "https://blog.example/?copy=1&copy=2&x=3&y=4",
        "https://blog.example/?c=1&d=2",
        "https://blog.example/&",
    ]


@pytest.mark.parametrize(
    ("text", "address", "is_one"),
    [
        ("https://blog.example/a\nhttps://blog.example/b\n", "https://blog.example/list.txt", True),
        ("\ufeffhttps://www.blog.example/a\r\n\r\n", "https://blog.example/sitemap.txt", True),
        ("https://blog.example/a\n", "https://blog.example/link.txt", False),
        ("https://blog.example/a\nhttps://other.example/b\n", "https://blog.example/sitemap.txt", False),
        ("Links:\nhttps://blog.example/a\n", "https://blog.example/sitemap.txt", False),
        ("", "https://blog.example/sitemap.txt", False),
    ],
)
def test_a_list_of_addresses_as_plain_text(text: str, address: str, is_one: bool) -> None:
    assert is_address_list(text.encode(), address, "") is is_one
