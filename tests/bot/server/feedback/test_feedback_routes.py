"""Votes over HTTP: their shape, every refusal, whose they may be, the owner's doors, and what is never kept."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from fake_bot import STRETCHES, FakeBot
from pydantic import SecretStr
from starlette.testclient import TestClient
from test_app import error_of
from test_feedback import path as path  # noqa: PLC0414 - a fixture
from votes import DAY, all_bytes, fill, given, on

from bot.config import BotConfig
from bot.server import create_api
from bot.server.feedback import MAX_NOTE, format_rows, summarize
from bot.server.feedback.export import TO_FILL_IN
from bot.server.feedback.routes import PATH, PER_CLIENT, TOTAL
from bot.server.feedback.store import MAX_PER_DAY, REASONS, Row, Vote

if TYPE_CHECKING:
    from bot.pipeline import Bot

TOKEN = "a-secret-of-the-owner-0123456789"
OWNER = {"Authorization": f"Bearer {TOKEN}"}
HOLD = "How long do I hold a stretch?"
FORMULA = re.compile(r"[=+\-@|%＝＋－＠\t\r]")


class Site:
    """The HTTP interface over a scripted bot, whose votes are kept in one file."""

    def __init__(self, file: Path | str, *, token: str = TOKEN, **settings: Any) -> None:
        self.file = Path(file)
        settings = {"rate": (), "rate_total": (), **settings}
        self.bot = FakeBot(BotConfig(feedback=str(file), owner_token=SecretStr(token), **settings))
        self.app = create_api(cast("Bot", self.bot), self.bot.config)
        self.readers = 0
        self.http = self.reader()

    def reader(self) -> TestClient:
        """Somebody at an address of their own."""
        self.readers += 1
        address = (f"203.0.113.{self.readers}", 50_000)
        return TestClient(self.app, raise_server_exceptions=False, client=address)

    def ask(self, question: str = HOLD) -> str:
        return str(self.http.post("/api/ask", json={"question": question}).json()["id"])

    def rows(self) -> list[Row]:
        return on(self.file).rows()


@pytest.fixture
def site(path: Path) -> Site:
    return Site(path)


# --- a reader's vote


def test_a_vote_is_stored_replaced_and_taken_back(site: Site) -> None:
    known = site.ask()
    response = site.http.post(PATH, json={"id": known, "verdict": "up"})
    assert (response.status_code, response.json()) == (200, {"id": known, "verdict": "up"})
    down = {"id": known, "verdict": "down", "reason": "incomplete", "note": "How often a week?"}
    assert site.http.post(PATH, json=down).json() == {"id": known, "verdict": "down"}
    (row,) = site.rows()
    assert (row.id, row.verdict, row.reason, row.note) == (known, "down", "incomplete", "How often a week?")
    assert (row.question, row.status, row.generation) == (HOLD, "answered", "gen-1")
    assert row.day == datetime.now(UTC).date().isoformat()
    back = site.http.post(PATH, json={"id": known, "verdict": None})
    assert (back.status_code, back.json(), site.rows()) == (200, {"id": known, "verdict": None}, [])
    assert site.http.post(PATH, json={"id": known, "verdict": None}).status_code == 200  # twice is no error


def test_a_streamed_answer_can_be_voted_on_too(site: Site) -> None:
    response = site.http.post(
        "/api/ask", json={"question": HOLD}, headers={"Accept": "text/event-stream"}
    ).text
    known = json.loads(response.rpartition("data: ")[2])["id"]
    assert site.http.post(PATH, json={"id": known, "verdict": "up"}).status_code == 200
    assert [row.id for row in site.rows()] == [known]


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_taken(site: Site, reason: str) -> None:
    assert (
        site.http.post(PATH, json={"id": site.ask(), "verdict": "down", "reason": reason}).status_code == 200
    )
    assert [row.reason for row in site.rows()] == [reason]


@pytest.mark.parametrize(
    ("vote", "status", "code"),
    [
        ({"verdict": "up"}, 422, "bad_feedback"),
        ({"id": "", "verdict": "up"}, 422, "bad_feedback"),
        ({"id": 7, "verdict": "up"}, 422, "bad_feedback"),
        ({"id": ["x"], "verdict": "up"}, 422, "bad_feedback"),
        ({"id": "KNOWN"}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": "sideways"}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": True}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": ["up"]}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": "down", "reason": "ugly"}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": "down", "reason": {"a": 1}}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": "up", "reason": "wrong"}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": "down", "note": 7}, 422, "bad_feedback"),
        ({"id": "KNOWN", "verdict": "down", "note": "x" * (MAX_NOTE + 1)}, 413, "note_too_long"),
        ({"id": "0" * 24, "verdict": "up"}, 404, "unknown_answer"),
        ({"id": "\ud83d'; DROP TABLE feedback; --", "verdict": "up"}, 404, "unknown_answer"),
        ([], 422, "bad_request"),
        ("up", 422, "bad_request"),
    ],
)
def test_a_wrong_vote_is_explained_and_nothing_is_stored(
    site: Site, vote: Any, status: int, code: str
) -> None:
    known = site.ask()
    if isinstance(vote, dict) and vote.get("id") == "KNOWN":
        vote = {**vote, "id": known}
    assert error_of(site.http.post(PATH, content=json.dumps(vote), headers=JSON), status)["code"] == code
    assert site.rows() == [] and not site.file.exists()


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"\xff", 400), (b"x" * 300_000, 413), (b"", 400)])
def test_a_body_that_is_no_json_is_refused(site: Site, body: bytes, status: int) -> None:
    error_of(site.http.post(PATH, content=body, headers=JSON), status)


def test_too_many_votes_are_refused_for_as_long_as_the_answer_says(site: Site) -> None:
    known, most = site.ask(), PER_CLIENT[0].count
    for n in range(most):
        assert site.http.post(PATH, json={"id": known, "verdict": ("up", "down")[n % 2]}).status_code == 200
    before = site.rows()
    refused = site.http.post(PATH, json={"id": known, "verdict": None})
    assert error_of(refused, 429)["code"] == "rate_limited"
    assert 1 <= int(refused.headers["Retry-After"]) <= PER_CLIENT[0].seconds + 1
    assert site.rows() == before
    # Neither questions nor other readers are held up by it.
    assert site.http.post("/api/ask", json={"question": HOLD}).status_code == 200
    assert site.reader().post(PATH, json={"id": known, "verdict": None}).status_code == 200


def test_all_together_have_a_limit_too(site: Site) -> None:
    each, total = PER_CLIENT[0].count, TOTAL[0].count
    assert total % each == 0
    readers = [site.reader() for _ in range(total // each)]
    unknown = {"id": "x", "verdict": "up"}
    assert {reader.post(PATH, json=unknown).status_code for reader in readers for _ in range(each)} == {404}
    assert [site.reader().post(PATH, json=unknown).status_code for _ in range(2)] == [429, 429]


def test_a_full_day_says_so_and_takes_no_more(site: Site) -> None:
    fill(site.file, MAX_PER_DAY, datetime.now(UTC).date().isoformat())
    refused = site.http.post(PATH, json={"id": site.ask(), "verdict": "up"})
    assert error_of(refused, 503)["code"] == "feedback_full"
    assert refused.headers["Retry-After"] == "3600"
    assert on(site.file).count() == MAX_PER_DAY


def test_a_file_that_cannot_be_used_costs_no_answer(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.file.parent.mkdir()
    site.file.write_bytes(b"not a database at all. " * 300)
    known = site.ask()
    refused = site.http.post(PATH, json={"id": known, "verdict": "down", "note": "between us"})
    assert error_of(refused, 503)["code"] == "feedback_unusable"
    assert "votes.sqlite" not in refused.text and "votes.sqlite" in caplog.text  # the owner's business
    assert "between us" not in caplog.text and HOLD not in caplog.text
    error_of(site.http.get(PATH, headers=OWNER), 503)
    error_of(site.http.delete(f"{PATH}?all=true", headers=OWNER), 503)
    assert site.http.post("/api/ask", json={"question": HOLD}).status_code == 200


def test_where_feedback_is_off_there_is_none(tmp_path: Path) -> None:
    site = Site("off", index=tmp_path / "index")
    for answer in (
        site.http.post(PATH, json={"id": site.ask(), "verdict": "up"}),
        site.http.get(PATH, headers=OWNER),
        site.http.delete(f"{PATH}?all=true", headers=OWNER),
        site.http.delete(f"{PATH}/x", headers=OWNER),
    ):
        assert error_of(answer, 403)["code"] == "feedback_off"
    assert list(tmp_path.iterdir()) == []
    assert site.http.get("/api/changes", params={"id": site.ask()}).json() == {"changes": {}}  # is no vote


def test_the_file_is_next_to_the_index_by_default(tmp_path: Path) -> None:
    assert BotConfig(index=tmp_path / "index").feedback_file == tmp_path / "index.feedback.sqlite"


# --- other sites


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "text/plain; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ],
)
def test_what_another_site_can_send_without_asking_is_refused(site: Site, kind: str | None) -> None:
    """A form's body, and one that does not say what it is: a browser sends these to anybody."""
    body = json.dumps({"id": site.ask(), "verdict": "up"}).encode()
    headers = {"Origin": "https://elsewhere.example", **({"Content-Type": kind} if kind else {})}
    assert error_of(site.http.post(PATH, content=body, headers=headers), 415)["code"] == "not_json"
    assert site.rows() == []


