"""What is taken out of a script, and what must stay. That ours still work is seen in Chromium (test_widget.py)."""

from __future__ import annotations

import pytest

from bot.minify import minified


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("const long = 1; // why\nuse(long);", "const a=1;use(a);"),
        ("say(\"// no comment\", 'a  b');", "say(\"// no comment\",'a  b');"),
        ("return /\\/x y\\b[/ ]/.test(it) / 2 / more;", "return/\\/x y\\b[/ ]/.test(it)/2/more;"),
        ("const [one, two] = both;\nconst three = one + two;", "const[a,b]=both,c=a+b;"),
        ("let first = 1;\nconst then = 2;\nlet last;", "let a=1;const b=2;let c;"),
        ("const side = 4;\nlook(`\n.x{${side}: 1px }\n`);", "const a=4;look(`.x{${a}: 1px }`);"),
        ("a + +b; a - -b; a++ + b; n-- > 0;", "a+ +b;a- -b;a+++b;n-->0;"),
        ("if (x) {\n  y();\n}\nz = [1, 2, ];", "if(x){y()}z=[1,2];"),
        ("call((one, two) => one?.two || two ? .5 : one);", "call((a,two)=>a?.two||two?.5:a);"),
    ],
)
def test_what_is_sent(written: str, sent: str) -> None:
    assert minified(written) == sent


@pytest.mark.parametrize(
    "name_that_must_stay",
    [
        "const name = 1; set({ name });",  # short for name: name
        "const name = 1; set({ other, name, more });",
        "const name = 1; set({ name: 2 });",
        "const name = 1; it.name = name;",
        "const name = 1; it?.name;",
        "const { name } = it;",
    ],
)
def test_a_name_that_may_be_a_property_stays(name_that_must_stay: str) -> None:
    assert "name" in minified(name_that_must_stay)


def test_no_short_name_is_one_that_is_used_already_or_means_something() -> None:
    script = "".join(f"const name{n} = 0;" for n in range(800)) + "a = b.c;"
    declared = minified(script).removeprefix("const ").partition(";")[0]
    short = {part.partition("=")[0] for part in declared.split(",")}
    assert len(short) == 800
    assert not short & {"a", "b", "c", "do", "if", "in", "of", "as", "is"}
