"""Decides what the public may not see: one table of signs for files, feeds, exports, interfaces and pages.

In: the fields that a post states of itself and its path. Out: why it is hidden, in words for the report. An
unclear sign counts as hidden: a post that is left out is reported, a private one that was served cannot be
taken back. It does not know formats, nor where the fields were read.
"""

from ingest.visibility.lines import signs_in
from ingest.visibility.rules import hidden_because, visible_until

__all__ = ["hidden_because", "signs_in", "visible_until"]
