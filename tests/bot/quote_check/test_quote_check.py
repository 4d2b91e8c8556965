"""Quotes of an answer against articles that stayed, changed and went."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fake_bot import OPENING, STEPS, STRETCHES, FakeBot
from growth import grows_linearly

from bot.answer import link
from bot.quote_check import MAX_QUOTES, Report, TooManyQuotes, check_quotes, find_quotes, report_json
from bot.server import payload
from bot.server.protocols.linked_text import linked as linked_text
from bot.server.window.html import plain_text
from ingest.article import Article, blocks, sentences
from ingest.sources import load

ARTICLES = {STRETCHES.id: STRETCHES}
HOLD = "Hold for 30 seconds and breathe slowly."


def edited(old: str, new: str) -> dict[str, Article]:
    assert old in STRETCHES.text
    return {STRETCHES.id: replace(STRETCHES, text=STRETCHES.text.replace(old, new))}


def report(text: str, articles: dict[str, Article]) -> Report:
    return check_quotes(find_quotes(text), articles)


def statuses(text: str, articles: dict[str, Article]) -> list[str]:
    return [finding.status for finding in report(text, articles).findings]


def linked(quote: str) -> str:
    start = STRETCHES.text.index(quote)
    found = link(STRETCHES, start, start + len(quote))
    assert found is not None
    return found


def as_json() -> str:
    return json.dumps(payload(FakeBot().ask("How do I do it?")))


def as_clipboard() -> str:
    answer = FakeBot().ask("How do I do it?")
    true_links = tuple(replace(c, link=linked(c.quote)) for c in answer.citations)
    return plain_text(replace(answer, citations=true_links))


def as_chat_completion() -> str:
    answer = FakeBot().ask("How do I do it?")
    true_links = tuple(replace(c, link=linked(c.quote)) for c in answer.citations)
    return linked_text(replace(answer, citations=true_links))[0]


@pytest.mark.parametrize("written", [as_json, as_clipboard, as_chat_completion])
def test_each_quote_is_verbatim_changed_or_gone(written: object) -> None:
    assert callable(written)
    text = written()
    assert statuses(text, ARTICLES) == ["verbatim"] * 4
    assert statuses(text, edited("for 30 seconds", "for 20 seconds"))[2] == "changed"
    gone = "An entirely unrelated remark about lemon cake and tea."
    assert statuses(text, edited(STEPS[1], gone)) == ["verbatim", "gone", "verbatim", "verbatim"]
    assert statuses(text, {}) == ["gone"] * 4


def test_the_link_to_any_sentence_is_understood_in_any_text() -> None:
    """Long quotes have a second directive, whose end a full stop or a bracket may follow."""
    count = 0
    for article in load(str(Path(__file__).parents[3] / "data" / "articles")):
        assert isinstance(article, Article)
        for block in blocks(article.text):
            for start, end in sentences(article.text, block.start, block.end):
                quote, address = article.text[start:end], link(article, start, end)
                assert address is not None
                address = address.replace("(", "%28").replace(")", "%29")
                for text in (
                    f"- {quote} [[1]]({address})",
                    f"{quote} ({address}).",
                    f"So: {quote} {address}.",
                ):
                    found = report(text, {article.id: article})
                    assert found.findings and found.holds, text
                count += 1
    assert count > 50


def test_what_a_changed_quote_says_now_is_a_slice_of_the_article() -> None:
    now = edited("for 30 seconds", "for 20 seconds")
    found = report(as_json(), now).findings[2].nearest
    assert found is not None
    assert found.quote == "Hold for 20 seconds and breathe slowly."
    assert now[STRETCHES.id].text[found.start : found.end] == found.quote
    assert found.similarity > 0.9 and found.link is not None and "20%20seconds" in found.link


def test_a_quote_that_moved_is_verbatim_at_its_new_place() -> None:
    moved = edited("# Standing", "Read this first.\n\n## Standing")
    finding = report(as_json(), moved).findings[2]
    assert finding.start == moved[STRETCHES.id].text.index(HOLD) != STRETCHES.text.index(HOLD)


@pytest.mark.parametrize(
    "text",
    [
        f"The blog says so: {HOLD} [1]({linked(HOLD)})",
        f"- **{HOLD}** [1]({linked(HOLD)})\n",
        f"[{HOLD}]({linked(HOLD)})",
        f"Breathing slowly is what it recommends ({linked(HOLD)}).",
        f"“{HOLD}” [read it]({linked(HOLD)})",
        json.dumps({"choices": [{"message": {"content": f"{HOLD} [1]({linked(HOLD)})"}}]}),
        json.dumps({"answer": {"citations": [{"quote": HOLD, "link": linked(HOLD)}]}}),
    ],
)
def test_any_text_with_our_links_will_do(text: str) -> None:
    assert statuses(text, ARTICLES) == ["verbatim"]
    assert statuses(text, edited(HOLD, "Hold for 30 seconds and then breathe out slowly.")) == ["changed"]


def test_an_answer_whose_words_were_changed_is_found_out_though_its_link_is_true() -> None:
    finding = report(f"Hold for 90 seconds and breathe slowly. [1]({linked(HOLD)})", ARTICLES).findings[0]
    assert finding.status == "changed" and finding.nearest is not None and finding.nearest.quote == HOLD
    forged = json.loads(as_json())
    forged["text"] = forged["text"].replace("30 seconds", "90 seconds")
    assert [one.in_text for one in report(json.dumps(forged), ARTICLES).findings] == [True, True, False, True]


def test_a_long_quote_is_checked_in_its_middle() -> None:
    both = " ".join(OPENING)
    text = f"{both} [1]({linked(both)})"
    assert statuses(text, ARTICLES) == ["verbatim"]
    assert statuses(text.replace("makes it ache", "makes it sing"), ARTICLES) == ["changed"]


def test_a_post_is_found_under_other_spellings_of_its_address() -> None:
    spelt = linked(HOLD).replace("https://", "http://www.")
    assert statuses(f"{HOLD} [1]({spelt})", ARTICLES) == ["verbatim"]


def test_a_citation_of_the_post_as_a_whole_asks_only_whether_it_is_there() -> None:
    text = json.dumps(payload(FakeBot().ask("Who wrote this?")))
    assert statuses(text, ARTICLES) == ["verbatim"] and statuses(text, {}) == ["gone"]


@pytest.mark.parametrize(
    "text", ["", "No links here [1].", "https://blog.example/post", "{", "[]", "[" * 5000, '{"quote": 5}']
)
def test_a_text_without_quotes_has_none(text: str) -> None:
    assert find_quotes(text) == []


def test_more_quotes_than_a_text_has_are_refused() -> None:
    many = [{"quote": f"Sentence {n}."} for n in range(MAX_QUOTES + 1)]
    with pytest.raises(TooManyQuotes, match="101 quotes"):
        find_quotes(json.dumps(many))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 60_000 + "1](" * 30_000,
        "https://a.b/#:~:text=" + "a," * 60_000,
        "x [1](https://a.b/#:~:text=a,zz)\n" + "a b " * 60_000,
        "[1] " * 60_000 + "https://a.b/#:~:text=x",
    ],
)
def test_hostile_text_takes_time_that_grows_with_its_length(text: str) -> None:
    def work(given: str) -> None:
        check_quotes(find_quotes(given), {"x": Article("x", "x", given, url="https://a.b/")})

    grows_linearly(work, text)


def test_the_report_for_programs() -> None:
    found = report_json(report(as_json(), edited("for 30 seconds", "for 20 seconds")), "gen-7")
    assert (found["holds"], found["verbatim"], found["changed"], found["gone"]) == (False, 3, 1, 0)
    changed = found["quotes"][2]
    assert found["generation"] == "gen-7" and changed["number"] == 3 and changed["start"] is None
    assert changed["nearest"]["quote"] == "Hold for 20 seconds and breathe slowly."
    json.dumps(found)
