"""Chunks: exact offsets, whole lists, nothing lost, no section crossed; on arbitrary texts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Article
from ingest.blocks import blocks, sections, sentences
from ingest.chunk import chunk, embedding_text


def count(text: str) -> int:
    return len(text.split())


prose = st.lists(
    st.sampled_from("Back pain hurts. Why? It does! Éva’s 20-30 s, e.g. now a.m. – ok".split()), min_size=1
).map(" ".join)
block = st.one_of(
    prose,
    prose.map(lambda t: f"## {t}"),
    prose.map(lambda t: f"### {t}"),
    prose.map(lambda t: f"![{t}]"),
    prose.map(lambda t: f"| {t} |"),
    st.lists(prose, min_size=1, max_size=6).map(lambda items: "\n".join(f"- {i}" for i in items)),
    st.lists(prose, min_size=1, max_size=6).map(
        lambda items: "\n".join(f"{n}. {i}" for n, i in enumerate(items, 1))
    ),
)
normal = st.lists(block, max_size=12).map("\n\n".join)
texts = st.one_of(normal, st.text(max_size=400))


@settings(max_examples=300, deadline=None)
@given(texts, st.integers(4, 60), st.integers(0, 10))
def test_offsets_sections_and_coverage(text: str, size: int, overlap: int) -> None:
    article = Article("a", "Title", text)
    chunks = chunk(article, max_tokens=size, overlap=overlap, count=count)
    parts = sections(text)
    for c in chunks:
        assert article.text[c.start : c.end] == c.text
        assert c.text.strip()
        assert any(s.start <= c.start and c.end <= s.end and s.path == c.path for s in parts)
        shown, shift = embedding_text("Title", c)
        body = shown.index("\n") + 1
        for offset in range(body, len(shown)):
            assert shown[offset] in (text[offset + shift], " ")
    for b in blocks(text):
        if b.kind in ("heading", "caption"):
            continue
        for start, end in sentences(text, b.start, b.end):
            held = sorted((c.start, c.end) for c in chunks if c.start < end and start < c.end)
            assert held and held[0][0] <= start and held[-1][1] >= end
    assert [c.ordinal for c in chunks] == list(range(len(chunks)))
    assert len({c.id for c in chunks}) == len(chunks)


def test_a_list_stays_whole_with_its_heading_and_lead() -> None:
    steps = "\n".join(f"{n}. Hold the pose for {n} seconds and breathe." for n in range(1, 9))
    text = f"## Steps\n\n{'Some words before. ' * 9}\n\nDo this:\n\n{steps}\n"
    chunks = chunk(Article("a", "T", text), max_tokens=40, overlap=0, count=count)
    assert any(c.text.startswith("Do this:") and c.text.endswith("8 seconds and breathe.") for c in chunks)
    short = chunk(Article("a", "T", f"### Pose\n\n{steps}\n"), max_tokens=200, overlap=0, count=count)
    assert len(short) == 1 and short[0].text.startswith("### Pose") and short[0].path == ("Pose",)


def test_text_without_full_stops_is_cut_where_it_can_be() -> None:
    text = "word " * 500
    chunks = chunk(Article("a", "T", text), max_tokens=50, overlap=0, count=count)
    assert all(count(c.text) <= 50 for c in chunks)
    assert sum(count(c.text) for c in chunks) == 500
