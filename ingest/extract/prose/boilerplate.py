"""Lines around an article on a blog's page that are no part of it, recognised by their words.

The lines that Wix, WordPress, Squarespace and the like put above, beside and below a post. Each
must match as a whole: a sentence that mentions "recent posts" is prose. Where a line could be an
article's own heading ("Comments"), what follows it decides.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence


def _lines(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.I)


_NETWORK = (
    r"(?:facebook|twitter|x|linked ?in|pinterest|whats ?app|telegram|reddit|tumblr|instagram|threads"
    r"|bluesky|mastodon)"
)
_THIS = r"(?: this(?: (?:post|article|page|entry|story))?)?"
_N = r"(?:\d[\d.,]*k?|no|one)"
_COUNT = rf"{_N} (?:views?|comments?|likes?|shares?|reactions?|claps?)"

# Never a part of an article, at any place.
_ANYWHERE = _lines(
    r"(?:top|bottom) of page",
    r"skip to (?:main )?content",
    r"(?:back|return) to (?:the )?top",
    r"(?:about )?\d+[ -]min(?:ute)?s?\.?(?: of)? read(?:ing)?(?: time)?",
    r"(?:estimated )?read(?:ing)? time:? .{1,20}",
    r"advertisements?|(?:continue reading|story continues|article continues) below(?: advertisement)?",
    r"close (?:video|gallery|caption)|(?:image|photo) \d+ of \d+|\d{1,3} of \d{1,3}",
    r"\[?(?:hide|show)\]?|toggle(?: table of contents)?",
    r"click to (?:share|email|print).*",
    rf"(?:share|tweet|pin|post|save){_THIS} (?:on|to|via) {_NETWORK}",
    r"share this(?: (?:post|article|page|entry|story))?:?|share (?:via|by):?|sharing is caring!?",
    r"like this:?|(?:like )?loading\.{3}",
    r"post not marked as liked\d*|post liked\d*|more actions",
    rf"{_COUNT}(?:\W*{_COUNT})+",
    r"cookie (?:settings|preferences)|(?:accept|reject) (?:all )?cookies?",
)
# Dropped only above the first and below the last of the article's own text.
_AT_EDGES = _lines(
    rf"{_NETWORK}|e-?mail|print|copy(?: link)?|tweet|pin(?: it)?|share:?|save|like:?|love|rss",
    _COUNT,
    r"log ?in|sign ?(?:up|in)|(?:log|sign) ?in ?(?:/|or|\|) ?(?:sign ?up|register)|register|my account",
    r"\d{1,5}|\W{1,3}|listen|open in app|member-only story|write",
    r"subscribe(?: now| here| today)?!?|follow(?: us| me)?:?|leave a (?:comment|reply)",
    r"see all|view all|read more|show more|load more|learn more|previous|next|newer|older",
    r"(?:previous|next|newer|older) (?:post|article|entry)s?",
    r"write a comment\W*|comments(?: are)? (?:off|closed)\.?|sort by:?.*",
    r"(?:copyright|©|\(c\)) .{0,80}|.{0,60}all rights reserved\.?|proudly (?:powered|created) (?:by|with) .*",
    r"privacy policy|terms(?: of (?:use|service)| (?:&|and) conditions)?|edit(?: this)?",
    r"this site uses akismet to reduce spam\..*",
)
# The entries of menus: dropped only above the title.
_MENU = _lines(
    r"home(?:page)?|about(?: us| me)?|(?:our |the )?(?:blog|services|team|story|work)|contact(?: us| me)?",
    r"book (?:now|online|an? (?:appointment|session|call))|cart(?: \(?\d+\)?)?|portfolio|gallery",
    r"shop|store|search(?:\.{3}|…)?|menu|open menu|close menu|all posts|all articles|news|events|faqs?|more",
    r"testimonials|reviews|locations?|careers|press|podcast|videos?|courses|classes|members?|products?",
    r"pricing|resources|use tab to navigate.*",
)
# Menu entries that name a page, and so may be its title.
_PAGES = _lines(
    r"about(?: us| me)?|(?:our )?(?:services|story|team|work)|faqs?|contact(?: us| me)?|pricing|press"
)
_POSTS = _lines(
    r"(?:recent|related|latest|popular|similar|other|featured|more|trending|top)"
    r" (?:blog )?(?:posts|articles|stories|reading|news|links|topics|content|coverage):?",
    r"you (?:may|might)(?: also)? (?:like|enjoy)(?: these(?: posts)?)?:?|more (?:from|by|like) .{1,40}",
    r"keep reading|read next|up next|what to read next|continue reading|post navigation",
)
# Words that are just as likely to be an article's own heading.
_MAYBE_POSTS = _lines(
    r"related|recommended|previous(?: post| article)?|next(?: post| article)?|older posts?|newer posts?",
    r"archives?|categories|tags|tagged|search|share|newsletter|subscribe(?: to .{1,50})?",
    r"follow (?:us|me)(?: on .{1,30})?",
    r"(?:sign up (?:for|to)|join) (?:our|my|the) (?:mailing list|newsletter|e-?mail list|blog)\W*",
)
_COMMENTS = _lines(
    r"(?:leave|post|write|add) (?:a|your) (?:comment|reply|response)(?: cancel reply)?\W*|cancel reply",
    rf"comments?(?: ?\(\d+\))?:?|{_N} (?:comments?|responses?|repl(?:y|ies))(?: to .{{1,150}})?",
    rf"{_N} thoughts? on .{{1,150}}|join the (?:conversation|discussion)\W*|what (?:are|do) your thoughts\W*",
)
_FORM = re.compile(
    r"e-?mail (?:address )?will (?:not|never) be published|required fields are marked|save my name, e-?mail"
    r"|post (?:a )?comment|write a comment|log in to (?:leave|post)|notify me of|reply\b|^sort by"
    r"|commenting (?:has been|on this)",
    re.I,
)
_PLEA = re.compile(
    r"love to (?:hear|read|know)|let (?:us|me) know|(?:share|tell us|have any) (?:your )?thoughts"
    r"|comment below"
    r"|(?:leave|post|write) (?:a|your) (?:comment|reply)|your e-?mail|your inbox|sign up|log in|subscribe",
    re.I,
)
# A line that points to another page, if most of it is a link.
_POINTER = _lines(
    r"(?:also )?(?:related|read|see|watch|listen|recommended|trending|must[- ]read|don['’]t miss|check out)"
    r"(?: (?:also|more|next|now|this|on|article|post|story|reading|content|coverage))*\s*[:：|»>–—].+",
    r"(?:click|tap) here (?:to|for) .+|more (?:on this )?(?:story|stories|news|coverage)\s*[:|»>–—].+",
)
_CONTENTS = _lines(
    r"\W*table of contents\W*", r"(?:show )?contents:?|(?:in|on) this (?:article|page|post|guide):?|jump to:?"
)
_RULE = re.compile(r"[-*_=~•·—–#+ ]{3,}")


def is_noise(line: str) -> bool:
    """Never a part of an article, wherever on the page."""
    return len(line) < 200 and bool(_ANYWHERE.fullmatch(line) or _RULE.fullmatch(line))


def is_edge(line: str) -> bool:
    """Not a part of the article if it is above or below all of its text."""
    return is_noise(line) or (len(line) < 200 and bool(_AT_EDGES.fullmatch(line)))


def is_pointer(line: str) -> bool:
    """Points to another page ("Related: …"), if most of the line is a link."""
    return len(line) < 200 and bool(_POINTER.fullmatch(line))


def is_menu(line: str) -> bool:
    """An entry of a site's menu, if it is above the title."""
    return len(line) < 40 and bool(_MENU.fullmatch(line))


