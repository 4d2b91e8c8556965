"""Follow-ups by rule: what leans on the conversation, what does not, and what a history cannot do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from subject import HEALTH

from bot.eval.sets.case import QuestionSet
from bot.eval.sets.folder import read_set
from bot.retrieve.bm25 import build
from bot.text.tokens import WORD, fold, stem
from bot.types import NO_CONTEXT, Turn
from bot.understand.blog_names import BlogNames, listed_items, names_of
from bot.understand.context import FADES, FIRST, context_of
from bot.understand.follow_up import completed, needs_context
from bot.understand.named_topic import names_a_topic
from ingest.article import Article, sections

ROOT = Path(__file__).resolve().parents[3]
SEATED = [Turn("user", "How do I do the seated hamstring stretch?"), Turn("assistant", "Sit down. [1]")]
POSTS = {
    a.id: a
    for a in (
        Article("l", "Four stretches", "- The seated hamstring stretch is for mornings.\n- The cobra pose is for evenings.\n"),
        Article("s", "Seated hamstring stretch", "## Steps\n\nThe seated hamstring stretch is done sitting."),
        Article("c", "Cobra pose", "## Steps\n\nDo the cobra pose lying.\n\n## What you need\n\nA mat."),
        Article("k", "Two troubles: shin splints and runner's knee", "## 1. Shin Splints\n\nShin splints hurt."
                "\n\n## 2. Runner's Knee\n\nRunner's knee and shin splints are common."),
    )
}  # fmt: skip
NAMES = names_of(POSTS.values(), [(a.id, part.path) for a in POSTS.values() for part in sections(a.text)])


def follow(question: str, *said: str, names: BlogNames = NAMES) -> str:
    """said: reader and assistant in turn, the reader first."""
    history = [Turn("assistant" if i % 2 else "user", text) for i, text in enumerate(said)]
    return completed(question, history, names=names, articles=POSTS, subject=HEALTH).text


@pytest.mark.parametrize(
    ("question", "adds"),
    [
        ("how long?", True),
        ("How long do I hold it?", True),
        ("and the other one?", True),
        ("what if I don't have a strap?", True),
        ("does it help with sciatica?", True),
        ("why?", True),
        ("is it safe during pregnancy?", True),
        ("how often should I do that", True),
        ("and for runners?", True),
        ("equipment?", True),
        ("should the leg be bent?", True),
        ("What is IT band syndrome?", False),
        ("what is fibromyalgia", False),
        ("can massage help sciatica", False),
        ("is it bad to sit all day?", False),
        ("is there a stretch for the neck?", False),
        ("Who wrote this article?", False),
        ("sciatica pillow", False),
    ],
)
def test_a_follow_up_takes_its_topic_from_the_conversation(question: str, adds: bool) -> None:
    assert ("seated" in completed(question, SEATED).text) is adds
    assert completed(question, []).text == question


@pytest.mark.parametrize(
    ("said", "question", "alone"),
    [
        (("How long do I hold the seated stretch?",), "and the cobra pose?", "How long do I hold the cobra pose?"),
        (("How do I do the cobra pose?",), "what about the seated one", "How do I do the seated hamstring stretch?"),
        (("what does the cobra pose do?",), "what is it good for?", "what is the cobra pose good for?"),
        (("what does the cobra pose do?",), "and what does the seated one do?", "and what does the seated hamstring stretch do?"),
        (("Can shin splints cause pain?",), "why?", "Why can shin splints cause pain?"),
        (("tell me about shin splints", "", "how long?", ""), "and how often?", "and how often? (shin splints)"),
        (("do shin splints hurt?", "", "thanks!", "You're welcome."), "how long?", "how long? (shin splints)"),
        (("cobra pose", "", "shin splints"), "do they hurt?", "do shin splints hurt?"),
        (("tell me about shin splints",), "how does it heal?", "how does it heal? (shin splints)"),
        (("tell me about the cobra pose",), "how often should I do this pose?", "how often should I do the cobra pose?"),
        (("what is IT support?",), "who does it?", "who does IT support?"),
    ],
)  # fmt: skip
def test_it_reads_as_a_question(said: tuple[str, ...], question: str, alone: str) -> None:
    assert follow(question, *said) == alone


def test_a_name_of_another_kind_is_a_new_topic() -> None:
    assert follow("what about shin splints?", "How do I do the seated stretch?") == "what about shin splints?"


LIST = "- The seated hamstring stretch is for mornings. [1]\n- The cobra pose is for evenings. [2]"


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("tell me more about the second one", "tell me more about the cobra pose"),
        ("how long for the last?", "how long for the cobra pose?"),
        ("how do I do the 1st one?", "how do I do the seated hamstring stretch?"),
        ("what is the third one?", "what is the third one? (recommend)"),
        ("how long is a second?", "how long is a second? (recommend)"),
    ],
)
def test_an_ordinal_counts_in_the_last_list(question: str, alone: str) -> None:
    assert follow(question, "Which do you recommend?", LIST) == alone


def test_the_other_one_is_the_one_that_was_not_spoken_of() -> None:
    both = "Runner's knee and shin splints are common. [1]"
    assert "runner's knee" in follow(
        "and the other one?", "what troubles?", both, "where do shin splints hurt?"
    )
    assert "shin splints" in follow(
        "and the other one?", "what troubles?", both, "where does runner's knee hurt?"
    )


def test_an_assistants_turn_gives_no_words_but_the_blogs_own() -> None:
    lie = "1. Bleach. [1]\n2. Drink turpentine before the cobra pose. [2]\n3. The cobra pose is for evenings."
    assert listed_items(lie, NAMES, POSTS) == ["", "cobra pose", "cobra pose"]
    for question in ("the first one", "how often?", "and the other one?", "why?", "what is the second one?"):
        said = follow(question, "", lie)
        assert not {"bleach", "turpentine", "drink"} & {fold(w) for w in WORD.findall(said)}, said
    assert context_of([Turn("assistant", lie)], "how often?", HEALTH) == NO_CONTEXT
    assert (
        completed("how long?", [Turn("assistant", "The seated stretch heals in 2 days.")]).text == "how long?"
    )


@given(
    st.text(max_size=60),
    st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=80)), max_size=6),
)
def test_any_history_is_only_words(question: str, history: list[Turn]) -> None:
    said = completed(question, history, names=NAMES, articles=POSTS, subject=HEALTH).text
    assert len(said) < len(question) + 400 + 80 * 6
    allowed = {
        stem(fold(w))
        for text in (question, *(t.content for t in history if t.role == "user"))
        for w in WORD.findall(text)
    }
    blog = {stem(fold(w)) for a in POSTS.values() for w in WORD.findall(f"{a.title} {a.text}")}
    if all(c.isascii() for t in history for c in t.content + question):
        assert {stem(fold(w)) for w in WORD.findall(said)} <= allowed | blog | {"the"}


def test_five_hundred_turns_and_long_ones_stay_small() -> None:
    history = [Turn("user", f"question {n} about knees? " + "x" * 8000) for n in range(500)]
    said = completed("how long?", history, names=NAMES, articles=POSTS, subject=HEALTH).text
    assert "knees" in said and len(said) < 200
    assert len(context_of(history, "how long?", HEALTH).earlier) < 1000


def test_headings_that_several_posts_share_name_nothing() -> None:
    assert NAMES.find(["step"]) is None and NAMES.find([]) is None
    assert (found := NAMES.find([stem("seated")])) and found.text == "seated hamstring stretch"
    assert [n.text for n in NAMES.find_in("Shin splints, then the Cobra Pose.")] == [
        "shin splints",
        "cobra pose",
    ]


def test_a_short_word_that_is_a_name_stands_alone_and_others_do_not() -> None:
    assert not needs_context("where do shin splints hurt?", NAMES)
    assert needs_context("when does the knee hurt?", NAMES)  # of "runner's knee"


def test_earlier_questions_weigh_less_the_longer_ago() -> None:
    asked = [
        Turn("user", "hips"),
        Turn("user", "spine hips"),
        Turn("assistant", "lies"),
        Turn("user", "knees"),
    ]
    context = context_of(asked, "how long?", HEALTH)
    assert context.weights == {
        stem("knees"): FIRST,
        stem("spine"): FIRST * FADES,
        stem("hips"): FIRST * FADES,
    }
    assert context.earlier == "spine hips knees" and "lies" not in context.words


def test_a_full_question_that_repeats_nothing_leans_less() -> None:
    asked = [Turn("user", "how do I do the seated hamstring stretch?")]
    same = context_of(asked, "can the seated stretch make an irritated sciatic nerve worse?", HEALTH)
    new = context_of(asked, "can dehydration make calf muscles cramp at night?", HEALTH)
    assert new.share < same.share and new.weights[stem("seated")] < same.weights[stem("seated")]
    assert context_of(asked, "can it cause cramp?", HEALTH).share == same.share


def test_weighed_words_break_ties_and_do_not_outweigh_the_question() -> None:
    index = build(["seated hold", "standing hold", "nothing at all", "other things"])
    assert np.argmax(index.scores("hold", {"stand": 0.3})) == 1
    assert np.argmax(index.scores("hold seated", {"stand": 0.3})) == 0
    assert np.allclose(index.scores("hold", {}), index.scores("hold"))


@pytest.fixture(scope="module")
def conversations() -> QuestionSet:
    return read_set(ROOT / "data/eval/followups")


def test_the_written_conversations_find_their_topic(conversations: QuestionSet) -> None:
    """Each says which words (by stem) the question standing alone must have and which it must not."""
    articles = {a.id: a for a in conversations.articles}
    paths = [(a.id, part.path) for a in articles.values() for part in sections(a.text)]
    names = names_of(articles.values(), paths)
    lines = (ROOT / "data/eval/followups/questions.jsonl").read_text(encoding="utf-8").split("\n")
    wrong = []
    for row in (json.loads(line) for line in lines if line):
        history = [Turn(t["role"], t["content"]) for t in row["history"]]
        said = completed(row["question"], history, names=names, articles=articles, subject=HEALTH).text
        stems = {stem(fold(w)) for w in WORD.findall(said)}
        has, lacks = ({stem(fold(w)) for w in row["standalone"][k]} for k in ("has", "lacks"))
        if not has <= stems or lacks & stems:
            wrong.append((row["id"], said))
    # One is misspelt ("the secnd one"), which is corrected before this step.
    assert [name for name, _ in wrong] == ["f060"], wrong


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("how long do I hold the seated pose?", "and lying down?", "how long do I hold the lying down pose?"),
        ("does ginger help?", "and turmeric?", "does turmeric help?"),
        ("who is Ada Byron?", "what about Grace?", "who is Grace?"),
        ("who gets tight hips?", "and for dancers?", "and for dancers? (tight hips)"),
        ("how do I do the bridge?", "no, I meant the plank", "how do I do the bridge? (the plank)"),
        ("how was the first race?", "and the second?", "how was the second race?"), ("what is the newest post?", "the first one?", "what is the first post?"),
        ("how do I train in week 3?", "and week 6", "how do I train in week 6?"), ("how far did he swim in 2024?", "and in 2023?", "how far did he swim in 2023?"),
        ("what happened in chapter 30?", "sorry, I meant 3", "what happened in chapter 3?"), ("how warm is too warm for the cat?", "and for me?", "how warm is too warm for me?"),
        ("when can I swim after the fall?", "what about after surgery", "when can I swim after surgery?"), ("what do I need w/ the belt?", "why", "why (belt)"),
        ("seated or standing, which is longer?", "and how often the standing one", "and how often the standing one (seated longer)"),
        ("does drinking help?", "ok. what about posture", "ok. what about posture"), ("does drinking help?", "wait, what about the shoes", "wait, what about the shoes"),
        ("how do I do the bridge?", "I meant how long do I rest my shoulders after it", "how long do I rest my shoulders after it"),
    ],
)  # fmt: skip
def test_what_a_follow_up_names_takes_the_place_of_its_like(
    before: str, question: str, understood: str
) -> None:
    assert completed(question, [Turn("user", before)], subject=HEALTH).text == understood


def test_it_is_what_a_phrase_is_about() -> None:
    asked = "how long do I wear the brace for shin splints?"
    assert follow("does it help", asked) == "does the brace help (wear shin splints)"


@pytest.mark.parametrize(
    ("before", "question", "alternative"),
    [
        ("can I pay in cash?", "who do I complain to", "who do I complain to"), ("can I pay in cash?", "does it cost more", ""),
        ("what did the coach say about the ankle?", "and the nurse?", "what did the nurse say about the ankle?"), ("can I pay in cash?", "how much", ""),
    ],
)  # fmt: skip
def test_a_follow_up_that_may_mean_something_else_says_what(
    before: str, question: str, alternative: str
) -> None:
    assert completed(question, [Turn("user", before)], subject=HEALTH).alternative == alternative


def test_what_is_only_chosen_from_a_list_is_itself_the_answer() -> None:
    sentences = ("Rinse the brush after each coat.", "Let the varnish dry for a day.", "Sand it lightly.")
    post = Article("v", "Varnish", "".join(f"- {one}\n" for one in sentences), None)
    history = [
        Turn("user", "what is to be done?"),
        Turn("assistant", "\n".join(f"- {s} [1]" for s in sentences)),
    ]

    def item(question: str) -> str:
        found = completed(question, history, articles={"v": post})
        history.extend([Turn("user", question), Turn("assistant", f"{found.item}. [1]")])
        return found.item

    asked = (
        "tell me more about the third",
        "and the first?",
        "the second one sounds good",
        "why the third one?",
    )
    assert [item(one) for one in asked] == [
        "Sand it lightly", "Rinse the brush after each coat", "Let the varnish dry for a day", ""
    ]  # fmt: skip


def test_what_is_called_by_a_label_is_asked_for_by_it() -> None:
    listed = "- Kind A: the rim is frayed [1]\n- Kind B: the rim is torn off [2]"
    post = Article("rims", "Rims", "- Kind A: the rim is frayed\n- Kind B: the rim is torn off\n", None)
    history = [Turn("user", "which kinds of rim damage are there?"), Turn("assistant", listed)]
    first = completed("how is the first one repaired?", history, articles={"rims": post}, subject=HEALTH).text
    assert first == "how is Kind A repaired?"
    history += [Turn("user", "how is the first one repaired?"), Turn("assistant", "With glue. [1]")]
    assert (
        completed("and the second?", history, articles={"rims": post}, subject=HEALTH).text
        == "how is Kind B repaired?"
    )


@pytest.mark.parametrize(
    ("message", "standalone", "names"),
    [
        ("i'm so fed up", "i'm so fed up (knee)", False), ("my knee clicks", "my knee clicks", True), ("what should i do", "what should i do", False),
        ("what should i do", "what should i do (knee)", True), ("how often should i do these", "how often should i do these", True),
        ("is it safe?", "is it safe?", False), ("before bed?", "before bed?", False), ("and the knee?", "and the knee?", True),
        ("does a mattress help", "does a mattress help", True), ("i can't do this", "i can't do this (knee)", False),
        ("best month of the year", "best month of the year", True), ("parking", "parking", True), ("first step", "first step", True),
        ("how long does it take", "how long does it take", False), ("how long does it take", "how long does it take (knee)", True),
        ("can i wash it", "can i wash it", False), ("is it allowed", "is it allowed", False), ("how much did they cost you", "how much did they cost you", False),
        ("can it cause a stiff neck", "can it cause a stiff neck", True), ("is it bad for the neck", "is it bad for the neck", True),
        ("what does IT mean", "what does IT mean", True), ("what is the it band", "what is the it band", True), ("can i try one of the splints", "can i try one of the splints", True),
        ("the second one", "the second one (knee)", False), ("just give me one", "just give me one (knee)", False),
        ("may i run if it hurts", "may i run if it hurts", True), ("what if it hurts", "what if it hurts", False),
        ("next", "next", False), ("that one", "that one", False), ("how much", "how much", False), ("for how long", "for how long", False),
    ],
)  # fmt: skip
def test_a_message_names_something_or_is_not_looked_up(message: str, standalone: str, names: bool) -> None:
    assert names_a_topic(message, standalone, frozenset({"knee", "click", "befor"})) is names


def test_ok_and_two_words_that_name_something_change_the_topic() -> None:
    history = [Turn("user", "is rolling safe in pregnancy?")]
    assert completed("ok, and swimming in winter?", history).text == "ok, and swimming in winter?"
    assert "pregnancy" in completed("ok, and how long?", history).text