@pytest.mark.parametrize("allowed", [(), ("https://www.blog.example",)])
def test_a_browser_that_asks_for_another_site_gets_nothing(path: Path, allowed: tuple[str, ...]) -> None:
    """Not even for a site that may show the chat: the window's own script is the only one that votes."""
    site = Site(path, allowed_origins=allowed)
    for origin in ("https://elsewhere.example", "https://www.blog.example", "null"):
        wants = {
            "Origin": origin, "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }  # fmt: skip
        for where in (PATH, f"{PATH}/x"):
            answers = [
                site.http.options(where, headers=wants),
                site.http.get(where, headers={**OWNER, "Origin": origin}),
            ]
            for answer in answers:
                assert "access-control-allow-origin" not in answer.headers
            assert answers[0].status_code >= 400


def test_every_answer_forbids_to_be_kept(site: Site) -> None:
    for response in (site.http.post(PATH, json={}), site.http.get(PATH), site.http.get(PATH, headers=OWNER)):
        assert response.headers["cache-control"] == "no-store"


# --- the owner's doors


@pytest.fixture
def kept(site: Site) -> Site:
    """Three votes on three days."""
    for day, vote in enumerate(
        (Vote("up"), Vote("down", "wrong", "=1+1"), Vote("down", "", "ünclear; é")), 1
    ):
        on(site.file, DAY.replace(day=day)).save(given(f"Stretch {day}?", known_as=f"{day:024}"), vote)
    return site


DOORS = (("GET", PATH), ("DELETE", f"{PATH}?all=true"), ("DELETE", f"{PATH}/{1:024}"))


@pytest.mark.parametrize(("method", "where"), DOORS)
def test_the_owners_doors_are_shut_to_everybody_else(kept: Site, method: str, where: str) -> None:
    error = error_of(kept.http.request(method, where), 401)
    assert error["code"] == "token_needed"
    for wrong in ("Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer"):
        answer = kept.http.request(method, where, headers={"Authorization": wrong})
        assert error_of(answer, 401)["code"] in ("wrong_token", "token_needed")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert len(kept.rows()) == 3


@pytest.mark.parametrize(("method", "where"), DOORS)
def test_without_a_token_nobody_is_the_owner(path: Path, method: str, where: str) -> None:
    site = Site(path, token="")
    for headers in ({}, OWNER, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        assert error_of(site.http.request(method, where, headers=headers), 403)["code"] == "no_token"


def test_the_owner_takes_votes_as_lines_table_or_sheet(kept: Site) -> None:
    lines = kept.http.get(PATH, headers=OWNER)
    assert lines.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in lines.text.splitlines()]
    assert [row["day"] for row in rows] == ["2026-03-03", "2026-03-02", "2026-03-01"]
    assert rows[1]["note"] == "=1+1" and rows[0]["citations"][0]["article_id"] == STRETCHES.id
    table = kept.http.get(f"{PATH}?format=csv", headers=OWNER)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.content.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert [row["note"] for row in read] == ["ünclear; é", "'=1+1", ""]
    assert read[0]["citations"].startswith(f"[1] {STRETCHES.id} ")
    sheet = kept.http.get(f"{PATH}?format=eval", headers=OWNER).content.decode("utf-8-sig")
    asked = list(csv.DictReader(io.StringIO(sheet, newline="")))
    assert [(row["question"], row["expected"]) for row in asked] == [
        ("Stretch 3?", TO_FILL_IN), ("Stretch 2?", TO_FILL_IN),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "days"),
    [("?verdict=down", "32"), ("?verdict=up", "1"), ("?since=2026-03-02", "32"), ("?since=20260303", "3"),
     ("?verdict=up&since=2026-03-02", ""), ("?since=2027-01-01", "")],
)  # fmt: skip
def test_a_part_can_be_asked_for(kept: Site, query: str, days: str) -> None:
    lines = kept.http.get(PATH + query, headers=OWNER).text.splitlines()
    assert "".join(json.loads(line)["day"][-1] for line in lines) == days


