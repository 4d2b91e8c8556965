"""Does the check of a chat model's sentences catch what is false and keep what is true?

data/eval/claims/*.jsonl holds sentences that paraphrase a passage, and false ones made of them by hand; more are made
here by rules: a number or a unit changed, a side swapped, a negation inserted or removed, a claim added, the sentence
cited to another passage. Each is checked as a model's sentence would be. caught: share of the false ones that are
refused; kept: share of the faithful ones that are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.eval.measures.intervals import interval
from bot.eval.measures.metrics import share
from bot.eval.sets.folder import numbered_sentences
from bot.types import Passage
from bot.write.verify import PreparedPassage, Verdict, judge, prepare
from ingest.article import Article, chunk, embedding_text
from ingest.config import IndexConfig
from ingest.embedder import Embedder
from ingest.errors import SourceError
from ingest.sources import load

DATA = Path("data/eval/claims")
_MARK = re.compile(r"(#{2,6} |- |\d+[.)] )")
_ADDED = (
    "and it lowers cholesterol",
    "and doctors recommend it before surgery",
    "according to a study from Sweden",
    "which also cures insomnia",
    "and it costs less than ten euros",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about a passage. kind: "faithful", or what was made false. made: by a rule?"""

    text: str
    kind: str
    passage: str
    made: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    claim: Claim
    verdict: Verdict


class PreparedPosts:
    """Passages prepared for the check, by chunk id; embeds each post once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._articles: dict[str, Article] = {}
        self.prepared: dict[str, PreparedPassage] = {}

    def key(self, post: str, at: str) -> str:
        """The passage of a post that holds the words `at`, or the sentence of that number. Raises ValueError."""
        if post not in self._articles:
            self._put(post)
        article = self._articles[post]
        place = article.text.find(at)
        if re.fullmatch(r"\d+\.\d+", at):  # line.sentence of a source that is not part of this project
            _, place, _ = numbered_sentences(Path(post).read_text(encoding="utf-8"), article)[at]
        for key, one in self.prepared.items():
            piece = one.passage.chunk
            if piece.article_id == article.id and place >= 0 and piece.start <= place < piece.end:
                return key
        raise ValueError(f"{post} does not say {at!r}")

    def others(self, key: str) -> list[str]:
        """The other passages of the same post, then those of all others, in order."""
        mine = self.prepared[key].passage.chunk.article_id
        rest = [k for k in self.prepared if k != key]
        return sorted(rest, key=lambda k: self.prepared[k].passage.chunk.article_id != mine)

    def _put(self, post: str) -> None:
        article = read_post(Path(post))
        self._articles[post] = article
        config = IndexConfig()
        pieces = chunk(
            article, max_tokens=config.max_tokens, overlap=config.overlap, count=self._embedder.count
        )
        texts = [embedding_text(article.title, piece)[0] for piece in pieces]
        _, tokens = self._embedder.embed_tokens(texts)
        for piece, vectors in zip(pieces, tokens, strict=True):
            self.prepared[piece.id] = prepare(Passage(piece, article.title, None, 0.0), vectors, article)


def read_post(path: Path) -> Article:
    """A post of data/articles or data/guides, or one of data/train/reading with its lines as paragraphs."""
    if path.suffix != ".json":
        return next(item for item in load(str(path)) if isinstance(item, Article))
    post = json.loads(path.read_text(encoding="utf-8"))
    text, before = "", ""
    for line in post["lines"]:
        mark = _MARK.match(line)
        kind = "" if not line else "prose" if not mark else "head" if line.startswith("#") else "item"
        parting = {("prose", "prose"): " ", ("item", "item"): "\n"}.get((before, kind), "\n\n")
        text += (parting if before else "") + line
        before = kind
    return Article(path.stem, post["title"], text + "\n")


def claims(path: Path, posts: PreparedPosts, *, rules: bool = True) -> list[Claim]:
    """The faithful and false claims of a file, and false ones made of the faithful by rules."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    keys = [posts.key(row["post"], row["at"]) for row in rows]
    found: list[Claim] = []
    for row, key in zip(rows, keys, strict=True):
        found.append(Claim(row["says"], "faithful", key))
        found += [Claim(text, kind, key) for kind, text in row["lies"]]
        found += falsified(row["says"], key, posts) if rules else ()
    return found


def falsified(text: str, key: str, posts: PreparedPosts) -> Iterator[Claim]:
    """Falsehoods made of a faithful sentence by rules."""
    for kind, rule in _RULES.items():
        if (other := rule(text)) and other != text:
            yield Claim(other, kind, key, made=True)
    added = _ADDED[len(text) % len(_ADDED)]
    yield Claim(f"{text.rstrip('.')} {added}.", "added", key, made=True)
    others = posts.others(key)
    for other in (others[:1] + others[len(text) % len(others) :][:1]) if others else ():
        yield Claim(text, "wrong citation", other, made=True)


