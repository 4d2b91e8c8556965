"""The parts of `footnote bench widget` that need no browser: what is counted, and what is served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from bot.bench.rig import other_widgets
from bot.bench.rig.browser import Traffic, watching
from bot.bench.rig.scripted_bot import FIRST, LAST, QUESTION, SENTENCES, ScriptedBot, words
from bot.bench.widget import Visit, blocking, summary
from bot.server import create_api
from ingest.errors import ConfigError

ANSWER = " ".join(SENTENCES)


def visit(size: float) -> Visit:
    return Visit(size, 2, fcp=80, lcp=90, shift=0, blocking=0, longest=0, ready=size)


def test_only_what_a_task_takes_beyond_fifty_milliseconds_blocks() -> None:
    assert blocking([10, 50, 70, 151]) == 20 + 101


def test_a_figure_is_the_median_and_what_was_not_seen_is_marked() -> None:
    rows = summary([visit(size) for size in (1000, 9000, 2000)])
    assert rows["kB before the click"] == 2.0
    assert rows["click to question box, ms"] == 2000
    assert rows["question to first words, ms"] == "-"


def request(number: str, url: str = "https://a.example/x") -> dict[str, object]:
    return {"requestId": number, "request": {"url": url}}


def test_a_stream_counts_by_its_parts_and_all_else_by_its_end() -> None:
    traffic = Traffic()
    for number in ("1", "2"):
        traffic.on_request(request(number))
        traffic.on_response(
            {"requestId": number, "response": {"status": 200, "url": "u", "encodedDataLength": 300}}
        )
        traffic.on_data({"requestId": number, "encodedDataLength": 50})
    traffic.on_finished({"requestId": "2", "encodedDataLength": 1000})
    traffic.on_data({"requestId": "2", "encodedDataLength": 7})
    assert (traffic.bytes, traffic.requests) == (1350, 2)


def test_what_is_in_the_page_or_the_cache_costs_nothing_and_errors_are_reported() -> None:
    traffic = Traffic()
    traffic.on_request(request("1", "data:,x"))
    traffic.on_request(request("2"))
    traffic.on_response({"requestId": "2", "response": {"status": 404, "url": "u", "fromDiskCache": True}})
    assert (traffic.bytes, traffic.requests, traffic.refused) == (0, 1, ["u"])


def test_the_words_that_are_waited_for_stand_once_and_nowhere_else() -> None:
    elsewhere = other_widgets.blog_page("") + QUESTION + " ".join(ScriptedBot().examples(3))
    for word in (FIRST, LAST):
        assert ANSWER.count(word) == 1
        assert word not in elsewhere
    assert "".join(words(ANSWER)) == ANSWER


def test_the_scripted_answer_is_one_that_could_be_shown() -> None:
    answer = ScriptedBot().ask(QUESTION)
    assert [c.quote for c in answer.citations] == list(SENTENCES)
    for citation in answer.citations:
        assert citation.passage.chunk.text[citation.start : citation.end] == citation.quote


def test_the_server_answers_with_the_scripted_bot_to_the_end() -> None:
    """Whatever the server asks of a bot by and by, this one must have."""
    bot = ScriptedBot()
    client = TestClient(create_api(cast("Any", bot), bot.config))
    body = client.post("/api/ask", json={"question": QUESTION}).json()
    assert (body["status"], len(body["citations"])) == ("answered", len(SENTENCES))
    assert client.get("/healthz").status_code == 200
    assert client.get(f"/api/articles/{bot.known_article.id}").json()["title"] == bot.known_article.title


def test_what_is_watched_for_is_a_string_to_the_script() -> None:
    assert json.dumps('a["b"]') in watching(box='a["b"]', answer="p")


@pytest.fixture
def packages(tmp_path: Path) -> tuple[Path, Path]:
    for name, file in (("docsgpt", "dist/modern/browser.js"), ("flowise", "dist/web.js")):
        (tmp_path / name / file).parent.mkdir(parents=True)
        (tmp_path / name / file).write_text(f"export default '{name}';" * 50)
        (tmp_path / name / "package.json").write_text('{"version": "1.2.3"}')
    return tmp_path / "docsgpt", tmp_path / "flowise"


def test_pages_scripts_and_stand_ins_are_served(packages: tuple[Path, Path]) -> None:
    found = other_widgets.widgets("http://chat", "http://cdn", *packages)
    assert [widget.name for widget in found][-2:] == ["DocsGPT 1.2.3", "Flowise 1.2.3"]
    site = other_widgets.site({widget.name: widget for widget in found}, other_widgets.scripts(*packages))
    client = TestClient(site)
    for widget in found:
        assert widget.line in client.get(f"/page/{widget.name}").text
    script = client.get("/flowise.js", headers={"Accept-Encoding": "gzip"})
    assert (script.headers["content-encoding"], "flowise" in script.text) == ("gzip", True)
    body = [
        json.loads(line.removeprefix("data:"))
        for line in client.post("/stream", json={}).text.splitlines()
        if line
    ]
    assert "".join(event.get("answer", "") for event in body) == ANSWER
    assert body[-1] == {"type": "end"}
    flow = [
        json.loads(line.removeprefix("data:"))
        for line in client.post("/api/v1/prediction/flow", json={}).text.splitlines()
        if line.startswith("data:")
    ]
    assert "".join(event["data"] for event in flow if event["event"] == "token") == ANSWER


def test_a_folder_that_is_no_package_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="npm pack"):
        other_widgets.widgets("http://chat", "http://cdn", tmp_path, None)
    (tmp_path / "package.json").write_text('{"version": "9"}')
    with pytest.raises(ConfigError, match="another version"):
        other_widgets.scripts(None, tmp_path)