@pytest.mark.parametrize(
    "query", ["?format=xml", "?verdict=both", "?since=yesterday", "?since=", "?since=2026-02-30", "?format="]
)
def test_a_part_that_makes_no_sense_is_refused(kept: Site, query: str) -> None:
    assert error_of(kept.http.get(PATH + query, headers=OWNER), 422)["code"] == "bad_request"


def test_the_owner_purges_days_one_or_all(kept: Site) -> None:
    def purge(what: str) -> Any:
        return kept.http.delete(PATH + what, headers=OWNER)

    for unclear in ("", "?all=1", "?before=soon", "?before=", "?all=true&before=2026-03-02", "?all=false"):
        assert error_of(purge(unclear), 422)["code"] == "bad_request"
    assert error_of(purge("/unknown"), 404)["code"] == "no_such_feedback"
    assert len(kept.rows()) == 3
    assert purge("?before=2026-03-02").json() == {"removed": 1}
    assert purge(f"/{2:024}").json() == {"removed": 1}
    assert b"=1+1" not in all_bytes(kept.file)
    assert [row.day for row in kept.rows()] == ["2026-03-03"]
    assert (purge("?all=true").json(), purge("?all=true").json()) == ({"removed": 1}, {"removed": 0})
    assert kept.rows() == [] and b"Stretch 3" not in all_bytes(kept.file)


