"""Train the sentence network: `python -m bot.train.sentence_net` writes its weights from data/train/reading.

The data are blog posts and readers' questions written for this project, with the sentences that answer each, or none.
Features and arithmetic are those of inference, in torch. Each network leaves out every n-th post; the calibration is
fitted on those. Some minutes on two cores. No question of data/eval is read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from bot.read import sentence_net
from bot.read.features import NAMES, ReaderInput, gather
from bot.read.reading import signals
from bot.read.sentence_net import Batch, batch
from bot.retrieve import Corpus, EmbeddedQuestion, Keywords, corpus_of, embed_plain, search
from bot.text.subjects import load_subject
from bot.text.tokens import STOPWORDS, stem, stems, words
from bot.understand import correct, question_of
from ingest.article import Article, Chunk, chunk, embedding_text
from ingest.config import DEFAULT_EMBEDDER, IndexConfig
from ingest.embedder import Floats, SentenceTransformerEmbedder

DATA = Path("data/train/reading")
FIRST_POSTS, LATER_POSTS = (
    "*[!2]-*.json",
    "*2-*.json",
)  # those of the sentence network; those added for the cross-encoder
NETS = 3
_MARK = re.compile(r"(#{2,6} |- |\d+[.)] |\|)")
_KINDS = {"#": "head", "|": "row"}  # of lines, by how they begin
_BETWEEN = {("prose", "prose"): " ", ("item", "item"): "\n", ("row", "row"): "\n"}
_NEGATIVES = 24  # sentences that do not answer, drawn for each question and epoch
_PASSAGES = 12


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """A question of the training data. gold: spans of the post that answer it; () for none."""

    post: str
    question: str
    gold: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its evidence. answers: which of inputs.sentences are gold.

    query: the question as it is read. texts: of every passage what was embedded.
    """

    asked: TrainingQuestion
    query: str
    texts: tuple[str, ...]
    inputs: ReaderInput
    answers: tuple[int, ...]


def read_post(path: Path) -> tuple[Article, list[TrainingQuestion]]:
    """One file of data/train/reading: {"title", "lines": [...], "questions": [{"q", "any", "all"}]}."""
    post = json.loads(path.read_text(encoding="utf-8"))
    article, spans = article_of_lines(path.stem, post["title"], post["lines"])
    return article, [
        TrainingQuestion(article.id, q["q"], tuple(spans[i] for i in [*q["any"], *q["all"]]))
        for q in post["questions"]
    ]


def article_of_lines(
    article_id: str, title: str, lines: Sequence[str]
) -> tuple[Article, list[tuple[int, int]]]:
    """An article of sentences, headings, list items and rows of tables, and the span of each without its mark."""
    text, spans, before = "", [], ""
    for line in lines:
        mark = _MARK.match(line)
        kind = "" if not line else "prose" if not mark else _KINDS.get(line[0], "item")
        text += "" if before == "" else _BETWEEN.get((before, kind), "\n\n")
        begin = len(text) + (mark.end() if mark and kind in ("head", "item") else 0)
        spans.append((begin, len(text) + len(line)))
        text += line
        before = kind
    return Article(article_id, title, text + "\n"), spans


class MemoryStore:
    """A store in memory."""

    def __init__(self, chunks: Sequence[Chunk], vectors: Floats, tokens: Sequence[bytes]) -> None:
        self._chunks, self._vectors = list(chunks), vectors
        self._tokens = {c.id: t for c, t in zip(chunks, tokens, strict=True)}

    def nearest(self, vector: Floats, k: int) -> list[tuple[str, float]]:
        scores = self._vectors @ vector
        return [(self._chunks[i].id, float(scores[i])) for i in np.argsort(-scores)[:k]]

    def tokens(self, chunk_ids: Sequence[str]) -> dict[str, bytes]:
        return {i: self._tokens[i] for i in chunk_ids}


