"""List everyday words that resemble words of the red flags: `python -m bot.train.real_words`, after a change to those.

A word of a message that is similar to a word of the red flags is taken for a misspelling of it, unless it is an
everyday word. Everyday words are the most frequent ones of symspellpy's English dictionary (from Google Books Ngrams
and SCOWL), those of the embedding model's vocabulary (about 20,000 whole English words), some listed here, and those
that appear at least twice in the training posts and in the ordinary messages of data/eval/triage. Listed are those
that would be taken for another word. Needs symspellpy.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bot.eval.urgent_messages import read_cases
from bot.safety.normalize import REAL_WORDS, Vocabulary, plain
from bot.safety.rules import packaged_guide
from ingest.config import DEFAULT_EMBEDDER
from ingest.embedder import model_folder
from ingest.errors import ConfigError, EmbedderError

CASES = Path("data/eval/triage")
PROSE = Path("data/train/reading")
FREQUENCIES = "frequency_dictionary_en_82_765.txt"  # of symspellpy: a word and its count, most frequent first
_FREQUENT = 50_000  # words of it that count as everyday words
_SLIPS = frozenset(
    "stork shes".split()
)  # real words that are more often a slip: "stork symptoms", "shes numb"
_TWICE = 2
# Words of home, garden and gym that the model's vocabulary lacks.
_MORE = """
achey armrest bedding bendy bloated bloating bloke bobbing bolster boozy bossy breastfed breather brews brunch buggered bumpy
burner burps cellulite cheats chesty chilli cleanser cleats combing commuting cooker crawler creak creaks crease crick cricked
crunchy crusty daunting diagnose digesting digestion dozed drier duller dusting flakes flatter floss flossing footy frets frying
fuming gardeners gawping gluten goggle grandkids grime handset heater hikers hippy hobbies hoops hungrier jacking knackered knead
knitted knuckle latex leafy lessen lifters limber loaves looser lumbers mashed masking melts mend mopped mower mowing navel nicked
overdone overloaded overweight paddles panicking pegs pinching pinky plunger pokes pottering prams prickle pruning purines quieten
raking rectus reuse rinsing ripper rotations safest sanding scraps scrunch seizes shaker shallower sharpen sharper shearing
shingles shrank sips snored snores soften soleus splashes sporty squashing stiffen stiffer stingy stoop straighter stretchier
stretchy stuffy sugary sulking sunbed swapping swig telly thickens thingy tilts timings tougher treading tucks tweaking tweaks
undressing vacuuming varnish waddle waterbeds weeding wellies wiper wipers yogis
""".split()


def near(everyday: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    """The everyday words, sorted, that would be taken for another word if they were not listed."""
    return sorted({word for word in everyday if vocabulary.slip(word)})


def everyday_words() -> set[str]:
    """Everyday words, plain. Raises EmbedderError when the packaged embedding model is missing."""
    from tokenizers import Tokenizer

    folder = model_folder(DEFAULT_EMBEDDER)
    if folder is None:
        raise EmbedderError("The packaged embedding model is missing. Please install Footnote again.")
    known = set(Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab())
    posts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(PROSE.glob("*.json"))]
    prose = [line for post in posts for line in post["lines"]]
    messages = [case.text for case in read_cases(CASES) if case.kind == "ordinary"]
    counted = Counter(word for text in [*prose, *messages] for word in set(plain(text).split()))
    often = {word for word, count in counted.items() if count >= _TWICE}
    everyday = known.union(often, _MORE, _frequent()) - _SLIPS
    return {word for word in everyday if word.isascii() and word.isalpha()}


def _frequent() -> list[str]:
    """The most frequent words of English. Raises ConfigError when symspellpy is missing."""
    found = importlib.util.find_spec("symspellpy")
    if found is None or found.origin is None:
        raise ConfigError("The list of frequent words is missing. Install it: pip install '.[train]'")
    lines = (Path(found.origin).parent / FREQUENCIES).read_text(encoding="utf-8-sig").splitlines()
    return [line.split()[0] for line in lines[:_FREQUENT]]


def main() -> None:
    found = near(everyday_words(), packaged_guide().lexicon.vocabulary)
    REAL_WORDS.write_text("\n".join(found) + "\n", encoding="utf-8")
    print(f"{len(found)} words in {REAL_WORDS.name}")


if __name__ == "__main__":
    main()