def test_another_method_gets_the_list_of_methods(site: Site) -> None:
    response = site.http.put(PATH, json={})
    error_of(response, 405)
    assert set(response.headers["allow"].split(", ")) >= {"GET", "POST", "DELETE"}


# --- what has changed


def test_a_reader_learns_which_posts_have_changed(site: Site) -> None:
    hold, peru = site.ask(), site.ask("Peru?")
    ask = {"id": [hold, peru, "unknown", "\u2028"]}
    assert site.http.get("/api/changes", params=ask).json() == {"changes": {}}
    assert site.http.get("/api/changes").json() == {"changes": {}}
    site.bot.articles = (replace(STRETCHES, text="Other words."),)
    site.bot.live = "gen-2"
    post = {"article_id": STRETCHES.id, "title": STRETCHES.title}
    assert site.http.get("/api/changes", params=ask).json() == {
        "changes": {hold: [{**post, "kind": "changed"}]}
    }
    site.bot.articles, site.bot.live = (), "gen-3"
    assert site.http.get("/api/changes", params=ask).json() == {"changes": {hold: [{**post, "kind": "gone"}]}}


def test_only_so_many_answers_are_looked_at_at_once(site: Site) -> None:
    known = site.ask()
    site.bot.articles, site.bot.live = (), "gen-2"
    first, last = ["x"] * 39 + [known], ["x"] * 40 + [known]
    assert set(site.http.get("/api/changes", params={"id": first}).json()["changes"]) == {known}
    assert site.http.get("/api/changes", params={"id": last}).json() == {"changes": {}}


# --- what is never kept


def test_no_address_no_session_and_no_time_of_day_is_in_the_file(path: Path) -> None:
    """All the bytes are looked at, also for times and addresses that are written as numbers."""
    site = Site(path)
    began = int(time.time())
    secret = {
        "User-Agent": "Tell-tale/1.0", "Cookie": "session=tell-tale-cookie", "Referer": "https://tell-tale.example/",
        "X-Forwarded-For": "198.51.100.77", "Accept-Language": "rm-CH", "X-Request-Id": "tell-tale-request",
    }  # fmt: skip
    reader = site.reader()
    for n in range(4):
        known = reader.post("/api/ask", json={"question": HOLD}, headers=secret).json()["id"]
        vote = {
            "id": known,
            "verdict": "down",
            "reason": "wrong",
            "note": f"seen here {n}",
        }
        assert reader.post(PATH, json={**vote, "session": "tell-tale"}, headers=secret).status_code == 422
        assert reader.post(PATH, json=vote, headers=secret).status_code == 200
    ended = int(time.time())
    data = all_bytes(path)
    assert data.count(b"seen here ") == 4  # it was looked at in the right place
    for private in (
        b"tell-tale",
        b"Tell-tale",
        b"203.0.113",
        b"198.51.100",
        b"testclient",
        b"rm-CH",
        b"50000",
    ):
        assert private not in data
    for address in ((203, 0, 113, site.readers), (198, 51, 100, 77)):
        assert bytes(address) not in data and bytes(reversed(address)) not in data
    assert not re.search(rb"\d\d:\d\d", data)
    for moment in range(began, ended + 1):
        for unit in (1, 1000, 1_000_000):
            number = moment * unit
            assert str(moment).encode() not in data
            size = (number.bit_length() + 7) // 8
            top = number.to_bytes(size, "big")[
                :4
            ]  # of the smaller units what stays the same for a second or so
            assert top not in data and top[::-1] not in data
    assert not {field for row in site.rows() for field in row.__dataclass_fields__ if "time" in field}


def test_no_votes_are_a_table_without_rows(tmp_path: Path) -> None:
    assert format_rows([], "jsonl") == ""
    assert format_rows([], "csv").startswith('\ufeff"id","day","verdict"')
    assert format_rows([], "eval") == '\ufeff"question","expected","reason","note","answered"\r\n'
    assert summarize([])["share_up"] is None
