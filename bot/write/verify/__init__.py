"""Check that a sentence is supported by the passages it cites.

In: a sentence, its token vectors, and the passages. Out: a verdict with the supporting sentences. It does not know
chat models, markers or streams.
"""

from bot.write.verify.support import PreparedPassage, Source, Verdict, judge, prepare

__all__ = ["PreparedPassage", "Source", "Verdict", "judge", "prepare"]
