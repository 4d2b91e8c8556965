"""Pasted text: the one real post, and how other platforms' pages look when they are pasted."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from growth import grows_linearly
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Block, Document, blocks, sections
from ingest.errors import FootnoteError
from ingest.extract import from_pasted

PROSE = "This is a paragraph that is long enough to be one, and it ends as a sentence does."


def of_kind(text: str, *kinds: str) -> list[str]:
    return [text[b.start : b.end] for b in blocks(text) if b.kind in kinds]


# The real post


@pytest.fixture(scope="module")
def post(shared: Path) -> Document:
    return from_pasted((shared / "corpus" / "tight-hamstrings.txt").read_text(encoding="utf-8"))


def test_real_post_head(post: Document) -> None:
    assert post.title == "Tight Hamstrings: Your Unseen Cause of Back Pain"
    assert post.author == "Monica Pineider"
    assert post.published == "Jun 9"  # the page gives no year, so none is made up
    assert post.url is None


def test_real_post_structure(post: Document) -> None:
    found: list[Block] = list(blocks(post.text))
    counts = Counter((b.kind, b.level) for b in found)
    assert counts == {
        ("heading", 2): 9,
        ("heading", 3): 4,
        ("bullet", 0): 35,
        ("caption", 0): 2,
        ("paragraph", 0): 20,
    }
    numbered = [post.text[b.start : b.end] for b in found if b.kind == "heading" and b.level == 3]
    assert [name[:3] for name in numbered] == ["1. ", "2. ", "3. ", "4. "]
    assert "### 1. Standing Hamstring Stretch" in post.text
    assert of_kind(post.text, "heading")[-1] == "Conclusion"


def test_real_post_trail_and_captions(post: Document) -> None:
    paths = [section.path for section in sections(post.text)]
    assert ("Hamstring Stretches for Lower Back Pain", "4. Downward Dog Stretch") in paths
    assert paths[0] == ()
    assert [caption.split()[1] for caption in of_kind(post.text, "caption")] == ["person", "therapist"]


def test_real_post_without_its_surroundings(post: Document) -> None:
    for gone in ("of page", "min read", "Updated", "Table Of", "Recent Posts", "Leave A", "any thoughts"):
        assert gone not in post.text
    assert "Monica" not in post.text
    assert "\xa0" not in post.text


def test_real_post_loses_no_words(post: Document, shared: Path) -> None:
    raw = (shared / "corpus" / "tight-hamstrings.txt").read_text(encoding="utf-8")
    body = raw[raw.index("That persistent") : raw.index("Recent Posts")].replace("Table Of Contents", "")
    kept = post.text
    for mark in ("#", "![", "]"):
        kept = kept.replace(mark, " ")
    words = [w for w in body.replace("•", " ").split() if w != "-"]
    assert [w for w in kept.split() if w != "-"] == words


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n\n\n", "\r\n\r\n"], ids=["none", "one", "two", "crlf"])
def test_real_post_whatever_its_blank_lines(post: Document, shared: Path, gap: str) -> None:
    raw = (shared / "corpus" / "tight-hamstrings.txt").read_text(encoding="utf-8")
    document = from_pasted(re.sub(r"\n\s*\n+", gap, raw))
    assert of_kind(document.text, "heading") == of_kind(post.text, "heading")
    assert of_kind(document.text, "bullet") == of_kind(post.text, "bullet")
    assert (document.title, document.author, document.published) == (post.title, post.author, post.published)


# Other platforms

WIX = """top of page
Log in / Sign up
All Posts
Search
Jane Doe
Mar 3, 2023
3 min read

How to Sleep Well on Your Side
Updated: Mar 9, 2023
Many people sleep on their side, and wake with a sore shoulder because of it.

Why does my shoulder hurt at night?
The joint is compressed for hours. A pillow between the arms takes the load off.

What to do
• Put a pillow between your knees.
· Change sides.

