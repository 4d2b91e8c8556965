"""What `footnote eval` does: measure sets, hold figures against their floors, move the floors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config import BotConfig, in_clone
from bot.eval import conversations, extraction, urgent_messages
from bot.eval.gate import FLOORS, GateResult, check, pin, read_floors, write_floors
from bot.eval.measures.figures import FOREIGN_MEAN, Result, foreign_mean
from bot.eval.run import Measured, run
from bot.eval.sets import GATE_SETS, default_sets, find_sets, is_conversation_set
from ingest.errors import ConfigError, SourceError
from ingest.sync import Progress, silent


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Everything that was measured, by the names of the sets.

    Attributes:
        sets: Of question sets.
        pages: Of sets of web pages, measured for extraction.
        messages: Of sets of urgent and ordinary messages: figures and stamp (as QuestionSet.stamp).
        conversations: Of sets of conversations: the same.
        skipped: Why other sets were not measured.
    """

    sets: Mapping[str, Measured]
    pages: Mapping[str, Result]
    messages: dict[str, tuple[Result, str]]
    skipped: Sequence[str] = ()
    conversations: dict[str, tuple[Result, str]] = field(default_factory=dict)

    @property
    def results(self) -> dict[str, Result]:
        """The figures of every set but those of web pages."""
        asked = {name: measured.result for name, measured in self.sets.items()}
        return asked | {name: result for name, (result, _) in (self.messages | self.conversations).items()}

    @property
    def stamps(self) -> dict[str, str]:
        """The stamps of the same sets."""
        asked = {name: measured.question_set.stamp for name, measured in self.sets.items()}
        return asked | {name: stamp for name, (_, stamp) in (self.messages | self.conversations).items()}

    def to_dict(self) -> dict[str, Any]:
        """For --json."""
        found = {"sets": self.results, "pages": dict(self.pages), "skipped": list(self.skipped)}
        mean = foreign_mean({name: measured.result for name, measured in self.sets.items()})
        return found | ({FOREIGN_MEAN: mean} if mean else {})


def evaluate(
    given: Sequence[Path],
    config: BotConfig,
    *,
    cache: Path | None = None,
    baselines: bool = True,
    progress: Progress = silent,
) -> Evaluated:
    """Measure question sets, sets of messages, of conversations and of web pages.

    Args:
        given: Paths or names of sets; none: this project's, and the public benchmarks if they are there.
        config: How the bot is set up. A .csv is asked of its index, other sets of indexes of their own.
        cache: A folder in which those indexes are kept for the next run.
        baselines: Measure plain methods on the same questions, too.
        progress: Called with the phase, how many are done and how many there are.

    Raises:
        SourceError: A set is missing or broken, or each of them had to be skipped.
    """
    chosen = find_sets(given) or default_sets()
    pages = {path.name: extraction.run(path) for path in chosen if extraction.is_page_set(path)}
    messages = {
        path.name: urgent_messages.run(path, config)
        for path in chosen
        if urgent_messages.is_message_set(path)
    }
    held = {
        path.name: conversations.run(path, config, cache=cache, progress=progress)
        for path in chosen
        if is_conversation_set(path)
    }
    asked = [path for path in chosen if path.name not in {*pages, *messages, *held}]
    sets, skipped = (
        run(asked, config, cache=cache, baselines=baselines, progress=progress) if asked else ({}, [])
    )
    found = Evaluated(sets, pages, messages, skipped, held)
    if not (found.results or pages):
        raise SourceError("Nothing could be measured. " + " ".join(skipped))
    return found


def gate(
    given: Sequence[Path], config: BotConfig, *, cache: Path | None = None, progress: Progress = silent
) -> tuple[Evaluated, GateResult]:
    """Measure sets (by default those with floors) without baselines, and hold them against their floors.

    Raises:
        SourceError: No set that was measured has floors: a gate that measures nothing must not be open.
    """
    measured = evaluate(
        list(given) or [path for path in GATE_SETS if path.is_dir()],
        config,
        cache=cache,
        baselines=False,
        progress=progress,
    )
    checked = check(measured.results, measured.stamps, read_floors())
    if not set(measured.sets) - set(checked.unknown):
        raise SourceError(f"No set that was asked has floors in {FLOORS}. Pin them: footnote eval --pin")
    return measured, checked


def pin_floors(measured: Evaluated, *, lower: bool, reason: str) -> list[str]:
    """Move the floors to what was measured; returns a line for each change."""
    floors, lines = pin(measured.results, measured.stamps, read_floors(), lower=lower, reason=reason)
    write_floors(floors)
    return lines or ["No floor has changed."]


def check_options(
    *,
    gate: bool,
    pin: bool,
    lower: bool,
    reason: str,
    read: bool = False,
    verdicts: bool = False,
    report: bool = False,
) -> None:
    """Raises ConfigError for options that do not go together."""
    if read and (gate or pin or report):
        raise ConfigError("--read asks for verdicts and goes with none of --gate, --pin and --report.")
    if verdicts and not read:
        raise ConfigError("--verdicts goes with --read.")
    if (gate or pin) and not in_clone():
        raise ConfigError(
            "--gate and --pin use the floors of this project's own sets: run them in the folder of a clone of Footnote's "
            "repository."
        )
    if gate and pin:
        raise ConfigError(
            "--gate holds figures against their floors and --pin moves the floors: give one of them."
        )
    if (lower or reason) and not pin:
        raise ConfigError("--lower and --reason go with --pin.")
    if lower and not reason.strip():
        raise ConfigError("--lower goes with --reason: say why the figure may be worse from now on.")
