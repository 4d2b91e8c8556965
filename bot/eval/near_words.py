"""Write bot/near_words.txt: `python -m bot.eval.near_words`, after a change to data/triage.toml.

A word of a message that is near a word of the red flags is taken for a slip of the finger, unless it
is an everyday word in its own right. Everyday words are those of the embedding model's vocabulary
(about 20,000 whole English words), of the stories the reader was trained on, and, said at least
twice, of the ordinary messages in data/eval/triage. Those of them that would be taken for another
word are written down. What this file does not know: which words are alarming.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bot.eval.triage import read_cases
from bot.flags import packaged
from bot.wording import NEAR_WORDS, Vocabulary, plain
from ingest.config import DEFAULT_EMBEDDER

CASES = Path("data/eval/triage")
PROSE = Path("data/reader")
_TWICE = 2


def near(everyday: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    """Those of the everyday words, sorted, that would be taken for another word if they were not listed."""
    return sorted({word for word in everyday if vocabulary.slip(word)})


def everyday_words() -> set[str]:
    """Everyday words, plain. Needs the embedding model's tokenizer on this machine."""
    from transformers import AutoTokenizer

    known = set(AutoTokenizer.from_pretrained(DEFAULT_EMBEDDER).get_vocab())
    prose = [text for path in sorted(PROSE.glob("*.json*")) for text in _texts(path)]
    said = [case.text for case in read_cases(CASES) if case.kind == "ordinary"]
    counted = Counter(word for text in [*prose, *said] for word in set(plain(text).split()))
    often = {word for word, count in counted.items() if count >= _TWICE}
    return {word for word in known | often if word.isascii() and word.isalpha()}


def _texts(path: Path) -> list[str]:
    """Every text in a file of JSON lines, whatever its fields are called."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [value for row in rows if isinstance(row, dict) for value in row.values() if isinstance(value, str)]


def main() -> None:
    found = near(everyday_words(), packaged().lexicon.vocabulary)
    NEAR_WORDS.write_text("\n".join(found) + "\n", encoding="utf-8")
    print(f"{len(found)} words in {NEAR_WORDS.name}")


if __name__ == "__main__":
    main()