def memory_corpus(articles: Sequence[Article], embedder: SentenceTransformerEmbedder) -> Corpus:
    """The articles as a corpus in memory, chunked and embedded as by ingest."""
    config = IndexConfig()
    chunks = [
        c
        for a in articles
        for c in chunk(a, max_tokens=config.max_tokens, overlap=config.overlap, count=embedder.count)
    ]
    titles = {a.id: a.title for a in articles}
    vectors, tokens = embedder.embed_tokens([embedding_text(titles[c.article_id], c)[0] for c in chunks])
    return corpus_of(MemoryStore(chunks, vectors, [t.to_bytes() for t in tokens]), articles, chunks)


def correct_question(question: str, words: Keywords, embedder: SentenceTransformerEmbedder) -> str:
    """The question as the bot corrects it."""
    fixed = correct(question, vocabulary=words.vocabulary, is_common=lambda w: embedder.count(w) == 1)
    return question_of(fixed, load_subject("health")).plain


def off_topic_questions(
    posts: Mapping[str, tuple[Article, list[TrainingQuestion]]], draw: random.Random
) -> dict[str, list[TrainingQuestion]]:
    """Questions that name what a post is not about: a post's own ones with its topic changed for
    that of another post of the same blog, which this one never mentions. None has an answer.
    """
    topics = {name: _topics(article, asked) for name, (article, asked) in posts.items()}
    found: dict[str, list[TrainingQuestion]] = {}
    for name, (article, questions) in posts.items():
        here = set(stems(article.text + article.title))
        blog = name.rsplit("-", 1)[0]
        others = sorted(
            {t for n in posts if n != name and n.startswith(blog) for t in topics[n] if stem(t) not in here}
        )
        for asked in questions:
            named = [t for t in topics[name] if re.search(rf"\b{re.escape(t)}\b", asked.question.lower())]
            if asked.gold and named and others:
                new = re.sub(
                    rf"\b{re.escape(draw.choice(named))}\b", draw.choice(others), asked.question, flags=re.I
                )
                found.setdefault(name, []).append(TrainingQuestion(name, new, ()))
    return found


def _topics(article: Article, asked: Sequence[TrainingQuestion]) -> list[str]:
    """Words of the title that readers keep asking about."""
    counts = Counter(w for a in asked for w in {word for word, _, _ in words(a.question)})
    title = [word for word, _, _ in words(article.title)]
    return [w for w in dict.fromkeys(title) if counts[w] >= 3 and w not in STOPWORDS and len(w) > 3]


def examples(
    folder: Path, embedder: SentenceTransformerEmbedder, pattern: str = FIRST_POSTS
) -> Iterator[Example]:
    """Every question of the folder with its features; questions whose answer was not retrieved are left out."""
    posts = {path.stem: read_post(path) for path in sorted(folder.glob(pattern))}
    strange = off_topic_questions(posts, random.Random(0))
    for name, (article, written) in posts.items():
        questions = [*written, *strange.get(name, [])]
        corpus = memory_corpus([article], embedder)
        shared: dict[str, Floats] = {}  # every question of a post looks at the same token vectors
        queries = [correct_question(asked.question, corpus.keywords, embedder) for asked in questions]
        for asked, question in zip(questions, embed_plain(queries, embedder), strict=True):
            gold = [(article.id, start, end) for start, end in asked.gold]
            if made := example_in(corpus, asked, question, gold, shared):
                yield made


def example_in(
    corpus: Corpus,
    asked: TrainingQuestion,
    question: EmbeddedQuestion,
    gold: Collection[tuple[str, int, int]],
    shared: dict[str, Floats] | None = None,
) -> Example | None:
    """A question with its features; None where its answer is not in what was retrieved.

    gold: Article ids and offsets. shared: Token vectors by chunk, so that all questions of a corpus look at the same ones.
    """
    passages = search(question, corpus, k=_PASSAGES)
    inputs = gather(question, passages, corpus=corpus)
    if shared is not None:
        vectors = (shared.setdefault(p.chunk.id, t) for p, t in zip(passages, inputs.texts, strict=True))
        inputs = replace(inputs, texts=tuple(vectors))
    answers = tuple(
        k
        for k, s in enumerate(inputs.sentences)
        if any(
            passages[s.passage].chunk.article_id == post and s.start < end and start < s.end
            for post, start, end in gold
        )
    )
    if not inputs.sentences or bool(answers) != bool(gold):
        return None
    texts = tuple(embedding_text(p.title, p.chunk)[0] for p in passages)
    return Example(asked, question.text, texts, inputs, answers)


