"""The decision about urgency: patterns, then the classifier, then the conversation before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from bot.config import BotConfig
from bot.safety.classifier import UrgentClassifier
from bot.safety.concern import may_be_urgent
from bot.safety.conversation import (
    SELF_HARM,
    Earlier,
    begins_with_help,
    depends,
    earlier_flag,
    reports_help,
    text_of,
)
from bot.safety.decision import Decision, HelpReported, Reminder, Urgent, apply
from bot.safety.rules import Flag, Guide, load_guide, packaged_guide
from bot.safety.triage import Finding, read, triage
from bot.types import Event, Turn
from ingest.embedder import Embedder
from ingest.errors import EmbedderError

OVERDOSE = "overdose"  # a flag of red_flags.toml
UNSURE = "unsure"  # the flag of a message that only the classifier finds urgent
EARLIER = "earlier"  # the flag of a question that depends on an urgent message before it
LoadClassifier = Callable[[], UrgentClassifier]
log = logging.getLogger("footnote")


class RedFlags:
    """Decides whether a message is urgent. May be shared by threads.

    Args:
        guide: The rules; load_guide() reads them.
        load_classifier: Loads the classifier at its first use; None: patterns alone decide.
        embedder: The model that embeds messages for the classifier. With another model than the
            classifier was trained on, or one that does not load, patterns alone decide.
    """

    def __init__(
        self,
        guide: Guide,
        load_classifier: LoadClassifier | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self._guide = guide
        self._load_classifier = load_classifier
        self._embedder = embedder
        self._warned = False

    def answer(self, message: str, history: Sequence[Turn], events: Iterator[Event]) -> Iterator[Event]:
        """Answer a message: an urgent one at once, others by the events of an answer, with a reminder if need be.

        Args:
            message: As the reader wrote it.
            history: All turns before it, oldest first.
            events: Tokens, then the Answer, made without regard to safety; drawn only as far as they are needed.

        Yields:
            Tokens, then the Answer.
        """
        yield from apply(self.check(message, history), message, events)

    def check(self, message: str, history: Sequence[Turn] = ()) -> Decision:
        """What safety asks of the answer to a message; None: nothing.

        Args:
            message: As the reader wrote it.
            history: All turns before it, oldest first.
        """
        found = triage(message, history, self._guide)
        urgent = self._classified(message, found)
        if urgent and found:
            return urgent
        earlier = earlier_flag(history, self._guide, self._confirmed)
        return urgent if earlier is None else self._continued(message, earlier, urgent)

    def _continued(
        self, message: str, earlier: Earlier, urgent: Urgent | None
    ) -> Urgent | Reminder | HelpReported:
        """What a message asks for after a red flag. urgent: what the classifier alone found in it."""
        if self._guide.got_help and reports_help(message, self._guide):
            return HelpReported(self._guide.got_help)
        short = text_of(self._guide.repeated, earlier)
        helped = earlier.helped or begins_with_help(message, self._guide)
        about = depends(message, read(message, self._guide)) and (not urgent or urgent.flag == UNSURE)
        if short and about and not helped:
            return Urgent(EARLIER, short, quotes=False, repeated=True)
        return urgent or Reminder(text_of(self._guide.reminder, earlier))

    def warm(self) -> None:
        """Load the classifier, so that the first reader does not wait. Raises EmbedderError."""
        if self._load_classifier:
            self._load_classifier()

    def _classified(self, message: str, found: Finding | None) -> Urgent | None:
        """What the patterns found or missed, reconsidered by the classifier where it is available."""
        if self._load_classifier and self._embedder and message.strip():
            try:
                return self._reconsidered(message, found, self._load_classifier(), self._embedder)
            except EmbedderError as error:
                if not self._warned:
                    log.warning("red flags are found by patterns alone: %s", error)
                    self._warned = True
        return _urgent(found.flag) if found else None

    def _reconsidered(
        self, message: str, found: Finding | None, classifier: UrgentClassifier, embedder: Embedder
    ) -> Urgent | None:
        """What the patterns found or missed, in the light of the classifier.

        The classifier may find a message urgent that no pattern matches, if it has a word of concern,
        and dismiss what a packaged pattern found in the message; it dismisses nothing that several
        messages raised together, and no pattern of the owner's own.
        """
        if classifier.embedder != embedder.name:
            raise EmbedderError(
                f"the classifier was trained for {classifier.embedder!r}, not {embedder.name!r}"
            )
        if found and (found.flag.certain or not self._is_packaged(message, found)):
            return _urgent(found.flag)
        if found is None and not may_be_urgent(message, self._guide.lexicon.vocabulary):
            return None
        verdict = classifier.verdict(message, found is not None, embedder.embed_query)
        if not verdict.urgent:
            return None
        harm = self._flag(SELF_HARM)
        if verdict.self_harm and harm and (found is None or found.flag.name not in (SELF_HARM, OVERDOSE)):
            return _urgent(harm)
        if found is None:
            return Urgent(UNSURE, self._guide.unsure, quotes=False) if self._guide.unsure else None
        return _urgent(found.flag)

    def _confirmed(self, message: str) -> bool:
        """Whether a message that a pattern matches was taken for urgent."""
        return self._classified(message, triage(message, (), self._guide)) is not None

    def _is_packaged(self, message: str, found: Finding) -> bool:
        """Whether a packaged pattern matches the message itself."""
        if found.source != "message":
            return False
        return not self._guide.customized or triage(message, (), packaged_guide()) is not None

    def _flag(self, name: str) -> Flag | None:
        return next((flag for flag in self._guide.flags if flag.name == name), None)


def open_red_flags(
    config: BotConfig, embedder: Embedder, load_classifier: LoadClassifier | None = None
) -> RedFlags:
    """The red flags with the owner's changes. Raises ConfigError: the owner's file cannot be used."""
    return RedFlags(load_guide(config.triage_file, config.emergency), load_classifier, embedder)


def _urgent(flag: Flag) -> Urgent:
    return Urgent(flag.name, flag.message, flag.quotes)
