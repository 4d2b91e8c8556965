"""A report for an owner who does not program, as one HTML file.

Charts of the figures, then every question by its grade, with the quotes. Text from questions and articles is
escaped, links lead to web addresses only, and the page's policy forbids it to load or run anything.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np

from bot.eval.followups import ALONE, JOINED
from bot.eval.measures.baselines import BM25, DENSE, LANGCHAIN
from bot.eval.measures.figures import ABOVE_BEST, BASELINES, Result
from bot.eval.measures.metrics import reliability
from bot.eval.measures.outcome import Grade, Outcome
from bot.eval.report import charts
from bot.eval.run import Measured
from bot.eval.verdicts import Summary
from bot.types import Citation
from ingest.errors import SourceError

# Grade -> its title and what it means, in the order in which an owner should look at them.
_GROUPS: dict[Grade, tuple[str, str]] = {
    "wrong": (
        "Wrongly answered",
        "It quoted something that does not answer the question. Look at these first.",
    ),
    "missed": (
        "Silent, though the blog says",
        "The blog answers these, and the bot did not dare to. Plainer headings or wording often help.",
    ),
    "right": ("Rightly answered", "It quoted the words that answer the question."),
    "rightly silent": ("Rightly silent", "The blog does not say, and neither did the bot."),
    "open": (
        "Not judged",
        "It is not known which words would answer these, or whether the blog does.",
    ),
}
# Figures that are shown -> what they say to somebody who has never seen one.
_FIGURES: dict[str, str] = {
    "answered when it should": "Of the questions that the blog answers, it answered",
    "abstained when it should": "Of the questions that the blog does not answer, it stayed silent on",
    "gold among quotes, of those answered": "When it answered, the right sentence was among its quotes",
    "gold among quotes": "The right sentence, out of all questions that have one",
    "precision of quotes": "Of the sentences it quoted, these were the right ones",
    "citation precision (ALCE, verbatim)": "Quotes that stand word for word where their footnote points",
    "abstention AUROC": "How well it tells what the blog answers from what it does not (50 % is guessing)",
    "recall@5": "The right article is among the five it looks at first",
    "follow-up recall@5": "The same, for questions that lean on the conversation before them",
}
_METHODS = {
    BM25: "search by words alone",
    DENSE: "search by vectors alone",
    LANGCHAIN: "the pipeline of LangChain's tutorial",
    ALONE: "the last question alone",
    JOINED: "all questions together",
}
_ENOUGH = 10  # questions of each kind, so that a picture shows more than chance
_SHOWN = 400  # questions of a group that are listed


def save_page(path: Path, measured: Mapping[str, Measured], threshold: float) -> None:
    """Write the page to a file. Raises SourceError if that cannot be."""
    try:
        path.write_text(page(measured, threshold), encoding="utf-8")
    except OSError as error:
        raise SourceError(f"The page cannot be written to {path} ({error.strerror}).") from error


def page(measured: Mapping[str, Measured], threshold: float) -> str:
    """The whole file. threshold: of the answerable probability, as the bot ran."""
    style = importlib.resources.files("bot.eval.report").joinpath("page.css").read_text(encoding="utf-8")
    sets = "".join(_set(name, one, threshold) for name, one in measured.items())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>How well Footnote answers</title><style>{style}</style></head>"
        f"<body><main><h1>How well Footnote answers</h1>{sets}</main></body></html>\n"
    )


def _set(name: str, one: Measured, threshold: float) -> str:
    groups = {grade: [o for o in one.outcomes if o.grade == grade] for grade in _GROUPS}
    notes = "".join(f"<li>{escape(note)}</li>" for note in one.result.get("notes", ()))
    return (
        f"<section><h2>{escape(name)}</h2>{_summary(groups)}"
        f"{f'<ul class=notes>{notes}</ul>' if notes else ''}"
        f"{_verdicts(one.verdicts)}<h3>In figures</h3>{_figures(one.result)}{_plots(one.outcomes, threshold)}"
        f"<h3>Question by question</h3>{''.join(_group(v, members) for v, members in groups.items() if members)}"
        "</section>"
    )


def _verdicts(verdicts: Summary | None) -> str:
    """What careful readers found, and how old that is."""
    if verdicts is None:
        return ""
    lines = "".join(f"<li>{escape(line)}</li>" for line in verdicts.lines())
    return f"<h3>By careful reading</h3><ul>{lines}</ul>"


def _summary(groups: Mapping[Grade, Sequence[Outcome]]) -> str:
    order: tuple[Grade, ...] = ("right", "rightly silent", "missed", "wrong", "open")
    counts = [(v, len(groups[v])) for v in order if groups[v]]
    total = sum(n for _, n in counts)
    summary = ", ".join(f"{n} {_GROUPS[v][0].lower()}" for v, n in counts)
    tiles = "".join(
        f'<li class="{_css(v)}"><b>{n}</b> {escape(_GROUPS[v][0].lower())}</li>' for v, n in counts
    )
    picture = charts.stacked_bar([(_css(v), n) for v, n in counts], label=f"{total} questions: {summary}")
    return f"<p>{total} questions were asked.</p>{picture}<ul class=tiles>{tiles}</ul>"


def _figures(result: Result) -> str:
    rows = [_figure_row(f, meaning, result) for f, meaning in _FIGURES.items() if f in result]
    if not rows:
        return "<p>There are too few questions for figures.</p>"
    tick = (
        " The short upright line is the best plain search method on the same questions."
        if ABOVE_BEST in result
        else ""
    )
    return (
        "<p class=hint>The thin line across a bar is the range in which the figure would likely lie with other "
        f"questions of the same kind; few questions make it wide.{tick}</p><ul class=figures>{''.join(rows)}</ul>"
    )


def _figure_row(figure: str, meaning: str, result: Result) -> str:
    value, low, high = result[figure]
    likely = f"likely between {_percent(low)} and {_percent(high)}" if low < high else ""
    others = []
    if against := result.get(ABOVE_BEST, {}).get(figure):
        method = against["baseline"]
        others = [result[BASELINES][method][figure][0]]
        likely += f" · {escape(_METHODS.get(method, method))}: {_percent(others[0])}"
    label = f"{meaning}: {_percent(value)}{', ' + likely if likely else ''}"
    return (
        f"<li><span class=what>{escape(meaning)}</span><span class=value>{_percent(value)}</span>"
        f"{charts.bar(value, low, high, label=label, others=others)}<small>{likely.lstrip(' ·')}</small></li>"
    )


def _plots(outcomes: Sequence[Outcome], threshold: float) -> str:
    """How sure the bot was, against what is true; needs questions of both kinds."""
    judged = [o for o in outcomes if not o.case.kind]
    sure = np.array([o.answer.answerable for o in judged])
    truth = np.array([o.case.answerable for o in judged], bool)
    if min(truth.sum(), (~truth).sum()) < _ENOUGH:
        return (
            f"<p class=hint>With at least {_ENOUGH} questions that the blog answers and {_ENOUGH} that it does not, "
            "pictures of how well the bot tells the two apart stand here.</p>"
        )
    steps = np.linspace(0, 1, 101)
    answered = [(float(t), float((sure[truth] >= t).mean())) for t in steps]
    silent = [(float(t), float((sure[~truth] < t).mean())) for t in steps]
    roc = sorted({(1.0, 1.0), (0.0, 0.0), *((1 - s[1], a[1]) for a, s in zip(answered, silent, strict=True))})
    here = (float((sure[~truth] >= threshold).mean()), float((sure[truth] >= threshold).mean()))
    sure_picture = charts.reliability_chart(
        reliability(sure, truth.astype(float)),
        label="How sure the bot was, against how often it was right to be",
    )
    trade = charts.tradeoff_chart(
        answered,
        silent,
        threshold,
        label="Shares rightly answered and rightly silent, by how sure it must be",
    )
    curve = charts.roc_chart(
        roc, here, label="Answered when it should, against answered though it should not"
    )
    return (
        "<div class=plots>"
        f"{_figure(sure_picture, 'Is it as sure as it should be?', 'A dot on the dashed line: when it quoted_html 70&nbsp;%, the blog answered 70&nbsp;% of these questions. Large dots stand for many questions.')}"
        f"{_figure(trade, 'Bold or careful?', f'The upright line is where the bot stands ({threshold:g}). Further right it is silent more often: <i class=k2>rightly silent</i> rises and <i class=k1>rightly answered</i> falls. It is moved with FOOTNOTE_THRESHOLD.')}"
        f"{_figure(curve, 'How well it tells them apart', 'The further the line bends to the upper left, the better. On the dashed line it would be guessing. The ring is where the bot stands.')}"
        "</div>"
    )


def _figure(picture: str, title: str, caption: str) -> str:
    """caption: trusted HTML."""
    return f"<figure><h4>{title}</h4>{picture}<figcaption>{caption}</figcaption></figure>"


def _group(grade: Grade, members: Sequence[Outcome]) -> str:
    title, meaning = _GROUPS[grade]
    shown = "".join(_question(o) for o in members[:_SHOWN])
    more = f"<p class=hint>… and {len(members) - _SHOWN} more.</p>" if len(members) > _SHOWN else ""
    is_open = " open" if grade in ("wrong", "missed") and len(members) <= 30 else ""
    return (
        f'<details class="{_css(grade)}"{is_open}><summary>{title} <b>{len(members)}</b></summary>'
        f"<p class=hint>{meaning}</p><ol>{shown}</ol>{more}</details>"
    )


def _question(outcome: Outcome) -> str:
    case, answer = outcome.case, outcome.answer
    before = f"<p class=hint>after: {escape(case.history[-1].content[:200])}</p>" if case.history else ""
    quotes = "".join(_quote(c) for c in answer.citations)
    quoted_html = f"<ul class=quotes>{quotes}</ul>" if quotes else "<p class=hint>No quote.</p>"
    wanted = "".join(f"<li>{escape(words)}</li>" for words in outcome.expected)
    silence = (
        "<p class=hint>The blog does not say: it should have stayed silent.</p>"
        if outcome.grade == "wrong" and not case.answerable
        else ""
    )
    expected = (
        f"<details class=wanted><summary>What would have been right</summary><ul>{wanted}</ul></details>"
        if wanted and outcome.grade in ("wrong", "missed")
        else ""
    )
    return (
        f"<li>{before}<p class=question>{escape(case.question)} <small>{_percent(answer.answerable)} sure</small></p>"
        f"{quoted_html}{silence}{expected}</li>"
    )


def _quote(citation: Citation) -> str:
    words = citation.quote or "(from what is known about the article)"
    title = escape(citation.passage.title)
    link = citation.link or ""
    if link.startswith(("https://", "http://")):
        title = f'<a href="{escape(link)}" rel="noreferrer">{title}</a>'
    return f"<li><q>{escape(words)}</q> <cite>{title}</cite></li>"


def _css(grade: Grade) -> str:
    return {"rightly silent": "quiet"}.get(grade, grade)


def _percent(value: float) -> str:
    return f"{100 * value:.0f}\N{NO-BREAK SPACE}%"