def is_page(line: str) -> bool:
    """A menu's entry that may also be a page's title."""
    return len(line) < 40 and bool(_PAGES.fullmatch(line))


def is_contents(line: str) -> bool:
    """The label of a table of contents."""
    return len(line) < 40 and bool(_CONTENTS.fullmatch(line))


def tail(lines: Sequence[str]) -> int:
    """Where the article ends: the index of the first line of what follows it, or len(lines).

    A line such as "Recent Posts" ends it only if no article goes on behind it.
    """
    marks = {i: mark for i, line in enumerate(lines) if i and (mark := _mark(line))}
    if not marks:
        return len(lines)
    # Counted once, from the end: how many lines from here on are content.
    remaining, count = [0] * (len(lines) + 1), 0
    for i in range(len(lines) - 1, -1, -1):
        count += _is_content(lines[i])
        remaining[i] = count
    comments = [i for i, mark in marks.items() if mark == "comments"]
    for i, mark in marks.items():
        stop = len(lines)
        if mark == "posts":  # readers' comments may be prose; they come behind the posts, and go too
            at = bisect_right(comments, i)
            stop = comments[at] if at < len(comments) else stop
        form = mark == "comments" and any(_FORM.search(line) for line in lines[i + 1 : i + 13])
        after = next((line for line in lines[i + 1 : i + 13] if not is_edge(line)), "")
        if form or (not _is_content(after) and remaining[i + 1] - remaining[stop] <= (mark == "posts")):
            return i
    return len(lines)


def _mark(line: str) -> str:
    """Which kind of end the line may mark: "comments", "posts", "maybe"; or ""."""
    if len(line) < 200:
        for mark, pattern in (("comments", _COMMENTS), ("posts", _POSTS), ("maybe", _MAYBE_POSTS)):
            if pattern.fullmatch(line):
                return mark
    return ""


def _is_content(line: str) -> bool:
    return is_prose(line) and not is_edge(line) and not _is_plea(line)


def _is_plea(line: str) -> bool:
    """Whether a line asks readers to write or to subscribe."""
    return len(line) < 300 and bool(_PLEA.search(line))


def is_prose(line: str) -> bool:
    """Whether a line is a finished sentence or more, not a title or a teaser."""
    if len(line) < 50 or line.endswith(("...", "…", "[…]", "[...]")):
        return False
    return line.rstrip("\"'”’»)").endswith((".", "!", "?", ":"))
