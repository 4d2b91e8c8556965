"""Lists of sources, teasers, bold headings, captions: what is advice and what is around it."""

from __future__ import annotations

import pytest

from ingest.article import Article, blocks, chunk
from ingest.extract import from_html, from_markdown, from_pasted

ADVICE = "Roll a ball under the heel for two minutes, then rest the foot on a stool for ten."


@pytest.mark.parametrize(
    "below",
    [
        "## References\n\n1. Poe A, Roe B. Heel pain in runners. J Foot Sci. 2019;4(2):11-19.\n2. Doe C. Arches. 2020.",
        "## Sources\n\n- Poe et al. (2019), Heel pain in runners\n- https://feet.example/study\n- clinic.example.org on heels",
        "**Sources:**\n\n- Poe et al. (2019), Heel pain in runners\n- Roe (2020). Arches and age. Foot Journal.",
        "### Bibliography\n\nPoe, A. (2019). Heels. Quay Press.\n\nRoe, B. (2021). Arches. Quay Press.",
        "References:\n\n[1] Poe A. Heel pain. doi:10.1000/182\n\n[2] Roe B. Arches. doi:10.1000/183",
        "Source: Poe et al. (2019), Journal of Feet.",
        "## Further reading\n\n- https://feet.example/a\n- https://feet.example/b",
        "## Works Cited\n\nPoe, Ann. “Heels.” *Foot Quarterly*, vol. 3, 2018, pp. 4-9.",
        "## Related posts\n\n- [Seven shoes for flat feet](/a)\n- [My week without shoes](/b)",
        "## You may also like\n\n[Seven shoes for flat feet](/a)\n\n[My week without shoes](/b)",
        "**More resources on heel pain**\n\n[Seven shoes for flat feet](/a) [READ]\n\n[My week without shoes](/b) [READ]",
        "Related: [Seven shoes for flat feet](/a)",
        "Read next: [Seven shoes for flat feet](/a)",
        "[Seven shoes for flat feet](/a) [Read more]",
        "[My week without shoes](/b) Continue reading →",
    ],
)
def test_sources_and_teasers_are_no_advice(below: str) -> None:
    expected = f"{ADVICE}\n\n## How long\n\nSix weeks are common, so be patient and keep a diary."
    source = f"# Sore heels\n\n{ADVICE}\n\n## How long\n\nSix weeks are common, so be patient and keep a diary.\n\n{below}\n"
    assert from_markdown(source).text == expected


@pytest.mark.parametrize(
    "section",
    [
        "## Sources\n\n- Salmon and sardines, twice a week\n- A handful of walnuts a day",
        "## Further reading\n\nRead the leaflet of your medicine before you take it with food.",
        "## Notes\n\nRest the foot on a stool after each walk.",
        "## The science\n\nThe band under the foot stiffens at night, which is why mornings hurt.",
        "## More stretches\n\nPull the toes up with a towel and hold for thirty seconds.",
        "## Read next to the label\n\nThe dose stands on the box.",
        "See also your doctor if it lasts.",
        "Sources of vitamin D are fish, eggs and the sun.",
        "In a study of 2019 the heel healed in six weeks.",
    ],
)
def test_sections_that_only_sound_so_stay(section: str) -> None:
    text = from_markdown(f"# Feet\n\n{ADVICE}\n\n{section}\n\n## After\n\nWalk a little every day.\n").text
    assert text.endswith(f"{section}\n\n## After\n\nWalk a little every day.")


def test_an_article_that_is_a_list_of_sources_stays() -> None:
    text = from_markdown("## References\n\n- Poe (2019). Heels. Journal of Feet.").text
    assert "Poe" in text


def test_references_in_a_page_and_in_a_paste() -> None:
    page = from_html(
        f"<html><body><article><h1>Heels</h1><p>{ADVICE}</p><p><strong>References</strong></p>"
        "<ol><li>Poe A. Heel pain. J Foot Sci. 2019;4(2):11.</li><li>Roe B. Arches. doi:10.1/2</li></ol></article></body></html>"
    )
    assert page.text == ADVICE
    paste = f"Sore heels\n\n{ADVICE}\n\n\nReferences\n\nPoe A. Heel pain. J Foot Sci. 2019;4(2):11.\n\nRoe B. Arches. doi:10.1/2\n"
    assert from_pasted(paste).text == ADVICE


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"<p><b>Why it hurts</b></p><p>{ADVICE}</p>", f"## Why it hurts\n\n{ADVICE}"),
        (f"<p><strong>You need:</strong></p><ul><li>a ball</li></ul><p>{ADVICE}</p>", f"## You need\n\n- a ball\n\n{ADVICE}"),
        (f'<p><span style="font-weight:700">Why it hurts</span></p><p>{ADVICE}</p>', f"## Why it hurts\n\n{ADVICE}"),
        (f"<p><b>Why it hurts</b><br>{ADVICE}</p>", f"## Why it hurts\n\n{ADVICE}"),
        (f"<h3>Heels</h3><p><b>Why</b></p><p>{ADVICE}</p>", f"### Heels\n\n#### Why\n\n{ADVICE}"),
        (f"<p><b>Never run on a hot heel.</b></p><p>{ADVICE}</p>", f"Never run on a hot heel.\n\n{ADVICE}"),
        (f"<p><b>Rest</b> is half the work.</p><p>{ADVICE}</p>", f"Rest is half the work.\n\n{ADVICE}"),
        (f"<p>{ADVICE}</p><p><b>Ann Poe, physiotherapist</b></p>", f"{ADVICE}\n\nAnn Poe, physiotherapist"),
    ],
)  # fmt: skip
def test_a_paragraph_that_is_only_bold_is_a_heading(html: str, text: str) -> None:
    assert from_html(f"<html><head><title>T</title></head><body>{html}</body></html>").text == text


def test_a_step_under_a_picture_is_no_caption() -> None:
    document = from_html(
        "<html><body><h1>Heels</h1><figure><img src=a.png><figcaption>1. Put the ball under the arch.</figcaption></figure>"
        "<figure><img src=b.png><figcaption>2. Roll slowly for two minutes.</figcaption></figure>"
        f"<figure><img src=c.png><figcaption>My left foot in May</figcaption></figure><p>{ADVICE}</p></body></html>"
    )
    assert document.text == (
        "1. Put the ball under the arch.\n2. Roll slowly for two minutes.\n\n![My left foot in May]\n\n"
        + ADVICE
    )


def test_offsets_hold_after_the_cleaning() -> None:
    source = f"# Heels\n\n**Why**\n\n{ADVICE}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n| c | d |\n|---|---|\n| 3 | 4 |\n\n## References\n\n- Poe (2019). Journal."
    article = Article("a", "Heels", from_markdown(source).text)
    for piece in chunk(article, max_tokens=12, overlap=2, count=lambda text: len(text.split())):
        assert article.text[piece.start : piece.end] == piece.text
    assert [block.kind for block in blocks(article.text)].count("row") == 4
