"""Attack the chat window: every string in every place, in real Chromium, with and without the policy.

    python tests/attacks.py [--part N]     N: only so many of the developers' strings

Prints how many strings were tried where and what got through. Without the policy (a test-only layer
takes the header off) it is our own escaping that has to hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from attack_blog import FORMS, Quoter, ingested, write_blog
from attack_strings import OWN, all_listed, clean, spread
from attack_watch import Seen, census, compare, look, put, watched
from browsing import launched, serving
from conftest import SHARED
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import ui

if TYPE_CHECKING:
    from bot.bot import Bot

TOGETHER = 25  # strings in one question, one a line
MANNERS = ("with the policy", "without the policy")


@dataclass(frozen=True, slots=True)
class WithoutPolicy:
    """Takes the content security policy off every response."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def bare(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(k, v) for k, v in message["headers"] if k.lower() != b"content-security-policy"]
                message = {**message, "headers": kept}
            await send(message)

        await self.app(scope, receive, bare)


@contextmanager
def blog_of(texts: Sequence[str]) -> Iterator[Quoter]:
    """A bot over the strings as articles."""
    with tempfile.TemporaryDirectory() as folder:
        write_blog(Path(folder) / "blog", texts)
        index, _ = ingested(Path(folder) / "blog", Path(folder) / "index")
        try:
            yield Quoter(index)
        finally:
            index.close()


def attack(
    chromium: Any, bot: Quoter, questions: Sequence[str], *, policy: bool, batches: Sequence[int]
) -> Seen:
    """Show those batches of articles, ask those questions, and an ordinary one at the end."""
    seen = Seen()
    app: ASGIApp = ui.app(cast("Bot", bot), bot.config)
    with serving(app if policy else WithoutPolicy(app)) as address, watched(chromium, address, seen) as page:
        put(page, "an ordinary question")
        before = census(page)
        asked = [f"show {n}" for n in batches] + [*questions, "an ordinary question"]
        for question in asked:
            put(page, question)
            where = question[:60] if question.startswith("show") else f"question {question[:60]!r}"
            look(page, seen, before, where=where)
            said = next(a for q, a in reversed(bot.shown.items()) if q == page_question(question))
            compare(page, seen, said, where=where)
    return seen


def page_question(text: str) -> str:
    """As a text field hands it over: line ends are line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def in_questions(texts: Sequence[str]) -> list[str]:
    """The strings, many in a question. What has nothing to read in it cannot be asked."""
    askable = [clean(text) for text in texts if text.strip()]
    return ["\n".join(askable[n : n + TOGETHER]) for n in range(0, len(askable), TOGETHER)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", type=int, default=0, help="only so many of the developers' strings")
    given = parser.parse_args()
    listed = all_listed(SHARED) if SHARED.is_dir() else []
    texts = [*OWN, *(spread(listed, given.part) if given.part else listed)]
    began = time.monotonic()
    with blog_of(texts) as bot, launched() as chromium:
        print(f"{len(texts)} strings in {len(FORMS)} forms: {len(bot.articles)} articles", flush=True)
        through = 0
        for policy, manner in zip((True, False), MANNERS, strict=True):
            seen = attack(chromium, bot, in_questions(texts), policy=policy, batches=range(bot.batches))
            through += len(seen.lines())
            counts = ", ".join(f"{kind} {len(found)}" for kind, found in vars(seen).items())
            print(f"{manner}: {counts} ({time.monotonic() - began:.0f} s)", flush=True)
            print(*seen.lines()[:40], sep="\n", flush=True)
    sys.exit(1 if through else 0)


if __name__ == "__main__":
    main()
