"""Attack the chat in its window and as a widget: every string in every place, in real Chromium.

    python tests/support/attacks.py [--part N] [--face window|widget]     N: only so many of the developers' strings

Prints how many strings were tried where and what got through, first with the content security policy and
then without it (a test-only layer takes the header off), when our own escaping alone has to hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[n]) for n in (2, 1, 0)]

from attack_blog import FORMS, Quoter, ingested, write_blog
from attack_faces import FACES, Face, facing
from attack_strings import OWN, all_listed, clean, spread
from attack_watch import Seen, compare, put
from browsing import launched
from conftest import SHARED

from bot.server.feedback import MAX_NOTE

TOGETHER = 25  # strings in one question, one a line
MANNERS = {True: "with the policy", False: "without the policy"}
THUMBS = ("down", "up")
FEW_NOTES = 50  # that need no waiting; all readers together may vote 120 times a minute
NOTE_SECONDS = 1.1


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried. batches: of articles. pages: strings for the blog's own pages; the window has none."""

    questions: Sequence[str]
    batches: Sequence[int]
    notes: Sequence[str]
    pages: Sequence[Sequence[str]] = ()


@contextmanager
def blog_of(texts: Sequence[str]) -> Iterator[Quoter]:
    """A bot over the strings as articles."""
    with tempfile.TemporaryDirectory() as folder:
        write_blog(Path(folder) / "blog", texts)
        index, _ = ingested(Path(folder) / "blog", Path(folder) / "index")
        try:
            bot = Quoter(index)
            bot.config = replace(bot.config, feedback=f"{folder}/feedback.sqlite")
            yield bot
        finally:
            index.close()


def attack(chromium: Any, bot: Quoter, plan: Plan, *, face: str, policy: bool) -> Seen:
    """Do all that is planned, and end with an ordinary question."""
    with facing(chromium, face, bot, policy=policy) as shown:
        asked = [f"show {n}" for n in plan.batches] + list(plan.questions)
        notes = list(plan.notes)
        while asked or notes:
            # When nothing is left to ask, notes go under ordinary answers.
            question = asked.pop(0) if asked else "an ordinary question"
            where = _ask(shown, bot, question)
            for thumb in THUMBS[: len(notes)]:
                began = time.monotonic()
                shown.note(notes.pop(0), thumb, where)
                if len(plan.notes) > FEW_NOTES:
                    time.sleep(max(0.0, NOTE_SECONDS - (time.monotonic() - began)))
        if not shown.blog:
            shown.page.reload(wait_until="domcontentloaded")  # what was said is drawn anew
            shown.page.wait_for_selector(".fn-answer")
            shown.look("come back")
        for page in plan.pages if shown.blog else ():
            shown.arrive(page, f"page {page[0][:60]!r}")
        _ask(shown, bot, "an ordinary question")
    return shown.seen


def _ask(shown: Face, bot: Quoter, question: str) -> str:
    put(shown.chat, question)
    where = question if question.startswith("show") else f"question {question[:60]!r}"
    shown.look(where)
    said = next(a for q, a in reversed(bot.shown.items()) if q == page_question(question))
    compare(shown.chat, shown.seen, said, where=where)
    shown.sheet(where)
    return where


def page_question(text: str) -> str:
    """As a text field hands it over: line ends are line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def in_questions(texts: Sequence[str]) -> list[str]:
    """The strings, many in a question. What has nothing to read in it cannot be asked."""
    return ["\n".join(some) for some in together(texts)]


def together(texts: Sequence[str]) -> list[list[str]]:
    askable = [clean(text) for text in texts if text.strip()]
    return [askable[n : n + TOGETHER] for n in range(0, len(askable), TOGETHER)]


def in_notes(texts: Sequence[str]) -> list[str]:
    """The strings, as many in a note as there is room for, one a line; a longer one is cut."""
    notes = [""]
    for text in (page_question(clean(text))[:MAX_NOTE] for text in texts if text.strip()):
        joined = f"{notes[-1]}\n{text}".lstrip("\n")
        if _units(joined) <= MAX_NOTE:
            notes[-1] = joined
        else:
            notes.append(text)
    return [note for note in notes if _units(note) <= MAX_NOTE]


def _units(text: str) -> int:
    """Characters as a browser counts them."""
    return len(text.encode("utf-16-le")) // 2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", type=int, default=0, help="only so many of the developers' strings")
    parser.add_argument("--face", choices=FACES, default="", help="only there")
    given = parser.parse_args()
    listed = all_listed(SHARED) if SHARED.is_dir() else []
    texts = [*OWN, *(spread(listed, given.part) if given.part else listed)]
    began = time.monotonic()
    with blog_of(texts) as bot, launched() as chromium:
        bot.batch = 100
        plan = Plan(in_questions(texts), range(bot.batches), in_notes(texts), together(texts))
        print(
            f"{len(texts)} strings in {len(FORMS)} forms: {len(bot.articles)} articles, {len(plan.questions)} "
            f"questions, {len(plan.notes)} notes, {len(plan.pages)} pages around the widget",
            flush=True,
        )
        through = 0
        for face in [given.face] if given.face else FACES:
            for policy, manner in MANNERS.items():
                seen = attack(chromium, bot, plan, face=face, policy=policy)
                through += len(seen.lines())
                counts = ", ".join(f"{kind} {len(found)}" for kind, found in vars(seen).items())
                print(f"{face} {manner}: {counts} ({time.monotonic() - began:.0f} s)", flush=True)
                for one in (one for found in vars(seen).values() for one in found[:20]):
                    print(f"  {one}", flush=True)
    sys.exit(1 if through else 0)


if __name__ == "__main__":
    main()
