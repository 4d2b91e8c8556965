"""A site's whole repository, files that are not for the public, and tables next to files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.article import Article, LeftOut, LoadFailure
from ingest.article import Item as Found
from ingest.index import Stored
from ingest.sources import load, loader


def put(root: Path, name: str, text: str = "Rinse the jar with cold water.") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def titles(found: list[Found]) -> list[str]:
    return [each.title for each in found if isinstance(each, Article)]


def reasons(found: list[Found]) -> dict[str, str]:
    return {each.name: each.reason for each in found if isinstance(each, LeftOut)}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "jars"
    put(root, "_config.yml", "title: Jars")
    put(root, "_posts/2021-03-04-jars.md", "---\ntitle: Jars\n---\nRinse the jar with cold water.")
    return root


@pytest.mark.parametrize(
    "name",
    [
        "_layouts/post.html",
        "_includes/note.md",
        "_site/2021/jars.html",
        "node_modules/lib/readme.md",
        "archetypes/default.md",
        "scaffolds/post.md",
        "public/jars/index.html",
        "dist/jars.html",
        "themes/plain/README.md",
        "vendor/lib/notes.md",
        "README.md",
        "readme.txt",
        "LICENSE.md",
        "Licence.txt",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "CODE_OF_CONDUCT.md",
        "SECURITY.md",
        "robots.txt",
        "requirements.txt",
    ],
)
def test_what_makes_a_site_is_no_post(site: Path, name: str) -> None:
    put(site, name, "<p>Built by hand.</p>" if name.endswith("html") else "Built by hand, for builders.")
    found = list(load(str(site)))
    assert titles(found) == ["Jars"]
    assert list(reasons(found)) == ["jars"]
    assert name.split("/", maxsplit=1)[0] in reasons(found)["jars"]


@pytest.mark.parametrize(
    "name",
    [
        "public/jars.html",
        "templates/jar-labels.md",
        "security.md",
        "support.md",
        "licensed-jars.md",
        "build/a.md",
    ],
)
def test_an_owners_own_folders_and_posts_are_read(tmp_path: Path, name: str) -> None:
    put(
        tmp_path / "own",
        name,
        "<p>Rinse it well. Then dry it.</p>" if name.endswith("html") else "Rinse it well.",
    )
    assert len(titles(list(load(str(tmp_path / "own"))))) == 1


def test_a_readme_with_a_title_is_a_page(site: Path) -> None:
    put(site, "guides/README.md", "---\ntitle: All guides\n---\nBegin with the small jars.")
    assert sorted(titles(list(load(str(site))))) == ["All guides", "Jars"]


def test_a_readme_that_is_named_is_read(site: Path) -> None:
    (found,) = load(str(put(site, "README.md", "Rinse it well.")))
    assert isinstance(found, Article)


def test_kinds_that_are_not_read_are_named_once(site: Path) -> None:
    for name in (
        "a.rst",
        "b.rst",
        "c.org",
        "d.ipynb",
        "e.zip",
        "logo.png",
        "style.css",
        "app.ts",
        "Makefile",
    ):
        put(site, name)
    (reason,) = reasons(list(load(str(site)))).values()
    assert ".rst (2)" in reason and ".org (1)" in reason and ".ipynb (1)" in reason and ".zip (1)" in reason
    assert not any(kind in reason for kind in ("png", "css", ".ts", "yml"))


def test_mdx_is_read(tmp_path: Path) -> None:
    put(tmp_path / "posts", "jar.mdx", "# Jars\n\nRinse the jar with cold water.")
    assert titles(list(load(str(tmp_path / "posts")))) == ["Jars"]
    assert titles(list(load(str(tmp_path / "posts" / "jar.mdx")))) == ["Jars"]


def test_a_date_in_the_files_name(site: Path) -> None:
    put(site, "_posts/2020-02-03-dry-the-lid.md", "Dry it.")
    put(site, "_posts/2020-02-04-x.md", "---\ntitle: X\ndate: 2019-01-01\n---\nDry it.")
    found = {a.title: a.published for a in load(str(site)) if isinstance(a, Article)}
    assert found == {"Jars": "2021-03-04", "Dry it": "2020-02-03", "X": "2019-01-01"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_drafts/lids.md", "Lids cost 90 euros."),
        ("posts/lids.md", "---\nstatus: Draft\n---\nLids cost 90 euros."),
        ("posts/lids.md", "---\nvisibility: members\n---\nLids cost 90 euros."),
        ("posts/lids.md", "+++\npublishDate = 2190-01-01\n+++\nLids cost 90 euros."),
        ("posts/lids.md", "+++\ndraft = true\n+++\nLids cost 90 euros."),
        ("posts/lids.md", "---\nexpiryDate: 2020-01-01\n---\nLids cost 90 euros."),
        ("posts/lids.mdx", "---\n_build:\n  render: never\n---\nLids cost 90 euros."),
        ("posts/2190-01-01-lids.md", "Lids cost 90 euros."),
        ("posts/draft_Lids-9f8e7d.html", "<h1>Lids</h1><p>Lids cost 90 euros.</p>"),
        ("posts/lids.html", '<meta name="robots" content="noindex"><h1>Lids</h1><p>Lids cost 90 euros.</p>'),
        (
            "posts/lids.html",
            '<meta property="article:content_tier" content="locked"><h1>Lids</h1><p>Lids cost 90 euros.</p>',
        ),
    ],
)
def test_what_is_not_public_is_left_out_with_its_reason(site: Path, name: str, text: str) -> None:
    put(site, name, text)
    found = list(load(str(site)))
    assert titles(found) == ["Jars"]
    assert reasons(found)[f"jars/{name}"]


def test_a_post_with_an_expiry_date_is_looked_at_each_time(site: Path, tmp_path: Path) -> None:
    put(site, "_posts/sale.md", "---\ntitle: Sale\nexpiryDate: 2190-01-01\n---\nLids cost 90 euros.")
    memory = tmp_path / "memory.db"
    with loader(memory=memory) as first:
        known = {a.id: a for a in first(str(site)) if isinstance(a, Article)}
    stored = {key: Stored(a.fingerprint, a.origin) for key, a in known.items()}
    with loader(memory=memory) as again:
        assert titles(list(again(str(site), known=stored))) == ["Sale"]  # the other is not parsed again


def test_addresses_in_a_table(tmp_path: Path) -> None:
    root = tmp_path / "pasted"
    for name in ("one.txt", "two.txt", "sub/three.txt"):
        put(root, name, f"About {name[:3]}\n\nRinse the jar with cold water.")
    put(
        root,
        "addresses.csv",
        "File;URL;Date\none.txt;https://jars.example/one;2020-01-02\nthree;https://jars.example/3;\n",
    )
    found = {a.title: (a.id, a.url, a.published) for a in load(str(root)) if isinstance(a, Article)}
    assert found == {
        "About one": ("https://jars.example/one", "https://jars.example/one", "2020-01-02"),
        "About two": ("pasted/two.txt", None, None),
        "About sub": ("https://jars.example/3", "https://jars.example/3", None),
    }


def test_a_table_with_mistakes_is_reported(tmp_path: Path) -> None:
    put(tmp_path / "pasted", "one.txt")
    put(tmp_path / "pasted", "list.csv", "file,url\none.txt,jars one\nten.txt,https://jars.example/ten\n")
    failed = [each.reason for each in load(str(tmp_path / "pasted")) if isinstance(each, LoadFailure)]
    assert failed == [
        "it holds what is no web address: jars one",
        "it names a file that is not here: ten.txt",
    ]


def test_a_table_about_something_else_is_none(tmp_path: Path) -> None:
    put(tmp_path / "pasted", "one.txt")
    put(tmp_path / "pasted", "prices.csv", "name,price\none,3\n")
    assert len(list(load(str(tmp_path / "pasted")))) == 1


def test_an_export_says_in_its_table_what_is_public(tmp_path: Path) -> None:
    root = tmp_path / "export"
    for name in ("7.lids", "8.labels", "9.course", "10.later"):
        put(root, f"posts/{name}.html", f"<p>All about {name[2:]}. It is simple.</p>")
    put(
        root,
        "posts.csv",
        "post_id,post_date,is_published,type,audience,title\n"
        "7.lids,2022-05-01T08:00:00.000Z,true,newsletter,everyone,Lids that close\n"
        "8.labels,,false,newsletter,everyone,Labels\n"
        "9.course,2022-05-02T08:00:00.000Z,true,newsletter,founding,The course\n"
        "10.later,2190-05-02T08:00:00.000Z,true,newsletter,everyone,Later\n",
    )
    found = list(load(str(root)))
    (post,) = [each for each in found if isinstance(each, Article)]
    assert (post.title, post.published) == ("Lids that close", "2022-05-01T08:00:00+00:00")
    assert len(reasons(found)) == 3


@pytest.mark.parametrize(
    "line",
    [
        "https://jars.example/a",
        "<https://jars.example/a>",
        "URL: https://jars.example/a",
        "Source https://jars.example/a",
    ],
)
def test_an_address_in_the_first_line_of_a_pasted_text(tmp_path: Path, line: str) -> None:
    (found,) = load(str(put(tmp_path, "a.txt", f"{line}\n\nClean jars\n\nRinse the jar with cold water.\n")))
    assert isinstance(found, Article)
    assert (found.id, found.url, found.title) == (
        "https://jars.example/a",
        "https://jars.example/a",
        "Clean jars",
    )
    assert "example" not in found.text


@pytest.mark.parametrize(
    "line", ["https://youtu.be/abc", "see https://jars.example/a first", "jars.example/a"]
)
def test_other_first_lines_are_text(tmp_path: Path, line: str) -> None:
    (found,) = load(str(put(tmp_path, "a.txt", f"{line}\n\nClean jars\n\nRinse the jar with cold water.\n")))
    assert isinstance(found, Article) and found.url is None


def test_the_report_names_an_unknown_status_and_how_to_show_the_post(tmp_path: Path) -> None:
    post = "---\ntitle: Stools\nstatus: glued\n{}---\nWait a day until the glue is hard.\n"
    (tmp_path / "stools.md").write_text(post.format(""))
    (left,) = (item for item in load(str(tmp_path)) if isinstance(item, LeftOut))
    assert "“glued”" in left.reason
    assert "public: true" in left.reason
    (tmp_path / "stools.md").write_text(post.format("public: true\n"))
    assert [item.title for item in load(str(tmp_path)) if isinstance(item, Article)] == ["Stools"]