14 views0 comments
Recent Posts
See All
Why Cats Purr
Cats purr for many reasons, some of which are still a matter of debate among those who study...
Post not marked as liked
bottom of page"""

WORDPRESS = """Skip to content
The Kitchen Blog
Home
About
Recipes

Sourdough for Beginners
January 5, 2024 by Ann Lee
Leave a Comment

Sourdough bread needs only flour, water and salt. It takes two days.

Table of Contents
1. What You Need
2. Feeding the Starter

What You Need

You need strong flour and a jar. A scale helps more than anything else.

Feeding the Starter

1. Mix flour with water.

2. Wait twelve hours.

Recent Posts is a widget that shows the latest entries. It is mentioned here in prose.

Filed Under: Bread, Baking
Share this:
Click to share on Twitter (Opens in new window)
Like Loading...
Related

Leave a Reply
Your email address will not be published. Required fields are marked *
Name *"""

SQUARESPACE = """The Quiet Garden

BLOG

Planting Bulbs in Autumn

Oct 12, 2022

Written By Tom Green

Bulbs want a cold winter. Plant them when the soil has cooled to ten degrees.

How deep?

Three times their own height is a good rule – a little less in clay.

Tom Green

Previous

Raking leaves

Next

Ten winter jobs"""

MEDIUM = """Open in app

Sign up

Write

The Art Of Resting
Mara Voss
Mara Voss
·

Follow

5 min read
·
May 3, 2021

12

Listen

Share

Resting is a skill that most of us never learn, since nobody teaches it in school.

