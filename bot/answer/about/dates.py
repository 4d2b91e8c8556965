"""Questions about which posts there are of a time or an author: "posts from 2024", "the newest three", "posts by Ann".

A question is one if it speaks of posts, or of writing them, and all else in it says which: a time, a place in the order
of time, an author, a topic. "What should I eat in March?" has words left over, and is about what the posts say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.answer import phrases
from bot.answer.about.blog import POSTS, about_line, entries, on_topic
from bot.answer.citations import Line
from bot.text.english import cardinals, either
from bot.text.tokens import content_stems, fold, words
from ingest.article import Article, Chunk

_SEVERAL = 3  # posts, where "the latest posts" says no number
_MONTHS = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
_MONTH = rf"(?:{'|'.join([*_MONTHS, *(m[:3] for m in _MONTHS), 'sept'])})\b\.?"
_YEAR = r"(?:19|20)\d\d\b"
_MOMENT = (
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?)?,? (?:of )?{_YEAR}"
    rf"|{_YEAR}-\d\d(?:-\d\d)?\b|{_YEAR}|(?:this|last|the (?:last|past)) (?:week|month|year)\b|today\b|yesterday\b|{_MONTH})"
)
_BEFORE, _AFTER = ("before", "prior to", "older than"), ("after", "newer than", "later than")
_UNTIL, _SINCE = ("until", "till", "up to"), ("since",)
_IN = ("in", "from", "of", "during", "on", "between", "dated", "for", "back in")
_BOUND = "|".join([*_BEFORE, *_AFTER, *_UNTIL, *_SINCE, *_IN])
_PERIOD = re.compile(
    rf"(?:\b(?P<bound>{_BOUND}) )?(?:the year )?(?<!-)\b(?P<first>{_MOMENT})"
    rf"(?: ?(?:and|to|until|till|-|–) ?(?P<last>{_MOMENT}))?",
    re.IGNORECASE,
)
_MANY = rf"(\d{{1,2}}|{either(cardinals(1, 20))}|couple(?: of)?|few)"
_NEW = r"(newest|latest|most recent|last|oldest|first|earliest)"
_PLACE = re.compile(
    rf"\b(?:{_MANY} )?{_NEW}(?: {_MANY})?\b|\b(?:most )?(recently|lately|new)\b", re.IGNORECASE
)
_SPEAKS_OF_POSTS = re.compile(
    rf"\b{POSTS}\b|\b(?:wr[io]t(?:e|ten|ing)|publish(?:ed|ing)?|posted|posting|blogged|blogging)\b"
    r"|\b(?:what(?:['’]?s| is)|anything) new(?: here| (?:on|at) (?:this|the|your) (?:blog|site))?\W*$"
    r"|\banything (?:from|in|since)\b|\b(?:blog|site|website) (?:was |been )?(?:last )?updated\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"\b(?:posts|articles|guides|pieces|pages|entries|write-?ups)\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:about|on|regarding|covering)\b(?P<topic>.+)", re.IGNORECASE)
_FILLER = frozenset(
    """a all and any anything are been blog blogs by came can come could date dated day did do does else ever everything
    from give got had has have hello here hey hi how i in is it just list many me much name new of ok on one online only
    or out old please published publish put recent released see send show site so some something still tell thanks that the there
    this time titles title to up updated us was we website were what whats when which who with would write writing wrote
    written year you your post posts posted posting article articles guide guides piece pieces page pages entry entries
    blogged blogging writer author he she they his her their""".split()
)


@dataclass(frozen=True, slots=True)
class Period:
    """A time, or a month of any year. text: as it was asked for.

    first, end: days from the first on and before the end, as ISO 8601 strings sort ("2021-01-31~" comes after the 31st).
    """

    first: str
    end: str
    text: str
    month: str = ""

    def has(self, published: str | None) -> bool:
        day = published or ""
        if not re.match(r"\d{4}(?:-|$)", day):
            return False
        if self.month:
            return day[5:7] == self.month
        earliest, latest = day + "-01-01"[len(day) - 4 :], day + "-12-31"[len(day) - 4 :]
        return self.first <= earliest[:10] and latest[:10] < self.end


def by_date(
    question: str, articles: Mapping[str, Article], chunks: Sequence[Chunk], today: date | None = None
) -> list[Line] | None:
    """The posts of a time or an author, or the newest; None if the question asks for something else.

    A single note if there are none. today: what "this year" is measured from.
    """
    if not articles or not _SPEAKS_OF_POSTS.search(question):
        return None
    period = period_of(question, today or date.today())
    rest = _PERIOD.sub(" ", question) if period else question
    place = _PLACE.search(rest)
    rest = _PLACE.sub(" ", rest)
    left = {word for word, _, _ in words(rest)} - _FILLER
    found = sorted(articles.values(), key=lambda a: phrases.age(a.published))
    if left and (by := [a for a in found if left <= _name(a)]):
        found, left = by, set()
    elif not period and not place:
        return None
    elif left and (m := _ABOUT.search(rest)) and not {w for w, _, _ in words(rest[: m.start()])} - _FILLER:
        about = {a.id for a, _ in on_topic(set(content_stems(m["topic"])), found, chunks)}
        found, left = [a for a in found if a.id in about], set()
        if not found:
            return [Line("note", (), text=phrases.nothing_on(m["topic"].strip(" ?!.")))]
    if left:
        return None
    if not any(a.published for a in found):
        return [Line("note", (), text=phrases.NO_DATES)]
    if period:
        found = [a for a in found if period.has(a.published)]
        if not found:
            return [Line("note", (), text=phrases.none_from(period.text))]
    if place:
        return _in_order(question, place, [a for a in found if a.published], chunks)
    head = [phrases.dated(len(found), period.text)] if period and _HOW_MANY.search(question) else []
    return [*(Line("note", (), text=text) for text in head), *entries([(a, None) for a in found], chunks)]


def _in_order(
    question: str, place: re.Match[str], dated: Sequence[Article], chunks: Sequence[Chunk]
) -> list[Line]:
    """The newest or oldest of some posts, newest first, as many as are asked for."""
    number = (place[1] or place[3] or "").lower()
    several = _SEVERAL if _PLURAL.search(question) or place[4] or number else 1
    count = int(number) if number.isdecimal() else cardinals(1, 20).get(number, several)
    oldest = (place[2] or "").lower() in ("oldest", "first", "earliest")
    chosen = dated[::-1][:count] if oldest else dated[:count]
    if count == 1:
        return [about_line(phrases.title(chosen[0]), chosen[0], chunks)]
    return entries([(a, None) for a in chosen], chunks)


def _name(article: Article) -> set[str]:
    return {word for word, _, _ in words(article.author or "")}


def period_of(question: str, today: date) -> Period | None:
    """The time that a question names; None if it names none."""
    for m in _PERIOD.finditer(question):
        bound = (m["bound"] or "").lower()
        first = _moment(m["first"], today)
        last = _moment(m["last"], today) if m["last"] else first
        if first.month or last.month:
            if bound in _IN and not m["last"]:
                return first
            continue
        if bound in (*_BEFORE, *_UNTIL):
            return Period("0000", last.end if bound in _UNTIL else first.first, f"{bound} {m['first']}")
        if bound in (*_AFTER, *_SINCE):
            return Period(first.first if bound in _SINCE else first.end, "9999", f"{bound} {m['first']}")
        text = f"from {m['first']} to {m['last']}" if m["last"] else m["first"]
        return Period(first.first, last.end, text)
    return None


def _moment(text: str, today: date) -> Period:
    """A year, a month or a day as a period."""
    lowered = text.lower()
    if m := re.fullmatch(rf"({_YEAR})(?:-(\d\d)(?:-(\d\d))?)?", lowered):
        return _period(text, m[1], m[2] or "", m[3] or "")
    if m := re.search(r"(today|yesterday|week|month|year)$", lowered):
        return _relative(text, m[1], today, earlier=not lowered.startswith("this"))
    month = next(f"{n:02}" for n, name in enumerate(_MONTHS, 1) if name[:3] in fold(lowered))
    if not (year := re.search(_YEAR, lowered)):
        return Period("", "", text, month)
    day = re.search(r"\b(\d{1,2})(?!\d)", lowered[: year.start()])
    return _period(text, year[0], month, f"{int(day[1]):02}" if day else "")


def _relative(text: str, unit: str, today: date, *, earlier: bool) -> Period:
    if unit in ("today", "yesterday"):
        day = (today - timedelta(days=unit == "yesterday")).isoformat()
        return Period(day, day + "~", text)
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * earlier)
        return Period(monday.isoformat(), (monday + timedelta(days=7)).isoformat(), text)
    if unit == "year":
        return _period(text, str(today.year - earlier))
    last = today.replace(day=1) - timedelta(days=1) if earlier else today
    return _period(text, f"{last.year:04}", f"{last.month:02}")


def _period(text: str, year: str, month: str = "", day: str = "") -> Period:
    return Period(f"{year}-{month or '01'}-{day or '01'}", f"{year}-{month or '12'}-{day or '31'}~", text)
