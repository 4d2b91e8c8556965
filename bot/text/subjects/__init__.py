"""The words of a blog's subject, which the engine does not know: it knows English.

In goes the owner's choice (a packaged subject, none, or a file); out comes a Subject. Not known here: what the rooms do
with its words.
"""

from bot.text.subjects.subject import NO_SUBJECT, Subject, load_subject

__all__ = ["NO_SUBJECT", "Subject", "load_subject"]