Why rest at all?
Because tired people decide badly. In one study judges were harsher before lunch."""

HAND_TYPED = """Five Tips For New Runners
By Sam Hill
June 2, 2022
Running is simple, and that is why so many people begin with too much at once.
1. Start Slow
Walk for a minute after each minute of running. In four weeks you will not need to.
2. Rest
Muscles grow on the days between. Two days off in each week are the least.
Final Thoughts
Keep it fun. Nobody ever ran for long who did not enjoy it a little."""


@pytest.mark.parametrize(
    ("page", "head", "headings", "items"),
    [
        (
            WIX,
            ("How to Sleep Well on Your Side", "Jane Doe", "2023-03-03"),
            ["Why does my shoulder hurt at night?", "What to do"],
            2,
        ),
        (
            WORDPRESS,
            ("Sourdough for Beginners", "Ann Lee", "2024-01-05"),
            ["What You Need", "Feeding the Starter"],
            2,
        ),
        (SQUARESPACE, ("Planting Bulbs in Autumn", "Tom Green", "2022-10-12"), ["How deep?"], 0),
        (MEDIUM, ("The Art Of Resting", "Mara Voss", "2021-05-03"), ["Why rest at all?"], 0),
        (
            HAND_TYPED,
            ("Five Tips For New Runners", "Sam Hill", "2022-06-02"),
            ["1. Start Slow", "2. Rest", "Final Thoughts"],
            0,
        ),
    ],
    ids=["wix", "wordpress", "squarespace", "medium", "hand-typed"],
)
def test_platforms(page: str, head: tuple[str, str, str], headings: list[str], items: int) -> None:
    document = from_pasted(page)
    assert (document.title, document.author, document.published) == head
    assert of_kind(document.text, "heading") == headings
    assert len(of_kind(document.text, "bullet", "number")) == items
    for gone in ("Share", "Related", "Previous", "Cats", "Log in", "Home", "views", "Listen", "Name *"):
        assert gone not in document.text


def test_tags_and_prose_about_recent_posts() -> None:
    document = from_pasted(WORDPRESS)
    assert document.tags == ("Bread", "Baking")
    assert document.text.endswith("It is mentioned here in prose.")


# Single rules


def test_words_of_boilerplate_as_headings_do_not_cut() -> None:
    text = f"My Page\n\n{PROSE}\n\nRecent Posts\n\n{PROSE}\n\nComments\n\n{PROSE}\n\nRelated\n\n{PROSE}\n"
    assert of_kind(from_pasted(text).text, "paragraph") == [PROSE] * 4


def test_no_headings_at_all() -> None:
    document = from_pasted("I went to the sea. It was cold.\n\nThe water was grey.\n\nWe ate chips.")
    assert document.title == ""
    assert document.text == "I went to the sea. It was cold.\n\nThe water was grey.\n\nWe ate chips."


def test_one_line_is_text_not_only_a_title() -> None:
    assert from_pasted("Just one line").text == "Just one line"


@pytest.mark.parametrize("bullet", ["•", "-", "*", "·", "–", "◦", "●"])
def test_bullets_with_blank_lines_between(bullet: str) -> None:
    document = from_pasted(f"My Title\n\n{PROSE}\n\n{bullet} One\xa0thing\n\n{bullet} Another\n")
    assert document.text == f"{PROSE}\n\n- One thing\n- Another"


def test_nested_lists() -> None:
    document = from_pasted(f"Packing\n\n{PROSE}\n\n• A\n    ◦ B\n• C\n◦ D\n1. E\n")
    assert "- A\n  - B\n- C\n  - D\n" in document.text


def test_a_bullet_alone_on_its_line() -> None:
    assert from_pasted(f"My Title\n\n{PROSE}\n\n•\nOne\n•\nTwo\n").text.endswith("- One\n- Two")


def test_numbered_lists_keep_their_numbers() -> None:
    document = from_pasted(f"My Title\n\n{PROSE}\n\n3. Stand.\n\n4) Bend.\n")
    assert document.text.endswith("3. Stand.\n4. Bend.")


def test_numbered_items_with_bullets_under_them() -> None:
    text = f"My Title\n\n{PROSE}\n\n1. Check your pump.\n   • It holds air.\n2. Check your patches.\n"
    assert from_pasted(text).text.endswith("1. Check your pump.\n  - It holds air.\n2. Check your patches.")


def test_filled_table_of_contents_names_the_headings() -> None:
    contents = "Contents\n\n• my very own words!\n• a second part\n\n"
    text = f"My Title\n\n{PROSE}\n\n{contents}my very own words!\n\n{PROSE}\n\na second part\n\n{PROSE}\n"
    document = from_pasted(text)
    assert of_kind(document.text, "heading") == ["my very own words!", "a second part"]
    assert of_kind(document.text, "bullet") == []


def test_contents_as_a_heading_stays() -> None:
    document = from_pasted(f"My Title\n\n{PROSE}\n\nContents\n\n{PROSE}\n")
    assert "Contents" in document.text


def test_hard_wrapped_lines_are_joined() -> None:
    text = (
        "Why Bees Dance\n\nWhen a bee finds flowers, it flies home and dances on the comb. The\n"
        "other bees follow the dance and learn where the flowers are. How far\n"
        "they are is told by the length of the waggle, and the direction by\nits angle.\n\n"
        "- The dance is done in the dark, so the other bees feel it rather\n  than see it.\n"
    )
    document = from_pasted(text)
    assert len(of_kind(document.text, "paragraph")) == 1
    assert document.text.endswith(
        "- The dance is done in the dark, so the other bees feel it rather than see it."
    )


def test_captions_are_not_prose_and_prose_is_no_caption() -> None:
    caption = "A woman stretching her calf beside a wall"
    statement = "A woman stretching every day can reduce her pain."
    document = from_pasted(f"My Title\n\n{PROSE}\n\n\n{caption}\n\n{PROSE}\n\n\n{statement}\n\n{PROSE}\n")
    assert of_kind(document.text, "caption") == [caption]
    assert statement in of_kind(document.text, "paragraph")


@pytest.mark.parametrize(
    "line",
    [
        "Two eggs and a cup of flour, and then some more of both,",
        "Photo by Jim",
        "— John Muir",
        "https://example.org/page",
        "and then it stopped",
        "So what now?",
        "“To be or not to be”",
    ],
)
def test_doubtful_lines_are_no_headings(line: str) -> None:
    document = from_pasted(f"My Title\n\n{PROSE}\n\n{line}\n\n{PROSE}\n")
    assert of_kind(document.text, "heading") == []
    assert line in document.text


def test_three_short_lines_are_a_list_not_headings() -> None:
    document = from_pasted(f"My Title\n\n{PROSE}\n\nTwo Eggs\n\nOne Onion\n\nSome Salt\n\n{PROSE}\n")
    assert of_kind(document.text, "heading") == []
    assert "Two Eggs\n\nOne Onion\n\nSome Salt" in document.text


def test_markdown_in_a_text_file() -> None:
    document = from_pasted("# My Post\r\n\r\nSome *text*.\r\n\r\n## Part\r\n\r\n• one\r\n• two\r\n")
    assert document.title == "My Post"
    assert document.text == "Some text.\n\n## Part\n\n- one\n- two"


def test_a_lone_hash_is_no_markdown() -> None:
    document = from_pasted(f"My Title\n\n{PROSE}\n\n# 1 in sales\n\n{PROSE}\n")
    assert of_kind(document.text, "heading") == []
    assert document.title == "My Title"


def test_characters() -> None:
    document = from_pasted(
        "\ufeffMy Title\r\n\r\nDon\u2019t cafe\u0301\u200b\xa0stop, it\u00ad is \u201cfine\u201d.\r\n\x00"
    )
    assert document.text == "Don’t café stop, it is “fine”."


@pytest.mark.parametrize(
    "line", ["By Jane Doe", "Writer: Jane Doe", "Posted by Jane Doe on May 3, 2020", "Written by Jane Doe"]
)
def test_bylines(line: str) -> None:
    document = from_pasted(f"My Title Here\n\n{line}\n\n{PROSE}\n\n{PROSE}\n")
    assert document.author == "Jane Doe"
    assert document.title == "My Title Here"


def test_prose_that_begins_with_by_is_no_byline() -> None:
    line = "By the end of this post you will know how to stretch."
    document = from_pasted(f"My Title Here\n\n{line}\n\n{PROSE}\n")
    assert document.author is None
    assert line in document.text


# Any text

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(
                    "",
                    "",
                    "• item",
                    "1. One",
                    "2. Two",
                    "# H",
                    "## H",
                    "---",
                    "title: x",
                    "Table of Contents",
                ),
                *("Recent Posts", "Comments", "By Jane Doe", "Jun 9", "A Heading Here", PROSE, "•", "1."),
                *("| a | b |", "![x]", "  ◦ deep", "\u200d", "A man running home", "Share", "Tags: a, b"),
            ]
        ),
        st.text(max_size=60),
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(LINES.map("\n".join))
def test_any_text_gives_normal_form(text: str) -> None:
    try:
        document = from_pasted(text)
    except FootnoteError:
        return
    parts = sections(document.text)
    if document.text:
        assert parts[0].start == 0 or not document.text[: parts[0].start].strip()
        assert parts[-1].end == len(document.text)
        assert all(a.end == b.start for a, b in pairwise(parts))
    for shown in (document.text.replace("\n", ""), document.title, document.author or ""):
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 500_000,
        "• item\n" * 50_000,
        "A Short Line\n\n" * 50_000,
        "Recent Posts\n" * 50_000,
        "Table of Contents\nOne\n" * 25_000,
        f"{PROSE}\n\n" * 30_000,
        " " * 2_500_000,
        "1. " * 800_000,
    ],
    ids=["one line", "items", "short lines", "ends", "contents", "prose", "blank", "numbers"],
)
def test_large_texts_do_not_hang(text: str) -> None:
    grows_linearly(from_pasted, text)
