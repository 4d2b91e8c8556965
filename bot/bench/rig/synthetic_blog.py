"""A synthetic blog of any size: posts about invented stretches, each with one unique fact.

A post is the same on every machine and in every run, and takes a millisecond. It has a title, a date and some ten
sections of paragraphs and lists, 45 to 130 tokens each as on the real blog. Its fact ("The Zorvian stretch is held for
37 seconds.") is in no other post.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from pathlib import Path

SECTIONS = 10
_ONSETS = "b br d dr f fl g gr k kr l m n p pl r s st t tr v w z zw".split()
_VOWELS = "a e i o u".split()
_CODAS = "l lm m n nd r rb rn rv sk st x".split()
_FACT_AT = 4  # the section that holds the fact
# Slots of the grammar. Plain words, so that posts resemble one another as those of one author do.
_WORDS = {
    "part": "calf hip thigh shoulder neck wrist ankle knee back hand foot chest arm spine pelvis heel elbow toe",
    "state": "tight stiff sore tired cold tense heavy weak restless numb warm loose",
    "move": "lift turn bend press lower lean reach slide roll circle straighten push pull tilt swing draw",
    "way": "slowly gently evenly calmly lightly carefully smoothly softly steadily quietly",
    "thing": "towel mat chair wall strap cushion step broom blanket ball bench door shelf band bolster stool",
    "when": "in_the_morning after_work before_bed at_noon after_a_long_drive between_two_meetings on_a_rest_day "
    "after_a_walk before_breakfast during_a_break once_the_kettle_boils when_the_house_is_quiet",
    "who": "beginners runners gardeners drivers dancers teachers carpenters swimmers nurses walkers knitters cyclists",
    "good": "loosens warms eases calms strengthens steadies frees wakes relieves supports",
    "bad": "strains pinches tires overloads irritates shortens stiffens jars",
    "why": "the_muscle_gets_time_to_let_go blood_reaches_the_place_sooner the_joint_moves_through_its_whole_range "
    "the_breath_sets_the_pace nothing_is_forced the_weight_rests_on_the_floor the_other_side_can_follow "
    "the_nerves_grow_used_to_the_length you_notice_sooner_when_it_is_enough",
    "place": "floor kitchen hallway garden office bedroom balcony stairwell train_platform hotel_room",
    "count": "two three four five six eight ten twelve",
}
_SLOTS = {name: [word.replace("_", " ") for word in words.split()] for name, words in _WORDS.items()}
_SENTENCES = (
    "A {state} {part} often {bad} the {part2} as well, and {who} notice it {when}.",
    "Put a {thing} under the {part} and {move} the other one {way} until you feel a mild pull.",
    "Many {who} do this {when}, because {why}.",
    "It {good} the {part} and {good2} the {part2} without any {thing} at all.",
    "If the {part} stays {state}, {move} it {way} and try again {when}.",
    "You can practise it in the {place} with a {thing}, {count} times on each side.",
    "Do not {move} the {part} further than it goes by itself; {why} only when you wait.",
    "What {bad} a {state} {part} is haste, not the length of the {thing}.",
    "The {part} should stay {state2} while you {move} and {move2}.",
    "{who} who sit in the {place} all day feel it first in the {part}, then in the {part2}.",
    "A {thing} in the {place} is enough, since {why}.",
    "Breathe {way}, count to {count}, and let the {part} sink towards the {thing}.",
    "After {count} weeks the {part} feels less {state}, and most {who} sleep better.",
    "When the {thing} slips, {move} the {part} back and begin {way}.",
)
_ITEMS = (
    "{move} the {part} {way} for {count} breaths.",
    "Hold the {thing} with both hands and {move} towards the {part}.",
    "Rest the {part} on the {thing} {when}.",
    "{move} and {move2}, {count} times.",
    "Stop when the {part} turns {state}.",
)
_HEADINGS = (
    "Why a {state} {part} matters",
    "What it does for the {part}",
    "How to {move} the {part}",
    "With a {thing}",
    "For {who}",
    "When the {part} stays {state}",
    "In the {place}",
    "Mistakes that cost {who} time",
    "A week of practice for the {part}",
    "The {part} and the {part2}",
    "If the {thing} is missing",
    "What {who} ask about the {part}",
)


@dataclass(frozen=True, slots=True)
class SyntheticPost:
    """A post. text: below the front matter; fact: a sentence of it; question: what that answers."""

    file: str
    title: str
    date: str
    text: str
    question: str
    fact: str

    @property
    def markdown(self) -> str:
        """The file's contents."""
        return f"---\ntitle: {self.title}\ndate: {self.date}\n---\n\n{self.text}\n"


def synthetic_post(number: int, *, edition: int = 0) -> SyntheticPost:
    """Post `number`, from 0 up. Another edition differs in one paragraph, the one with the fact."""
    rng = random.Random(f"footnote made post {number}")
    name = _name(number)
    seconds = 20 + (number * 7 + edition * 31) % 100
    fact = f"The {name} stretch is held for {seconds} seconds."
    day = datetime.date(2015, 1, 1) + datetime.timedelta(days=number % 4000)
    title = f"The {name} stretch for a {_pick(rng, 'state')} {_pick(rng, 'part')}"
    parts = [_paragraph(rng)]
    headings = rng.sample(_HEADINGS, SECTIONS - 1)
    for place, heading in enumerate(headings, 1):
        parts.append(f"## {_fill(rng, heading)}")
        text = _paragraph(rng)
        parts.append(f"{fact} {text}" if place == _FACT_AT else text)
        if place % 3 == 0:
            parts.append("\n".join(f"- {_fill(rng, item)}" for item in rng.sample(_ITEMS, 4)))
    question = f"How long is the {name} stretch held?"
    file = f"{number:05d}-{name.lower()}.md"
    return SyntheticPost(file, title, day.isoformat(), "\n\n".join(parts), question, fact)


def write_post(folder: Path, number: int, *, edition: int = 0) -> SyntheticPost:
    """Write a post into an existing folder, over an earlier edition of it."""
    post = synthetic_post(number, edition=edition)
    (folder / post.file).write_text(post.markdown, encoding="utf-8")
    return post


def write_blog(folder: Path, posts: int) -> None:
    """Write posts 0 to posts - 1 into a folder, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(posts):
        write_post(folder, number)


def _name(number: int) -> str:
    """A name that no other number has, up to two million."""
    sounds = []
    sound = len(_ONSETS) * len(_VOWELS) * len(_CODAS)
    left = number * 104_729 % sound**2  # a prime that divides neither: names of neighbours differ
    for _ in range(2):
        left, onset = divmod(left, len(_ONSETS))
        left, vowel = divmod(left, len(_VOWELS))
        left, coda = divmod(left, len(_CODAS))
        sounds.append(_ONSETS[onset] + _VOWELS[vowel] + _CODAS[coda])
    return "".join(sounds).capitalize() + "ian"


def _paragraph(rng: random.Random) -> str:
    return " ".join(_fill(rng, line) for line in rng.sample(_SENTENCES, rng.randint(3, 6)))


def _pick(rng: random.Random, slot: str) -> str:
    return rng.choice(_SLOTS[slot])


def _fill(rng: random.Random, form: str) -> str:
    values = {}
    for slot, words in _SLOTS.items():
        values[slot], values[f"{slot}2"] = rng.sample(words, 2)
    line = form.format(**values)
    return line[0].upper() + line[1:]
