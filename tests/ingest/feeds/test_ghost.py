"""Ghost's export: public posts and pages become articles, with the names and tags that it keeps in tables of their own."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.article import Article, Item, LeftOut, LoadFailure
from ingest.feeds import exported, looks_like_export
from ingest.sources import load

TEXT = "<p>Soak the beans overnight in cold water.</p>"


def post(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "title": f"Beans {number}",
        "slug": f"beans-{number}",
        "html": TEXT,
        "type": "post",
        "status": "published",
        "visibility": "public",
        "published_at": "2021-04-05T06:07:08.000Z",
        "canonical_url": None,
        **fields,
    }


def export(*posts: dict[str, Any], wrapped: bool = True, **tables: Any) -> bytes:
    one = {"meta": {"exported_on": 1700000000000, "version": "5.70.0"}, "data": {"posts": posts, **tables}}
    return json.dumps({"db": [one]} if wrapped else one).encode()


def items(data: bytes) -> list[Item]:
    return list(exported(io.BytesIO(data), place="file:///beans.json", name="beans.json"))


def articles(data: bytes) -> list[Article]:
    return [item for item in items(data) if isinstance(item, Article)]


def left_out(data: bytes) -> dict[str, str]:
    return {item.name: item.reason for item in items(data) if isinstance(item, LeftOut)}


@pytest.mark.parametrize("wrapped", [True, False])
def test_public_posts_and_pages_become_articles(wrapped: bool) -> None:
    data = export(
        post(1, canonical_url="https://beans.example/soaking/"),
        post(2, type="page"),
        wrapped=wrapped,
        tags=[
            {"id": "t1", "name": "Pulses"},
            {"id": "t2", "name": "#layout", "visibility": "internal"},
            {"id": "t3", "name": "Kitchen"},
        ],
        posts_tags=[
            {"post_id": "p1", "tag_id": "t1", "sort_order": 1},
            {"post_id": "p1", "tag_id": "t2", "sort_order": 2},
            {"post_id": "p1", "tag_id": "t3", "sort_order": 0},
        ],
        users=[{"id": "u1", "name": "Ada Bean", "email": "ada@beans.example"}],
        posts_authors=[{"post_id": "p1", "author_id": "u1", "sort_order": 0}],
    )
    assert looks_like_export(data)
    first, second = articles(data)
    assert (first.id, first.url) == ("https://beans.example/soaking/",) * 2
    assert (first.title, first.author, first.tags) == ("Beans 1", "Ada Bean", ("Kitchen", "Pulses"))
    assert (first.published or "").startswith("2021-04-05T06:07:08")
    assert first.text == "Soak the beans overnight in cold water."
    assert (second.id, second.url, second.author) == ("beans.json#beans-2", None, None)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "draft"}, "draft"),
        ({"status": "scheduled"}, "not published yet"),
        ({"status": "sent"}, "e-mail"),
        ({"status": "half-baked"}, "half-baked"),
        ({"status": None}, "not published"),
        ({"visibility": "members"}, "members"),
        ({"visibility": "paid"}, "members"),
        ({"visibility": "tiers"}, "members"),
        ({"visibility": "somebody"}, "somebody"),
        ({"published_at": "2091-01-01T00:00:00.000Z"}, "not published yet"),
    ],
)
def test_what_readers_of_the_site_do_not_see_is_left_out(fields: dict[str, Any], reason: str) -> None:
    data = export(post(1, **fields), post(2))
    assert [article.title for article in articles(data)] == ["Beans 2"]
    assert reason in left_out(data)["Beans 1"]


def test_nothing_of_a_private_site_is_an_article() -> None:
    data = export(post(1), settings=[{"key": "is_private", "value": "true"}])
    assert articles(data) == []
    assert "private" in left_out(data)["Beans 1"]
    assert articles(export(post(1), settings=[{"key": "is_private", "value": "false"}]))


def test_blocks_for_members_only_are_cut_out_of_a_public_post() -> None:
    gate = '<!--kg-gated-block:begin nonMember:{} memberSegment:"status:free" -->{}<!--kg-gated-block:end-->'
    body = (
        TEXT
        + gate.format("false", "<p>The secret is baking soda.</p>")
        + gate.format("true", "<p>Rinse them twice.</p>")
    )
    (article,) = articles(export(post(1, html=body)))
    assert article.text == "Soak the beans overnight in cold water.\n\nRinse them twice."
    unclosed = "<!--kg-gated-block:begin nonMember:false --><p>Only for members.</p>"
    (article,) = articles(export(post(1, html=TEXT + unclosed)))
    assert "members" not in article.text


def test_the_first_versions_name_the_author_in_the_post() -> None:
    data = export(post(1, author_id=7), wrapped=False, users=[{"id": 7, "name": "Ada Bean"}])
    assert [article.author for article in articles(data)] == ["Ada Bean"]


def test_a_folder_reads_an_export_and_passes_over_other_json(tmp_path: Path) -> None:
    (tmp_path / "ghost.json").write_bytes(export(post(1), post(2, html="", plaintext="Rinse them twice.")))
    (tmp_path / "package.json").write_text('{"name": "site", "data": {"posts": []}}')
    for source in (tmp_path, tmp_path / "ghost.json"):
        found = list(load(str(source)))
        assert [item.title for item in found if isinstance(item, Article)] == ["Beans 1", "Beans 2"]
        assert not any(isinstance(item, LoadFailure) for item in found)


@pytest.mark.parametrize("data", [export(post(1))[:-30], export().replace(b"posts", b"notes")])
def test_a_damaged_export_is_reported(data: bytes) -> None:
    (failure,) = (item for item in items(data) if isinstance(item, LoadFailure))
    assert "damaged" in failure.reason
    assert failure.incomplete


def test_damaged_rows_cost_no_other_post() -> None:
    data = export(post(1, title=7, canonical_url=3), post(2), users="none", posts_tags=[3, {"tag_id": "x"}])
    assert [article.title for article in articles(data)][-1] == "Beans 2"
