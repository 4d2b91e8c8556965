"""What the window's page names ahead, and how its files are compressed and kept."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bot.server.gradio_window import preload
from bot.server.guard.headers import policy_of, secured
from bot.server.static_files import CompressedFiles, CompressedStaticFiles, accepted

BUILT = {
    "index-aaaaaaaa.js": 'const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["./Index-bbbbbbbb.js",'
    '"./core-cccccccc.js","./core-dddddddd.css"])))=>i.map(i=>d[i]);'
    "v(()=>import(`./Index-bbbbbbbb.js`),__vite__mapDeps([0,1,2]),import.meta.url)",
    "Index-bbbbbbbb.js": 'const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["./Blocks-eeeeeeee.js",'
    '"./Login-ffffffff.js"])))=>i;v(()=>import(`./Login-ffffffff.js`),__vite__mapDeps([1]),1);'
    "v(()=>import(`./Blocks-eeeeeeee.js`),__vite__mapDeps([0]),1)",
    "core-cccccccc.js": 'const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["./A-gggggggg.js",'
    '"./B-hhhhhhhh.js","./B-iiiiiiii.css","./E-jjjjjjjj.js"])))=>i;x={box:{component:()=>v(()=>import('
    "`./A-gggggggg.js`),__vite__mapDeps([0]),1)},boxes:{example:()=>v(()=>import(`./E-jjjjjjjj.js`),"
    "__vite__mapDeps([3]),1),component:()=>v(()=>import(`./B-hhhhhhhh.js`).then(e=>e.t),__vite__mapDeps([1,2]),1)}}",
    **dict.fromkeys(
        ["core-dddddddd.css", "Blocks-eeeeeeee.js", "Login-ffffffff.js", "A-gggggggg.js", "B-hhhhhhhh.js"], ""
    ),
    "B-iiiiiiii.css": "",
    "E-jjjjjjjj.js": "",
}


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    for name, text in BUILT.items():
        (tmp_path / "assets" / name).write_text(text)
    (tmp_path / "index.html").write_text(
        '<script type="module" crossorigin src="./assets/index-aaaaaaaa.js"></script>'
    )
    return tmp_path


def test_the_chain_of_imports_is_followed_for_the_kinds_that_are_used(frontend: Path) -> None:
    common = [
        "index-aaaaaaaa.js",
        "Index-bbbbbbbb.js",
        "core-cccccccc.js",
        "core-dddddddd.css",
        "Blocks-eeeeeeee.js",
    ]
    assert preload.needed(frontend, ["box"]) == [*common, "A-gggggggg.js"]
    assert preload.needed(frontend, ["boxes", "unheard-of"]) == [*common, "B-hhhhhhhh.js", "B-iiiiiiii.css"]


def test_a_file_that_is_not_there_is_not_named(frontend: Path) -> None:
    (frontend / "assets" / "A-gggggggg.js").unlink()
    assert "A-gggggggg.js" not in preload.needed(frontend, ["box"])


@pytest.mark.parametrize("page", ["", '<script type="module" src="./assets/gone.js"></script>'])
def test_a_build_that_cannot_be_read_is_left_as_it_is(frontend: Path, page: str) -> None:
    (frontend / "index.html").write_text(page)
    assert preload.needed(frontend, ["box"]) == []


def test_each_kind_of_file_is_asked_for_as_it_is_used() -> None:
    links = preload.links(["a.js", "a.css"], ["b.css?v=1&x"], ["b.js"])
    assert links == (
        '<link rel="modulepreload" crossorigin href="a.js">'
        '<link rel="preload" as="style" crossorigin href="a.css">'
        '<link rel="preload" as="style" href="b.css?v=1&amp;x">'
        '<link rel="preload" as="script" href="b.js">'
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("", ""), ("zstd", "")],
)
def test_the_better_encoding_is_taken(header: str, expected: str) -> None:
    assert accepted(header) == expected


def test_text_is_compressed_and_a_changed_file_is_another(tmp_path: Path) -> None:
    file, files = tmp_path / "a.js", CompressedFiles()
    file.write_text("let a = 1;\n" * 200)
    client = TestClient(Starlette(routes=[Mount("/", CompressedStaticFiles(tmp_path, files))]))
    zipped = client.get("/a.js", headers={"Accept-Encoding": "gzip"})
    assert zipped.text == file.read_text()
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "Accept-Encoding"
    assert int(zipped.headers["content-length"]) == len(gzip.compress(file.read_bytes(), 5))
    again = client.get("/a.js", headers={"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["etag"]})
    assert again.status_code == 304
    assert "content-encoding" not in client.get("/a.js", headers={"Accept-Encoding": "identity"}).headers
    file.write_text("let b = 2;\n" * 200)
    os.utime(file, ns=(1, 1))
    assert client.get("/a.js", headers={"Accept-Encoding": "gzip"}).text == file.read_text()


def test_what_is_wanted_is_packed_better_than_at_once(tmp_path: Path) -> None:
    file, files = tmp_path / "a.js", CompressedFiles()
    file.write_text("".join(f"let name{n} = {n * n};\n" for n in range(500)))
    quick = files.get(file, "br")
    files.wanted.append(file)
    files.compress_all()
    assert len(files.get(file, "br")) < len(quick)


def cache_of(path: str, status: int = 200) -> str:
    headers = secured([], policy_of(path), ancestors="'self'", secure=False, inside=b"", status=status)
    return dict(headers).get(b"cache-control", b"").decode()


def test_only_files_whose_address_changes_with_them_are_kept_for_ever() -> None:
    assert "immutable" in cache_of("/assets/index-DphvyggB.js")
    assert cache_of("/assets/index-DphvyggB.js", 404) == "no-store"
    assert "immutable" not in cache_of("/assets/index.js")
    assert "immutable" not in cache_of("/footnote/window/ui.js")
    assert cache_of("/") == "no-store"
