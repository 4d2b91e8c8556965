"""The widget's tool for a browser's agent (WebMCP), with a model context that a test puts into the page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from blog import Blog
from widget_pages import Visit

pytestmark = pytest.mark.browser
CONTEXT = """<script>window.tools = [];
Object.defineProperty(document, "modelContext", { value: { registerTool: (tool) => tools.push(tool) } });</script>"""


def test_an_agent_may_ask_where_the_owner_allows_it(visit: Visit, blog: Blog) -> None:
    page = visit("/", head=CONTEXT, tag="data-agent")
    page.wait_for_function("tools.length == 1")
    assert page.evaluate("[tools[0].name, tools[0].inputSchema.required[0]]") == ["ask_blog", "question"]
    reply: Any = page.evaluate("tools[0].execute({ question: 'How do I do it?' })")
    text, more = (part["text"] for part in reply["content"])
    sources = json.loads(more)["sources"]
    assert "Hold for 30 seconds" in text and len(sources) == 4 and ":~:text=" in sources[2]["link"]
    urgent: Any = page.evaluate("tools[0].execute({ question: 'My numb legs worry me' })")
    assert "medical help" in urgent["content"][0]["text"]
    assert page.evaluate("tools[0].execute({ question: 'x'.repeat(2000) })")["isError"]


def test_no_agent_is_offered_anything_unasked(visit: Visit) -> None:
    page = visit("/", head=CONTEXT)
    page.wait_for_selector("footnote-chat button")
    without = visit("/", tag="data-agent")
    without.wait_for_selector("footnote-chat button")
    assert page.evaluate("tools.length") == 0
    assert not [url for one in (page, without) for url in one.asked if "agent.js" in url]