class TrainableSentenceNet(nn.Module):
    """The sentence network in torch. k: width of the projection, h: of the hidden layers."""

    def __init__(self, d: int, k: int = 64, h: int = 64, drop: float = 0.2) -> None:
        super().__init__()
        f = len(NAMES)
        self.project = nn.Parameter(nn.init.orthogonal_(torch.empty(d, k)))
        self.importance = nn.Parameter(torch.zeros(d))
        self.sharpness = nn.Parameter(torch.tensor(8.0))
        self.ask1, self.ask2 = nn.Linear(3 * k + 10, h), nn.Linear(h, h)
        self.tell = nn.Linear(3 * k + 1, h)
        self.out1, self.out2 = nn.Linear(3 * h + f + 10, h), nn.Linear(h, 1)
        self.drop = nn.Dropout(drop)
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", torch.zeros(f))
        self.register_buffer("deviation", torch.ones(f))

    def forward(self, b: Batch) -> Tensor:
        """(s,) logits as at inference, with dropout."""
        raw, all_tokens = torch.from_numpy(b.question), torch.from_numpy(b.tokens)
        masks = [torch.from_numpy(m) for m in (b.own_mask, b.head_mask, b.near_mask)]
        question, tokens = self.drop(raw) @ self.project, self.drop(all_tokens) @ self.project
        plain = raw @ all_tokens.T
        learned = nn.functional.normalize(question, dim=-1) @ nn.functional.normalize(tokens, dim=-1).T
        best = torch.stack(
            [
                cosine[:, index].masked_fill(~mask, -1.0).amax(-1)
                for cosine in (plain, learned)
                for index, mask in zip((b.own, b.head, b.near), masks, strict=True)
            ],
            -1,
        )
        best = torch.cat([best, torch.from_numpy(b.exact)], -1)
        own, sharp = tokens[b.own], self.sharpness * learned[:, b.own]
        to_text = torch.softmax(sharp.masked_fill(~masks[0], -1e4), -1)
        aligned = torch.einsum("nsl,slk->nsk", to_text, own)
        asked = question[:, None].expand_as(aligned)
        x = torch.cat([asked, aligned, asked * aligned, best], -1)
        x = torch.relu(self.ask2(self.drop(torch.relu(self.ask1(x)))))
        weight = torch.softmax(raw @ self.importance, 0)[:, None, None]
        to_question = torch.einsum("nsl,nk->slk", torch.softmax(sharp, 0), question)
        y = torch.cat([own, to_question, own * to_question, plain[:, b.own].amax(0)[..., None]], -1)
        y = torch.relu(self.tell(y)) * masks[0][..., None]
        written = [y.sum(1) / masks[0].sum(1, keepdim=True), y.amax(1)]
        seen = ((torch.from_numpy(b.features) - self.mean) / self.deviation).clamp(-4.0, 4.0)
        z = torch.cat([(x * weight).sum(0), *written, seen, (best * weight).sum(0)], -1)
        return torch.as_tensor(self.out2(self.drop(torch.relu(self.out1(z))))[:, 0])

    def weights(self) -> dict[str, np.ndarray[Any, Any]]:
        """The arrays by the names in the weights file; linear layers transposed."""
        out: dict[str, np.ndarray[Any, Any]] = {}
        for name, value in self.state_dict().items():
            array = value.detach().numpy()
            layer, _, part = name.partition(".")
            if part == "weight":
                out[layer] = array.T
            else:
                out[f"{layer}_bias" if part else layer] = array
        out["out2"], out["out2_bias"] = out["out2"][:, 0], out["out2_bias"][0]
        return out


