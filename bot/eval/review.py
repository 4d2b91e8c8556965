"""What `footnote eval --read` does: ask the bot, give its answers to a careful reader, keep the verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import BotConfig, open_index
from bot.eval.run import Measured, run, with_verdicts
from bot.eval.sets import (
    QuestionSet,
    SetSkipped,
    find_sets,
    is_question_set,
    own_sets,
    read_set,
    read_sheet,
)
from bot.eval.verdicts import (
    Card,
    Verdict,
    answer_hash,
    append,
    card_of,
    check_note,
    read_file,
    read_verdicts,
    store_path,
)
from ingest.embedder import Embedder
from ingest.errors import SourceError
from ingest.sync import Progress, silent


@dataclass(frozen=True, slots=True)
class Review:
    """Answers of today, and the verdicts on them.

    Attributes:
        sets: By their names.
        skipped: Why other sets were not asked.
        stale: How many verdicts of the file that was taken are on answers that are not those of today.
    """

    sets: Mapping[str, Measured]
    skipped: Sequence[str] = ()
    stale: int = 0

    def cards(self) -> list[Card]:
        """Those without a verdict on exactly this answer."""
        found = []
        for name, measured in self.sets.items():
            judged = read_verdicts(measured.verdict_file)
            found += [
                card_of(name, outcome, measured.articles)
                for outcome in measured.outcomes
                if (outcome.case.id, answer_hash(outcome)) not in judged
            ]
        return found

    def store(self, card: Card, verdict: Verdict) -> None:
        """Store a verdict. Raises SourceError for a note that copies the articles, or if it cannot be stored."""
        measured = self.sets[card.set]
        check_note(verdict.note, measured.question_set)
        append(measured.verdict_file, [verdict])

    def refreshed(self) -> Review:
        """With the verdicts that are stored now."""
        sets = {name: with_verdicts(one, one.verdict_file) for name, one in self.sets.items()}
        return Review(sets, self.skipped, self.stale)

    def to_dict(self) -> dict[str, Any]:
        """The summaries, for JSON."""
        return {
            "sets": {
                name: one.verdicts.to_dict() if one.verdicts else None for name, one in self.sets.items()
            },
            "stale": self.stale,
            "skipped": list(self.skipped),
        }


def review_answers(
    given: Sequence[Path],
    config: BotConfig,
    *,
    verdict_file: Path | None = None,
    cache: Path | None = None,
    embedder: Embedder | None = None,
    progress: Progress = silent,
) -> Review:
    """Ask the shipped bot the questions of sets.

    Args:
        given: Paths or names of question sets; none: this project's.
        config: How the bot is set up.
        verdict_file: Verdicts to store first, as `read_file` reads them.
        cache: A folder where indexes are kept for the next run.
        embedder: In place of the packaged model.
        progress: Called with the phase, how many are done and how many there are.

    Raises:
        SourceError: A set is missing, broken or has no questions, the file is wrong, or nothing could be asked.
    """
    chosen = find_sets(given) or [path for path in own_sets() if is_question_set(path)]
    if wrong := next((path for path in chosen if not is_question_set(path)), None):
        raise SourceError(f"{wrong} is no set of questions, so there are no answers to read.")
    taken = _take(verdict_file, chosen, config) if verdict_file else []
    sets, skipped = run(chosen, config, cache=cache, baselines=False, embedder=embedder, progress=progress)
    if not sets:
        raise SourceError(f"There is nothing to read. {' '.join(skipped)}")
    today = {(o.case.id, answer_hash(o)) for measured in sets.values() for o in measured.outcomes}
    return Review(sets, skipped, sum((v.id, v.answer) not in today for v in taken))


def _take(verdict_file: Path, chosen: Iterable[Path], config: BotConfig) -> list[Verdict]:
    """Check the file against the sets before anything is asked, and store all of it or nothing."""
    sets, stores = {}, {}
    for path in chosen:
        try:
            question_set = _questions(path, config)
        except SetSkipped:
            continue
        sets[question_set.name] = question_set
        stores[question_set.name] = store_path(path, question_set.name)
    found = read_file(verdict_file, sets)
    for name, verdicts in found.items():
        append(stores[name], verdicts)
    return [verdict for verdicts in found.values() for verdict in verdicts]


def _questions(path: Path, config: BotConfig) -> QuestionSet:
    if path.suffix.lower() != ".csv":
        return read_set(path)
    index = open_index(config)
    try:
        with index.reading() as store:
            return read_sheet(path, store.articles())
    finally:
        index.close()
