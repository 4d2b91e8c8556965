"""What may not be shown to the public, and that a published post is never taken for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.visibility import hidden_because, signs_in, visible_until

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)

HIDDEN: list[dict[str, object]] = [
    {"draft": True},
    {"Draft": "Yes"},
    {"DRAFT": "1"},
    {"isDraft": "true"},
    {"draft": "nearly done"},
    {"app:draft": "yes"},
    {"published": "no"},
    {"is_published": "False"},
    {"publish": False},
    {"status": "In progress"},
    {"Status": "hidden"},
    {"status": "draft, wants pictures"},
    {"status": "not yet published"},
    {"status": "🚧"},
    {"status": "cooking"},
    {"status": {"name": "Draft"}},
    {"wp:status": "auto-draft"},
    {"post_status": "trash"},
    {"blogger:status": "SOFT_TRASHED"},
    {"state": "queued"},
    {"visibility": "members"},
    {"visibility": ["tiers"]},
    {"visibility": "Only me"},
    {"audience": "only_paid"},
    {"members-only": "on"},
    {"private": 1},
    {"unlisted": "on"},
    {"hidden": "true"},
    {"hide": "yes"},
    {"headless": True},
    {"noindex": "true"},
    {"robots": "NOINDEX, nofollow"},
    {"robots": "none"},
    {"robots": "otherbot: noindex"},
    {"robots": "unavailable_after: 2024-03-01"},
    {"robots": {"index": False}},
    {"permalink": False},
    {"permalink": "false"},
    {"eleventyExcludeFromCollections": "true"},
    {"_build": {"render": "never"}},
    {"build": {"list": "never"}},
    {"render": "false"},
    {"in_search_index": "false"},
    {"search": {"exclude": "true"}},
    {"params": {"draft": "true"}},
    {"extra": {"private": True}},
    {"password": "swordfish"},
    {"post_password": "0000x"},
    {"tags": ["Draft", "legs"]},
    {"title": "DRAFT: stronger ankles"},
    {"title": "[Draft] Stronger ankles"},
    {"deleted_at": "2025-01-02T10:00:00Z"},
    {"isAccessibleForFree": "False"},
    {"article:content_tier": "locked"},
    {"publishDate": "2031-02-03"},
    {"publishDate": "TBD"},
    {"date": "2026-06-16"},
    {"date": "3 Feb 2031"},
    {"date": "03.02.2031"},
    {"date": "20310203"},
    {"date": date(2031, 2, 3)},
    {"pubDate": "Mon, 03 Feb 2031 10:00:00 GMT"},
    {"published_at": "1930000000000"},
    {"expiryDate": "2025-12-31"},
    {"expires": "31.12.2025"},
    {"unpublish_on": datetime(2026, 6, 15, 11, tzinfo=UTC)},
    {"expires": "after the course"},
]

PUBLIC: list[dict[str, object]] = [
    {},
    {"draft": False},
    {"draft": "false"},
    {"draft": ""},
    {"draft": None},
    {"published": "true"},
    {"published": "2019-04-05"},
    {"published": "Harbour Press"},
    {"status": "Published"},
    {"status": "live"},
    {"status": "✅ done"},
    {"status": "evergreen"},
    {"blogger:status": "LIVE"},
    {"state": "Texas"},
    {"audience": "beginners"},
    {"access": "wheelchair"},
    {"visibility": "public"},
    {"private": "no"},
    {"premium": "free"},
    {"hide": ["toc"]},
    {"hide": ["navigation", "toc"]},
    {"hide": "navigation"},
    {"cover": {"hidden": "true"}},
    {"author": {"private": "true"}},
    {"build": {"render": "always"}},
    {"sitemap": {"priority": "0.5"}},
    {"index": "0"},
    {"robots": "index, follow, max-image-preview:none"},
    {"password": ""},
    {"permalink": "/ankles/"},
    {"layout": "post", "type": "post"},
    {"tags": ["drafting", "private practice"]},
    {"title": "Draft beer and sleep"},
    {"title": "How I draft a training plan"},
    {"date": "2026-06-15"},
    {"date": "May 12"},
    {"date": "05/12/2026"},
    {"lastmod": "2031-01-01"},
    {"expires": "never"},
    {"expiryDate": "9999-12-31"},
    {"expires": "2031-01-01"},
    {"comments": "false", "toc": "false", "sticky": "false", "featured": "no"},
]


@pytest.mark.parametrize("fields", HIDDEN, ids=str)
def test_a_sign_hides_a_post(fields: dict[str, object]) -> None:
    reason = hidden_because({"title": "Ankles", "weight": "0", **fields}, now=NOW)
    assert reason
    assert reason[0].islower()


@pytest.mark.parametrize("fields", PUBLIC, ids=str)
def test_a_published_post_is_not_lost(fields: dict[str, object]) -> None:
    assert hidden_because({"title": "Ankles", "weight": "0", **fields}, now=NOW) is None


@pytest.mark.parametrize(
    "path",
    [
        "_drafts/ankles.md",
        "blog/Drafts/ankles.md",
        "private/ankles.md",
        "Members Only/ankles.md",
        "posts/draft_Ankles-0a1b2c.html",
        "posts/ankles.draft.md",
        "posts/[draft] ankles.md",
        "_ankles.md",
        "_posts/2031-02-03-ankles.md",
    ],
)
def test_a_folder_or_a_file_name_hides_a_post(path: str) -> None:
    assert hidden_because({}, path, NOW)


@pytest.mark.parametrize(
    "path",
    [
        "_posts/2019-04-05-ankles.md",
        "content/_index.md",
        "private-practice/ankles.md",
        "posts/draft-beer.md",
        "posts/drafting.md",
        "notes/2019-13-45-ankles.md",
    ],
)
def test_other_names_hide_nothing(path: str) -> None:
    assert hidden_because({}, path, NOW) is None


def test_the_reason_says_what_the_sign_was() -> None:
    assert hidden_because({"status": "cooking"}, now=NOW) == "its status is “cooking”, so it is not published"
    assert hidden_because({"date": "2031-02-03"}, now=NOW) == "it is not published yet (2031-02-03)"
    assert hidden_because({"expires": "2025-12-31"}, now=NOW) == "it has expired (2025-12-31)"
    assert hidden_because({}, "a/_drafts/b.md", NOW) == "it is a draft: it lies in _drafts/"


def test_a_scheduled_post_comes_and_an_expiring_one_goes_by_itself() -> None:
    fields = {"publishDate": "2026-07-01", "expiryDate": "2026-08-01"}
    assert hidden_because(fields, now=NOW) == "it is not published yet (2026-07-01)"
    assert hidden_because(fields, now=NOW + timedelta(days=20)) is None
    assert hidden_because(fields, now=NOW + timedelta(days=60)) == "it has expired (2026-08-01)"
    assert visible_until(fields, NOW) == datetime(2026, 8, 1)  # the owner's own day
    assert visible_until({"expires": "never"}, NOW) is None


@pytest.mark.parametrize(
    "text",
    [
        "# Ankles\n\nStatus: Draft\nTags: legs\n\nRoll the ankle.",
        ".. title: Ankles\n.. status: private\n\nRoll the ankle.",
        "#+TITLE: Ankles\n#+DRAFT: t\n\nRoll the ankle.",
        "<!-- status: unlisted -->\n\nRoll the ankle.",
        "# Ankles\n\n**Published:** No\n\nRoll the ankle.",
        "Ankles\n\nVisibility: Members only\n\nRoll the ankle.",
    ],
)
def test_lines_at_the_top_of_a_text_hide_it_too(text: str) -> None:
    assert hidden_because(signs_in(text), now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "# Ankles\n\nStatus: healthy again\n\nRoll the ankle.",
        "# Ankles\n\nState: Texas\nPublished: 4 May 2019\n\nRoll the ankle.",
        "# Ankles\n\nDraft: a plan that I wrote in May\n\nRoll the ankle.",
        "# Ankles\n\nStatus: Published\nDraft: no\n\nRoll the ankle.",
        "# Ankles\n\nPassword: think of a long one, and never tell it.",
        "# Ankles\n\nPrivate: yes is what people answer.",
    ],
)
def test_lines_of_prose_do_not(text: str) -> None:
    assert hidden_because(signs_in(text), now=NOW) is None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=12)
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["draft", "status", "date", "expires", "robots", "build", "password", "tags", "title"]
)


@given(st.dictionaries(NAMES | st.text(max_size=8), VALUES, max_size=4), st.text(max_size=20))
def test_any_fields_and_any_path(fields: dict[str, object], path: str) -> None:
    assert hidden_because(fields, path, NOW) != ""
    visible_until(fields, NOW)


def test_public_true_overrides_an_unknown_status_and_no_other_sign() -> None:
    assert hidden_because({"status": "cooking", "public": "true"}, now=NOW) is None
    assert hidden_because({"public": True, "visibility": "kitchen"}, now=NOW) is None
    for hidden in ({"status": "draft"}, {"draft": "true"}, {"visibility": "members"}, {"state": "private"}):
        assert hidden_because({"public": "true", "status": "cooking", **hidden}, now=NOW)
    assert hidden_because({"public": "no", "status": "cooking"}, now=NOW)


def test_the_remedy_is_for_an_unknown_status_alone() -> None:
    reason = hidden_because({"status": "cooking"}, now=NOW, remedy="; do this")
    assert reason == "its status is “cooking”, so it is not published; do this"
    assert hidden_because({"status": "draft"}, now=NOW, remedy="; do this") == "it is a draft"
