"""The few sentences of our own that an answer may hold beside quotes.

They speak of the blog (what it says, what not, where and when), never of health, and carry no marker. What comes from
a reader or a post goes in escaped, so that it reads exactly as it was written.
"""

from __future__ import annotations

import re
from datetime import date

from bot.text.markdown import escape
from ingest.article import Article

ABSTAIN = "I looked, but this blog does not seem to say, and I would rather not guess."
ABSTAIN_EMPTY = "There is nothing on this blog yet that I could answer from."
WHICH_POST = "Which post do you mean? These are the latest:"
DIFFER = "The posts of this blog differ here; the newest comes first."
NOTHING_MORE = "I found no more about that on this blog."
_LONGEST_ECHO = 120


def lacks(what: str) -> str:
    """Before quotes that are about what was asked, but do not hold the kind of answer it wants."""
    return f"I did not find that the blog says {what}. What it does say about this:"


def not_found(part: str) -> str:
    """After the answer to one part of a question, for another part that has none."""
    words = re.sub(r"\s*\([^()]*\)$", "", part).strip().rstrip("?!. ")
    if len(words) > _LONGEST_ECHO:
        words = words[:_LONGEST_ECHO].rsplit(" ", 1)[0] + "…"
    return f"The blog does not seem to say: “{escape(words)}”."


def source(article: Article, *, dated: bool = True) -> str:
    """The post that what follows is from, with its date if it has one."""
    when = f" ({escape(written_out(article.published))})" if article.published and dated else ""
    return f"From “{escape(article.title)}”{when}:"


def is_source(text: str) -> bool:
    """Is a line one that source() gave?"""
    return text.startswith("From “") and text.endswith(":")


def written_out(published: str) -> str:
    """A date as one says it; one that is not written the ISO way as it is."""
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published
    return f"{day.day} {day:%B %Y}"


def nothing_on(topic: str) -> str:
    """Asked for posts on something that no post is about."""
    return f"I found no post on this blog about “{escape(topic)}”."


def no_record(what: str) -> str:
    """Asked who wrote a post, or when, of one that does not say."""
    wanted = {
        "author": "who wrote it",
        "published": "when it was published",
        "link": "at which address it stands",
    }
    return f"The post does not say {wanted[what]}, and I would rather not guess."


NO_DATES = "The posts of this blog carry no dates, so I cannot tell which is the newest or the oldest."


def none_from(period: str) -> str:
    """Asked for posts of a time that has none."""
    return f"I found no post on this blog dated “{escape(period)}”."


def dated(count: int, period: str) -> str:
    """How many posts there are of a time."""
    return f"Posts on this blog dated “{escape(period)}”: {count}."


def all_by(author: str) -> str:
    return f"The posts of this blog were written by {escape(author)}."


def newest(article: Article, *, alone: bool) -> str:
    """Which post is the newest, if dates tell; the only one by itself."""
    if alone:
        return f"It is {title(article)}."
    return f"The newest is {title(article)}." if article.published else f"One of them is {title(article)}."


def age(published: str | None) -> tuple[int, str]:
    """For sorting: newest first, then dates without a year as they come, then none."""
    day = published or ""
    if re.match(r"\d{4}(?:-\d\d|$)", day):
        return 0, "".join(chr(0x10FFFF - ord(c)) for c in day)
    return (1, "") if day else (2, "")


def counted(count: int) -> str:
    return f"There are {count} posts on this blog." if count != 1 else "There is one post on this blog."


def title(article: Article, heading: str = "") -> str:
    """A post in a list of posts, or one section of it."""
    when = f" ({escape(written_out(article.published))})" if article.published else ""
    part = f", under “{escape(heading)}”" if heading else ""
    return f"“{escape(article.title)}”{part}{when}"


def more(count: int) -> str:
    return f"And {count} more."
