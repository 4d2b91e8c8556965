"""A reader's language in headless Chromium: nothing of ours in the window stays English."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import ask, opened
from fake_bot import FakeBot

from bot.server.window import CODES, packaged_language

pytestmark = pytest.mark.browser
# Every text, and every name that is only read out, of the page as it stands; hidden ones, too.
TEXTS = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest("script, style")) found.push(walker.currentNode.textContent.trim());
  for (const element of document.querySelectorAll("#fn-page *"))
    for (const name of ["aria-label", "title", "alt", "placeholder"])
      if (element.checkVisibility()) found.push(element.getAttribute(name) ?? "");
  return found;
}"""


# That no language lacks a word is tested without a browser; here, that the window takes every word from its language.
@pytest.mark.parametrize("code", ["de", "fr"])
def test_a_reader_sees_none_of_our_words_in_english(
    chromium: Any,
    served: tuple[str, FakeBot],
    code: str,
) -> None:
    words = packaged_language(code)
    english = {
        text for key, text in packaged_language("en").texts.items() if text not in words.texts.values()
    }
    # By turns the browser's language and the one that the address asks for, of a browser with another.
    by_address = CODES.index(code) % 2 == 0
    address = served[0] + (f"?lang={code}" if by_address else "")
    with opened(chromium, address, locale="fi-FI" if by_address else f"{code}-{code.upper()}") as page:
        page.wait_for_selector(f"#fn-send >> text={words('ask')}")
        page.wait_for_function("name => document.querySelector('#fn-chat [role=log]').ariaLabel == name",
                               arg=words("conversation"))  # fmt: skip
        seen = set(page.evaluate(TEXTS))
        ask(page, "How do I do it?", answers=1)
        ask(page, "What is the capital of Peru?", answers=2)
        seen |= set(page.evaluate(TEXTS))
        assert words("says_abstain") in seen
        assert words("title") == page.title()
        assert seen & english == set()
        frame = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        assert frame == [code, "ltr"]
        assert page.evaluate("navigator.languages[0]").startswith("fi" if by_address else code)


def test_an_urgent_message_comes_in_the_readers_language_before_english(
    chromium: Any,
    served: tuple[str, FakeBot],
) -> None:
    narrow: dict[str, Any] = {"locale": "es-MX", "viewport": {"width": 360, "height": 740}}
    with opened(chromium, served[0], **narrow) as page:
        ask(page, "My speech is slurred", answers=1)
        page.click(".fn-urgent summary")
        said = page.inner_text(".fn-urgent")
        assert said.index("Llame ahora al número de emergencias") < said.index(
            "Call the emergency number now"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
