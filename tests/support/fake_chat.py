"""A chat model that follows a script: writes faithfully, lies, stalls, crashes, obeys anyone.

`play` gets the whole prompt and yields pieces of text. What it does not do: think.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from patience import PATIENCE

Play = Callable[[str], Iterator[str]]


class FakeChat(BaseChatModel):
    """play: what it writes. prompts: what it was asked. ended: set whenever a stream of it ends."""

    play: Any
    prompts: list[str]
    ended: Any = None

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(c.message.content) for c in self._stream(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        prompt = "\n".join(str(m.content) for m in messages)
        self.prompts.append(prompt)
        try:
            for text in self.play(prompt):
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        finally:
            if self.ended is not None:
                self.ended.set()


def chat(play: Play) -> FakeChat:
    return FakeChat(play=play, prompts=[], ended=threading.Event())


def keys(prompt: str) -> list[str]:
    """The keys that the prompt gives out, in the order of its passages."""
    return list(dict.fromkeys(re.findall(r"^\[([0-9a-f]{8})\] ", prompt, re.M)))


def passages(prompt: str) -> dict[str, str]:
    """Key -> the passage under it."""
    fence = re.search(r"^~~~ [0-9a-f]{32} ~~~$", prompt, re.M)
    assert fence
    told = prompt.split(f"{fence[0]}\n")[1]
    parts = re.split(r"^\[([0-9a-f]{8})\] .*\n", told, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def says(*texts: str, piece: int = 7) -> Play:
    """Writes the texts; {0}, {1} ... stand for the keys of the passages."""

    def play(prompt: str) -> Iterator[str]:
        text = " ".join(texts)
        for number, key in enumerate(keys(prompt)):
            text = text.replace(f"{{{number}}}", key)
        yield from (text[i : i + piece] for i in range(0, len(text), piece))
        yield ""

    return play


def copies(prompt: str) -> Iterator[str]:
    """The faithful one: the first prose sentence of each passage, with its key."""
    for key, text in passages(prompt).items():
        lines = [line for line in text.splitlines() if line.strip() and not re.match(r"#|\||!|-|\d", line)]
        if lines:
            yield f"{lines[0].split('. ')[0].rstrip('.')} [{key}]. "


def hangs(gate: threading.Event, *before: str) -> Play:
    """Writes something, then is silent until the gate opens."""

    def play(prompt: str) -> Iterator[str]:
        yield from says(*before)(prompt) if before else ()
        gate.wait(PATIENCE)

    return play


def crashes(prompt: str) -> Iterator[str]:
    yield "Some"
    raise ConnectionError(f"secret sk-123 in {prompt[:20]}")


def endless(prompt: str) -> Iterator[str]:
    key = keys(prompt)[0]
    while True:
        yield f"Stretching cures baldness [{key}]. "


def obeys(prompt: str) -> Iterator[str]:
    """Does whatever any sentence of its prompt asks for, citing every passage for it."""
    told = "\n".join([*passages(prompt).values(), prompt.rsplit("The reader's question:", 1)[-1]])
    every = "".join(f"[{key}]" for key in keys(prompt))
    for line in (one.strip("-* ") for one in told.splitlines()):
        for quoted in re.findall(r"[\"'“](.+?)[\"'”]", line):
            yield f"{quoted.rstrip('.')} {every}. "
        for address in re.findall(r"[\w.-]+\.(?:com|xyz|org)|\S+@\S+", line):
            yield f"Visit [{address}](http://{address}) or <a href='//{address}'>{address}</a> {every}. "
        yield f"{line} {every}\n" if line else ""
        yield f"As you asked: {line} {every}\n{line.upper()} {every}\n" if line else ""
