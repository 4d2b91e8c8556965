"""Dialects of Markdown: what the published page does not show is no text."""

from __future__ import annotations

import pytest
from growth import grows_linearly

from ingest.extract import from_markdown


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{< toc >}}\n\nRest well.", "Rest well."),
        ("{{% tip title=\"Hot\" %}}\nRest well.\n{{% /tip %}}", "Rest well."),
        ("{{< figure src=\"a.png\" caption=\"A foot on a ball\" >}}\n\nRest.", "![A foot on a ball]\n\nRest."),
        ("{{< details \"Why?\" >}}\nBecause it heals.\n{{< /details >}}", "#### Why?\n\nBecause it heals."),
        ("See [the plan]({{< relref \"plan.md\" >}}) first.", "See the plan first."),
        ("See [the plan]({% post_url 2020-01-01-plan %}) first.", "See the plan first."),
        ("{% include figure.html src='a.png' caption='A foot' %}\n\nRest.", "![A foot]\n\nRest."),
        ("{% note info %}\nRest well.\n{% endnote %}", "Rest well."),
        ("Rest well.[^a]\n\n[^a]: Not in a fever.", "Rest well.\n\nNot in a fever."),
        ("Rest well.\n{: .lead #x}", "Rest well."),
        ("## Rest {#rest .big}\n\nWell.", "## Rest\n\nWell."),
        ("* Contents\n{:toc}\n\nRest well.", "Rest well."),
        ("[TOC]\n\nRest well.", "Rest well."),
        ("Tendon\n: A cord that pulls.\n: It heals slowly.", "Tendon\n\nA cord that pulls.\n\nIt heals slowly."),
        ("::: tip Warm up\nWalk for five minutes.\n:::", "Warm up\n\nWalk for five minutes."),
        (":::{.callout-note title=\"Warm up\"}\nWalk first.\n:::", "Warm up\n\nWalk first."),
        ("> [!TIP]\n> Walk first.", "Walk first."),
        ("> [!warning]- Knees\n> Walk first.", "Knees\n\nWalk first."),
        ("!!! note \"Warm up\"\n    Walk first.\n\nThen run.", "Warm up\n\nWalk first.\n\nThen run."),
        ("```{tip}\nWalk first.\n```", "Walk first."),
        ("See [[Plan|the plan]] and [[Feet#Heels]].", "See the plan and Feet > Heels."),
        ("![[foot.png|200]]\n\nRest the ==sore== heel. ^b12", "Rest the sore heel."),
        ("```dataview\nLIST FROM #feet\n```\n\nRest.", "Rest."),
        ("Rest well :smile: and :nothing_known:.", "Rest well 😄 and :nothing_known:."),
        ("At 10:30:15 rest.", "At 10:30:15 rest."),
        ("import Box from './box'\n\nexport const x = {\n  a: 1,\n};\n\nRest {x.a} well.", "Rest well."),
        ("<Box kind={a > b ? 'x' : 'y'}>Rest well.</Box>", "Rest well."),
        ("<Tabs values={[\n  {label: 'a'},\n]}>\n\nRest **well**.\n\n</Tabs>", "Rest well."),
        ("Use `{{ page.title }}` and `[[x]]`.", "Use {{ page.title }} and [[x]]."),
        ("{% raw %}{{ kept }}{% endraw %} here.", "{{ kept }} here."),
        ("I import shoes from Spain, export none.", "I import shoes from Spain, export none."),
        ("A pace under 5:00 and a < b, 3 > 2.", "A pace under 5:00 and a < b, 3 > 2."),
        ("Feel 50 %% less pain.", "Feel 50 %% less pain."),
    ],
)  # fmt: skip
def test_what_the_page_shows_is_the_text(source: str, text: str) -> None:
    assert from_markdown(source).text == text


@pytest.mark.parametrize(
    "hidden",
    [
        "%% the price is a secret %%",
        "%%\nthe price is\n\na secret\n%%",
        "{% comment %} the price is a secret {% endcomment %}",
        "{%- comment -%}\nthe price\n\nis a secret\n{%- endcomment -%}",
        "{/* the price is a secret */}",
        "{/*\nthe price\n\nis a secret\n*/}",
        "<!-- the price is a secret -->",
        "Rest <!-- the price\n\nis a secret --> well.",
        "{{/* the price is a secret */}}",
        "{{< comment >}}the price is a secret{{< /comment >}}",
        "{# the price is a secret #}",
        "{% # the price is a secret %}",
        "{::comment}\nthe price is a secret\n{:/comment}",
        "%% the price is a secret",
        "{% comment %} the price is a secret",
        "<!-- the price\n\nis a secret",
        "> %% the price is a secret %%",
        "- one %% the price is a secret %%",
    ],
)
def test_a_comment_is_never_text(hidden: str) -> None:
    document = from_markdown(f"---\ntitle: x\n---\nRoll a ball.\n\n{hidden}")
    assert "secret" not in document.text
    assert "price" not in document.text
    assert "Roll a ball." in document.text


def test_lines_of_tags_are_tags() -> None:
    document = from_markdown("Rest well, number #1.\n\n#feet #rest/daily\n")
    assert (document.text, document.tags) == ("Rest well, number #1.", ("feet", "rest/daily"))
    assert document.signs == {"keywords": ["feet", "rest/daily"]}


def test_two_tables_in_a_row_stay_two() -> None:
    document = from_markdown(
        "| Pace | Rest |\n|---|---|\n| slow | 1 min |\n\n| Race | Gels |\n|---|---|\n| 10 km | 0 |\n"
    )
    assert document.text == "| Pace | Rest |\n| slow | 1 min |\n\n| Race | Gels |\n| 10 km | 0 |"
    assert from_markdown(document.text).text == document.text


@pytest.mark.parametrize(
    "unit",
    [
        "{{< a ",
        "{% a ",
        "{{<",
        "<A b={",
        "<A ",
        "<!-- ",
        "[[a|",
        "[^1]",
        "{.a ",
        "%%",
        "```\n",
        "\t",
        "{% raw %}",
    ],
)
def test_hostile_dialects_are_read_in_linear_time(unit: str) -> None:
    grows_linearly(from_markdown, "x\n\n" + unit * (60_000 // len(unit)))
