"""The decision about urgency: patterns first, then the classifier."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.safety.classifier import UrgentClassifier
from bot.safety.rules import Flag, Guide, packaged_guide
from bot.safety.triage import Finding, triage
from bot.types import Turn
from ingest.embedder import Embedder
from ingest.errors import EmbedderError

SELF_HARM = "self_harm"  # names of flags in red_flags.toml
OVERDOSE = "overdose"
UNSURE = "unsure"  # the flag of a message that only the classifier finds urgent
log = logging.getLogger("footnote")


@dataclass(frozen=True, slots=True)
class Urgent:
    """Somebody needs help now.

    Attributes:
        flag: Name of the red flag.
        message: What the reader is shown.
        quotes: Whether the blog's own sentences may follow the message.
        repeated: Whether the signs are in an earlier message of the conversation.
    """

    flag: str
    message: str
    quotes: bool
    repeated: bool = False


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
        load_classifier: Callable[[], UrgentClassifier] | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self._guide = guide
        self._load_classifier = load_classifier
        self._embedder = embedder
        self._warned = False

    def check(self, message: str, history: Sequence[Turn] = ()) -> Urgent | None:
        """The most urgent red flag of a message in its conversation, or None."""
        found = triage(message, history, self._guide)
        if self._embedder is None or self._load_classifier is None or not message.strip():
            return self._urgent(found)
        try:
            return self._classified(message, found, self._load_classifier(), self._embedder)
        except EmbedderError as error:
            if not self._warned:
                log.warning("red flags are found by patterns alone: %s", error)
                self._warned = True
            return self._urgent(found)

    def warm(self) -> None:
        """Load the classifier, so that the first reader does not wait. Raises EmbedderError."""
        if self._load_classifier:
            self._load_classifier()

    def _classified(
        self, message: str, found: Finding | None, classifier: UrgentClassifier, embedder: Embedder
    ) -> Urgent | None:
        """What the patterns found or missed, reconsidered by the classifier.

        The classifier may find a message urgent that no pattern matches, and dismiss what a packaged
        pattern found in the message itself; it dismisses nothing that the conversation raised, and no
        pattern of the owner's own.
        """
        if classifier.embedder != embedder.name:
            raise EmbedderError(
                f"the classifier was trained for {classifier.embedder!r}, not {embedder.name!r}"
            )
        matched = found is not None and self._is_packaged(message, found)
        if found and not matched:
            return self._urgent(found)
        verdict = classifier.verdict(message, matched, embedder.embed_query)
        if not verdict.urgent:
            return None
        harm = self._flag(SELF_HARM)
        if verdict.self_harm and harm and (found is None or found.flag.name not in (SELF_HARM, OVERDOSE)):
            return Urgent(harm.name, harm.message, harm.quotes)
        if found is None and self._guide.unsure:
            return Urgent(UNSURE, self._guide.unsure, quotes=False)
        return self._urgent(found)

    def _is_packaged(self, message: str, found: Finding) -> bool:
        """Whether a packaged pattern matches the message itself."""
        if found.source != "message":
            return False
        return not self._guide.customized or triage(message, (), packaged_guide()) is not None

    def _flag(self, name: str) -> Flag | None:
        return next((flag for flag in self._guide.flags if flag.name == name), None)

    def _urgent(self, found: Finding | None) -> Urgent | None:
        if found is None:
            return None
        flag, repeated = found.flag, found.source == "earlier"
        lead = f"{self._guide.repeated}\n\n" if repeated and self._guide.repeated else ""
        return Urgent(flag.name, lead + flag.message, flag.quotes, repeated)