def loss(logits: Tensor, gold: Tensor) -> Tensor:
    """Cross-entropy of a softmax over the sentences and "none" (logit 0), plus half a binary one per sentence."""
    shares = torch.log_softmax(torch.cat([logits, torch.zeros(1)]), 0)
    right = torch.logsumexp(shares[:-1][gold], 0) if gold.any() else shares[-1]
    return 0.5 * nn.functional.binary_cross_entropy_with_logits(logits, gold.float()) - right


def train(
    data: Sequence[Example], *, seed: int, epochs: int, rate: float = 1e-3, size: int = 16
) -> TrainableSentenceNet:
    """Train one network; the seed decides shuffling and sampling."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    net = TrainableSentenceNet(data[0].inputs.question.shape[1])
    features = np.vstack([e.inputs.features for e in data])
    net.mean.copy_(torch.from_numpy(features.mean(0)))
    net.deviation.copy_(torch.from_numpy(features.std(0) + 1e-3))
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    steps = epochs * (len(data) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.1)
    for epoch in range(epochs):
        order = draw.sample(list(data), len(data))
        total = 0.0
        for at in range(0, len(order) - size + 1, size):
            optimiser.zero_grad()
            losses = [_one(net, example, draw) for example in order[at : at + size]]
            mean = torch.stack(losses).mean()
            mean.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(mean.detach())
        print(
            f"net {seed} epoch {epoch + 1}/{epochs} loss {total / max(len(order) // size, 1):.3f}", flush=True
        )
    return net.eval()


def _one(net: TrainableSentenceNet, example: Example, draw: random.Random) -> Tensor:
    others = sorted(set(range(len(example.inputs.sentences))) - set(example.answers))
    chosen = [*example.answers, *draw.sample(others, min(_NEGATIVES, len(others)))]
    gold = torch.tensor([i < len(example.answers) for i in range(len(chosen))])
    return loss(net(batch(example.inputs, chosen)), gold)


def calibrate(pairs: Sequence[tuple[Floats, bool]], steps: int = 2000) -> Floats:
    """Weights of a logistic regression from the signals to "answerable", with balanced classes."""
    x = torch.tensor([[*signals(logits), 1.0] for logits, _ in pairs])
    y = torch.tensor([float(answerable) for _, answerable in pairs])
    balance = torch.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    w = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=steps)

    def closure() -> Tensor:
        optimiser.zero_grad()
        bce = nn.functional.binary_cross_entropy_with_logits(x @ w, y, weight=balance) + 1e-3 * (w**2).sum()
        bce.backward()  # type: ignore[no-untyped-call]
        return bce

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return w.detach().numpy()


def main() -> None:
    """Train NETS networks and write the weights."""
    parser = argparse.ArgumentParser(description="Train the sentence network from data/train/reading.")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=sentence_net.WEIGHTS)
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.add_argument("--epochs", type=int, default=8)
    given = parser.parse_args()
    data = list(examples(given.data, SentenceTransformerEmbedder(given.embedder, threads=2)))
    posts = sorted({e.asked.post for e in data})
    print(f"{len(data)} questions on {len(posts)} posts")
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    left_out: list[tuple[Floats, bool]] = []
    for seed in range(NETS):
        kept_out = set(posts[seed :: 2 * NETS])
        net = train([e for e in data if e.asked.post not in kept_out], seed=seed, epochs=given.epochs)
        weights = net.weights()
        arrays |= {f"{seed}/{name}": value.astype(np.float16) for name, value in weights.items()}
        plain = sentence_net.Net({name: value.astype(np.float32) for name, value in weights.items()})
        left_out += [
            (plain.logits(batch(e.inputs)), bool(e.answers)) for e in data if e.asked.post in kept_out
        ]
    arrays |= {"calibration": calibrate(left_out), "embedder": np.array(given.embedder)}
    np.savez_compressed(given.out, **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