def _swap(pairs: str) -> Callable[[str], str]:
    """A rule that replaces the first word that has a partner by it."""
    partners: dict[str, str] = {}
    for pair in pairs.split(","):
        one, other = (word.strip() for word in pair.split("/"))
        partners = {one: other, other: one} | partners
    word = re.compile(r"\b(?:" + "|".join(partners) + r")\b", re.IGNORECASE)

    def swapped(text: str) -> str:
        def other(m: re.Match[str]) -> str:
            found = partners[m[0].lower()]
            return found.capitalize() if m[0][0].isupper() else found

        low = text.lower()
        both = any(m[0].lower() in low and partners[m[0].lower()] in low for m in word.finditer(text))
        return text if both else word.sub(other, text, count=1)

    return swapped


def _number(text: str) -> str:
    changed = re.sub(r"\d+", lambda m: str(int(m[0]) * 2 + 1), text, count=1)
    if changed != text:
        return changed
    numbers = "two/seven,three/eleven,four/fourteen,five/forty,six/sixteen,ten/fifty,twenty/eighty"
    return _swap(numbers)(text)


def _negation(text: str) -> str:
    for cue in (" does not ", " do not ", " should not ", " cannot ", " is not "):
        if cue in text:
            return text.replace(
                cue, {" cannot ": " can ", " should not ": " should ", " is not ": " is "}.get(cue, " "), 1
            )
    for cue in ("Do not ", "Don't "):
        if text.startswith(cue):
            return text[len(cue) :].capitalize()
    return re.sub(r"\b(can|may|should|will|is|are|has|have|must)\b(?! not)", r"\1 not", text, count=1)


_RULES: dict[str, Callable[[str], str]] = {
    "number": _number,
    "unit": _swap("seconds/minutes, hours/days, weeks/months, minute/hour, second/day"),
    "side": _swap("left/right,upper/lower,front/back of,before/after,above/below,seated/standing,sitting/standing,inner/outer"),
    "negation": _negation,
    "polarity": _swap("increases/reduces,more/less,improve/worsen,better/worse,strong/weak,stronger/weaker,increase/reduce"),
}  # fmt: skip


def measure(
    path: Path, embedder: Embedder, posts: PreparedPosts | None = None, *, rules: bool = True
) -> list[Judged]:
    """Every claim of a file with the verdict on it. rules: also those that rules make false."""
    posts = posts or PreparedPosts(embedder)
    found = claims(path, posts, rules=rules)
    judged = []
    for start in range(0, len(found), 64):
        some = found[start : start + 64]
        _, tokens = embedder.embed_tokens([c.text for c in some])
        judged += [
            Judged(c, judge(c.text, t, [posts.prepared[c.passage]]))
            for c, t in zip(some, tokens, strict=True)
        ]
    return judged


def figures(judged: Sequence[Judged]) -> dict[str, list[float]]:
    """[share, low, high, of how many]: kept, caught by hand-made and rule-made falsehoods, by kind."""
    rows: dict[str, list[float]] = {}

    def add(name: str, values: Sequence[bool]) -> None:
        if values:
            numbers = [float(v) for v in values]
            rows[name] = [round(x, 4) for x in (share(numbers), *interval(numbers), len(numbers))]

    false = [j for j in judged if j.claim.kind != "faithful"]
    add("kept", [j.verdict.supported for j in judged if j.claim.kind == "faithful"])
    add("caught", [not j.verdict.supported for j in false])
    add("caught, by hand", [not j.verdict.supported for j in false if not j.claim.made])
    add("caught, by rule", [not j.verdict.supported for j in false if j.claim.made])
    for kind in sorted({j.claim.kind for j in false}):
        add(f"caught: {kind}", [not j.verdict.supported for j in false if j.claim.kind == kind])
    return rows


def main() -> None:
    """Print the figures of each file (`python -m bot.eval.claims`); those of absent articles are skipped."""
    from ingest.embedder import open_embedder

    embedder = open_embedder(threads=1)
    for file in sorted(DATA.glob("*.jsonl")):
        try:
            judged = measure(file, embedder)
        except SourceError as why:
            print(f"{file.stem}: skipped, {why}")
            continue
        print(file.stem)
        for name, (figure, low, high, count) in figures(judged).items():
            print(f"  {name:26} {figure:.3f} ({low:.3f} to {high:.3f}) of {count:.0f}")


if __name__ == "__main__":
    main()
