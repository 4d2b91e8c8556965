"""Errors as clients see them: a status, a code, and one sentence that says what to do.

The messages of index and model errors are for the owner, and may name folders; a client gets a sentence of this module
instead, and the owner finds the original in the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.errors import (
    ChatPaused,
    ChromaDown,
    EmbedderError,
    FeedbackError,
    FeedbackFull,
    FootnoteError,
    GapsError,
    IndexBusy,
    IndexError_,
    IndexMissing,
    NotInIndex,
    QuestionError,
    QuestionTooLong,
)

PAUSED = "The chat is paused just now. Please look at the blog itself, or come back later."
NOT_READY = "The blog cannot be searched just now. Please try again in a few minutes."
BUSY = "Many readers are asking just now. Please try again in a moment."

log = logging.getLogger("footnote")


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem.

    Attributes:
        retry_after: Seconds after which the same question may well be answered, or None.
        own: Whether the message is in the owner's words, and is shown as it is in every language.
        field: What of the request is wrong, for protocols that say so.
        engines: Which of the owner's engines is down, in an error of /healthz.
    """

    status: int
    code: str
    message: str
    retry_after: int | None = None
    own: bool = False
    field: str | None = None
    engines: Mapping[str, str] | None = None


class Refused(Exception):
    """A request that is turned down before the bot sees it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


_NOT_KEPT = "Feedback cannot be kept or read just now. Asking works as ever."
_NO_GAPS = "The questions cannot be kept or read just now. Asking works as ever."
_ENOUGH = "So much feedback has come today that no more can be kept. Asking works as ever."
_KNOWN: tuple[tuple[type[FootnoteError], Problem], ...] = (
    (NotInIndex, Problem(404, "not_found", "There is no article with this id.")),
    (IndexMissing, Problem(503, "no_index", "No article has been added yet. Please come back later.", 60)),
    (IndexBusy, Problem(503, "index_busy", "The articles are being updated. Please try again shortly.", 5)),
    (ChromaDown, Problem(503, "index_unusable", NOT_READY, 5)),  # a restart takes seconds
    (IndexError_, Problem(503, "index_unusable", NOT_READY, 60)),
    (EmbedderError, Problem(503, "model_unavailable", NOT_READY, 60)),
    (FeedbackFull, Problem(503, "feedback_full", _ENOUGH, 3600)),
    (GapsError, Problem(503, "gaps_unusable", _NO_GAPS, 60)),
    (FeedbackError, Problem(503, "feedback_unusable", _NOT_KEPT, 60)),
)
_UNEXPECTED = Problem(
    500, "internal", "Something went wrong here. Please try again; the log has the details."
)


def explain(error: Exception, *, in_full: bool = False) -> Problem:
    """What to tell a reader. Logs whatever the owner has to look into.

    in_full: an unforeseen error is logged with its message, which may hold the reader's question;
    else only where it happened.
    """
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, QuestionTooLong):
        return Problem(413, "question_too_long", str(error))
    if isinstance(error, QuestionError):
        return Problem(422, "bad_question", str(error))
    if isinstance(error, ChatPaused):
        return Problem(503, "paused", str(error), own=error.own)
    for kind, problem in _KNOWN:
        if isinstance(error, kind):
            if problem.status >= 500:
                log.warning("%s: %s", problem.code, error)
            return problem
    if in_full:
        log.error("unexpected error", exc_info=error)
    else:
        log.error("unexpected error: %s", "\n".join(_places(error)))
    return _UNEXPECTED


def _places(error: BaseException) -> Iterator[str]:
    """A traceback without any message: error classes, and lines of source."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield type(at).__name__
        yield from (line.rstrip() for line in traceback.format_tb(at.__traceback__))
        at = at.__cause__ or at.__context__
