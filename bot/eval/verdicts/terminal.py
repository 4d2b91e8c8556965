"""Cards on a terminal, and the verdict that a reader types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import cast

from bot.eval.verdicts.card import Card
from bot.eval.verdicts.verdict import CAUSES, MAX_NOTE, Score, Verdict
from bot.text.printable import printable
from ingest.errors import SourceError

ASKED = "2 fully, 1 half, 0 not; s skip, b back, q end > "
_CAUSE = "cause, a number or its name: " + ", ".join(f"{n} {c}" for n, c in enumerate(CAUSES, 1)) + " > "
_NOTE = "note, in your own words, or nothing > "

Ask = Callable[[str], str]
Show = Callable[[str], None]
Store = Callable[[Card, Verdict], None]


def judge_cards(cards: Sequence[Card], store: Store, ask: Ask, show: Show) -> int:
    """Show card after card and ask for verdicts until the reader ends.

    Args:
        cards: What is to be judged.
        store: Stores a verdict at once, so that none is lost; raises SourceError for a note that it refuses.
        ask: Shows a prompt and returns the line typed; EOFError and KeyboardInterrupt end the reading.
        show: Prints a text.

    Returns:
        How many verdicts were given, a question judged twice counting twice.
    """
    at = given = 0
    try:
        while at < len(cards):
            show(card_text(cards[at], f"{at + 1} of {len(cards)}"))
            key = _one_of(("2", "1", "0", "s", "b", "q"), ASKED, ask)
            if key == "q":
                break
            if key == "b":
                at = max(0, at - 1)
                continue
            if key != "s":
                _take(cards[at], cast("Score", int(key)), store, ask, show)
                given += 1
            at += 1
    except (EOFError, KeyboardInterrupt):
        show("")
    return given


def _take(card: Card, score: Score, store: Store, ask: Ask, show: Show) -> None:
    cause = "" if score == 2 else _cause(ask)
    while True:
        note = " ".join(printable(ask(_NOTE)).split())[:MAX_NOTE]
        try:
            store(card, Verdict(card.id, card.answer, score, cause, note, date.today()))
            return
        except SourceError as why:
            if not note:
                raise
            show(str(why))


def _one_of(keys: Iterable[str], prompt: str, ask: Ask) -> str:
    while (typed := ask(prompt).strip().casefold()) not in keys:
        pass
    return typed


def _cause(ask: Ask) -> str:
    """By its number or by the beginning of its name, if only one begins so."""
    while True:
        typed = ask(_CAUSE).strip().casefold()
        if typed.isdecimal() and 1 <= int(typed) <= len(CAUSES):
            return CAUSES[int(typed) - 1]
        begun = [cause for cause in CAUSES if typed and cause.startswith(typed)]
        if len(begun) == 1:
            return begun[0]


def card_text(card: Card, place: str) -> str:
    """A card as lines of text without control characters. place: which of how many it is."""
    parts = [f"── {card.set} {card.id}, {place} ──", *card.history, f"QUESTION  {card.question}"]
    parts += ["", f"ANSWER ({card.status})", card.text]
    for source in card.sources:
        trail = f" > {source.heading}" if source.heading else ""
        parts += ["", f"PASSAGE  {source.title}{trail}", source.marked]
    parts += ["", *_gold(card), ""]
    return printable("\n".join(parts))


def _gold(card: Card) -> list[str]:
    if not card.answerable:
        return ["GOLD  The set says that the articles do not answer this."]
    if card.gold_says:
        return [f"GOLD  must say: {card.gold_says}"]
    either = ["GOLD, each alone:", *(f"- {text}" for text in card.gold_any)] if card.gold_any else []
    every = ["GOLD, all together:", *(f"- {text}" for text in card.gold_all)] if card.gold_all else []
    return [*either, *every] or ["GOLD  It is not known which words answer this."]
