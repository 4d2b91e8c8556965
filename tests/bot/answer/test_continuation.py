"""More of the last answer, less of it, the same again, its post, and what another post says."""

from __future__ import annotations

from collections.abc import Sequence

from readings import by_id, chunks

from bot.answer.citations import Evidence, Line, footnote
from bot.answer.continuation import continued, item_line
from bot.types import Passage
from ingest.article import Article

BREAD = Article(
    "bread",
    "Bread",
    "Bake it for an hour. Let it rest. Slice it thinly.\n\n- rye is heavy\n- wheat is light\n\n## Storing\n\nKeep it in a box.\n",
    None,
    author="Ada",
    published="2024-05-01",
)
CAKE = Article("cake", "Cake", "Cakes need less heat than bread.\n", None)
ARTICLES = by_id([BREAD, CAKE])
CHUNKS = [*chunks(BREAD), *chunks(CAKE)]


def line(*quotes: str, kind: str = "prose", scores: Sequence[float] = ()) -> Line:
    evidence = []
    for at, quote in enumerate(quotes):
        start = BREAD.text.index(quote)
        chunk = next(c for c in CHUNKS if c.article_id == "bread" and c.start <= start < c.end)
        passage = Passage(chunk, BREAD.title, None, 0.0)
        evidence.append(Evidence(passage, start, start + len(quote), scores[at] if scores else 0.0))
    return Line(kind, tuple(evidence))  # type: ignore[arg-type]


def after(lines: list[Line], *then: str, asked: str = "", others: Sequence[Line] = ()) -> str:
    shown = continued(lines, then, asked, ARTICLES, CHUNKS, lambda _: others)
    return "\n".join(footnote(shown, ARTICLES)[0])


def test_more_goes_on_after_the_last_quote_and_stops_at_the_next_heading() -> None:
    assert (
        after([line("Bake it for an hour.")], "more")
        == "Let it rest. [1] Slice it thinly. [2]\n- rye is heavy [3]"
    )
    assert after([line("rye is heavy", kind="bullet")], "more") == "- wheat is light [1]"
    assert after([line("wheat is light", kind="bullet")], "more") == "Keep it in a box. [1]"


def test_more_again_goes_on_from_there_until_nothing_is_left() -> None:
    first = [line("Bake it for an hour.")]
    assert after(first, "more", "more") == "- wheat is light [1]"
    assert after(first, "more", "more", "more", "more") == ""
    assert after([Line("note", (), text="Nothing is quoted here.")], "more") == ""


def test_shorter_is_the_surest_sentence() -> None:
    both = line("Bake it for an hour.", "Let it rest.", scores=(0.1, 0.7))
    assert after([Line("note", (), text="From a post:"), both], "shorter") == "Let it rest. [1]"
    assert (
        after([both], "shorter", "more") == "Slice it thinly. [1]\n- rye is heavy [2]\n- wheat is light [3]"
    )


def test_again_is_the_same() -> None:
    assert after([line("Let it rest.")], "again") == "Let it rest. [1]"


def test_the_post_of_the_last_answer() -> None:
    quoted = [line("Let it rest.")]
    assert after(quoted, "about", asked="who wrote that?") == "“Bread” was written by Ada. [1]"
    assert (
        after(quoted, "about", asked="when was that published") == "“Bread” was published on 1 May 2024. [1]"
    )
    assert after(quoted, "about", asked="which post is that from") == "“Bread” (1 May 2024). [1]"
    assert after(quoted, "about", asked="tell me about the author") == "“Bread” was written by Ada. [1]"
    assert after(quoted, "about", "about", asked="and when?") == "“Bread” was published on 1 May 2024. [1]"


def test_a_listed_post_is_summarised() -> None:
    listed = Line("entry", (Evidence(Passage(CHUNKS[0], BREAD.title, None, 0.0), 0, 0),), text="“Bread”")
    assert "Bake it for an hour. [1]" in after([listed], "summary")


def test_a_listed_sentence_is_quoted_with_its_full_stop() -> None:
    found = item_line("Let it rest", ARTICLES, CHUNKS)
    assert found and footnote([found], ARTICLES)[0] == ["Let it rest. [1]"]
    assert item_line("Let it burn", ARTICLES, CHUNKS) is None


def test_another_post_is_asked_for_without_those_shown() -> None:
    left_out: list[frozenset[str]] = []

    def of_others(shown: frozenset[str]) -> Sequence[Line]:
        left_out.append(shown)
        return [line("Keep it in a box.")]

    shown = continued([line("Let it rest.")], ["other"], "", ARTICLES, CHUNKS, of_others)
    assert left_out == [frozenset({"bread"})]
    assert [e.start for one in shown for e in one.evidence] == [BREAD.text.index("Keep it")]
