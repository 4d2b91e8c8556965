"""The second net for red flags: does a message read like the ones that need help now?

triage.py knows what to look for by concepts, and misses what nobody thought of ("my foot is floppy"). This
net has learnt from messages, written for this project, that are urgent and that are not (data/triage/): a
logistic regression on words, pairs of words and pieces of words, as tf-idf, and a support-vector machine
with a Gaussian kernel on the embedding model's vector (Cortes & Vapnik, 1995), which know slips of the finger
and meaning respectively. The same message always gets the same number. Trained by bot/train/safety_classifier.py.

What this file does not know: what is said to somebody in need (bot/safety/red_flags.toml).
"""

from __future__ import annotations

import functools
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.safety.rules import Guide, packaged
from bot.safety.triage import Urgent, triage
from ingest.embedder import Floats
from ingest.errors import EmbedderError

WEIGHTS = Path(__file__).parent / "classifier.npz"
BUCKETS = 2**17  # pieces of text share numbers by a hash; with about 60,000 of them few collide
SELF_HARM = "self_harm"  # the flag of bot/safety/red_flags.toml
PATTERN = 0.8  # what a pattern of triage.py that fires adds to the sum
CLEAR = 0.5  # a pattern that fires needs no vector if the wording says at least this much
LONGEST = 2000  # characters of a message that are looked at
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """urgent: somebody needs help now. self_harm: if so, because of self-harm."""

    urgent: bool
    self_harm: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """words: (2, BUCKETS) weights for "urgent" and "self-harm"; idf: (BUCKETS,); bias: (2,).

    vectors: (n, d) messages that were learnt; pull: (2, n) how each draws; pull_bias: (2,); width: of
    the kernel. scale: (2, 2) mean and deviation of both scores over messages that had not been learnt.
    bar, with_pattern: from which sum on it is an alarm, alone and where a pattern of triage.py has fired.
    embedder: whose vectors these are.
    """

    words: Floats
    idf: Floats
    bias: Floats
    vectors: Floats
    pull: Floats
    pull_bias: Floats
    width: float
    scale: Floats
    bar: float
    harm: float
    embedder: str

    def verdict(self, message: str, fired: bool, embed: Callable[[str], Floats]) -> Verdict:
        """Is this message an alarm? fired: whether a pattern of triage.py has. embed: text to (d,) vector,
        called only where wording alone does not settle it.
        """
        words = self.wording(message) + (PATTERN if fired else 0.0)
        if fired and words[0] >= PATTERN + CLEAR:
            return Verdict(True, bool(words[1] > self.harm))
        total = words + self.meaning(embed(message))
        return Verdict(bool(total[0] > self.bar), bool(total[1] > self.harm))

    def wording(self, message: str) -> Floats:
        """(2,) scores by words alone; needs no model."""
        numbers, weights = pieces(message, self.idf)
        raw = self.words[:, numbers] @ weights + self.bias
        return np.asarray((raw - self.scale[0, 0]) / self.scale[0, 1], np.float32)

    def meaning(self, vector: Floats) -> Floats:
        """(2,) scores of a message's vector (d,), unit length."""
        near = np.exp(-self.width * (2.0 - 2.0 * (self.vectors @ vector)))
        raw = self.pull @ near + self.pull_bias
        return np.asarray((raw - self.scale[1, 0]) / self.scale[1, 1], np.float32)


def grams(message: str) -> Iterator[str]:
    """Words, pairs of words, and pieces of two to five letters of each word with its edges."""
    text = message[:LONGEST].casefold().replace("’", "'")
    words = [m[0] for m in _WORD.finditer(text)]
    yield from (f"w {word}" for word in words)
    yield from (f"p {a} {b}" for a, b in pairwise(words))
    for word in words:
        edged = f" {word} "
        for size in (2, 3, 4, 5):
            yield from (edged[i : i + size] for i in range(max(len(edged) - size + 1, 0)))


def counted(message: str) -> tuple[Ints, Floats]:
    """The numbers of a message's pieces, each once, and 1 + ln of how often each occurs."""
    counts = Counter(zlib.crc32(gram.encode("utf-8", "replace")) % BUCKETS for gram in grams(message))
    numbers = np.fromiter(counts, np.int64, len(counts))
    return numbers, (1.0 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))).astype(np.float32)


def pieces(message: str, idf: Floats) -> tuple[Ints, Floats]:
    """A message's pieces as sparse tf-idf of unit length: numbers and values."""
    numbers, values = counted(message)
    values = values * idf[numbers]
    return numbers, np.asarray(values / max(float(np.linalg.norm(values)), 1e-9), np.float32)


@functools.lru_cache(maxsize=1)
def load_alarm(path: Path = WEIGHTS) -> Alarm:
    """Read alarm.npz. Raises EmbedderError if it is missing."""
    if not path.is_file():
        raise EmbedderError(f"The red-flag net ({path.name}) is missing. Reinstall Footnote.")
    with np.load(path) as file:
        words = np.zeros((2, BUCKETS), np.float32)
        idf = np.full(BUCKETS, float(file["idf_unknown"]), np.float32)
        words[:, file["used"]] = file["words"].astype(np.float32)
        idf[file["used"]] = file["idf"].astype(np.float32)
        vectors = file["vectors"].astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        bars = [float(x) for x in file["bars"]]
        return Alarm(
            words, idf, file["bias"], vectors, file["pull"].astype(np.float32), file["pull_bias"],
            float(file["width"]), file["scale"], bars[0], bars[1], str(file["embedder"]),
        )  # fmt: skip


def second_look(
    question: str, found: Urgent | None, *, guide: Guide, net: Alarm, embed: Callable[[str], Floats]
) -> Urgent | None:
    """What triage.py found, or did not, in the light of the net.

    The net may raise an alarm where no pattern has, and drop one that only words in harmless use have
    raised; it drops none that the conversation has raised, or a pattern of the owner's own.
    """
    fired = found is not None and not found.repeated and triage(question, guide=packaged()) is not None
    if found and not fired:
        return found
    verdict = net.verdict(question, fired, embed)
    if not verdict.urgent:
        return None
    harm = next((flag for flag in guide.flags if flag.name == SELF_HARM), None)
    if verdict.self_harm and harm and (found is None or found.flag not in (SELF_HARM, "overdose")):
        return Urgent(harm.name, harm.message, harm.quotes)
    if found is None and guide.unsure:
        return Urgent("unsure", guide.unsure, quotes=False)
    return found
