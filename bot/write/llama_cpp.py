"""A GGUF file as a chat model, run on this machine by llama.cpp (llama-cpp-python).

Loaded at the first question and kept. It writes one answer at a time: a second question waits for the lock and
is answered with quotes if that takes too long.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from ingest.errors import ConfigError

CONTEXT = 8192  # tokens: prompt, passages and answer
LONGEST = 700  # tokens of an answer
_GGUF = b"GGUF"
_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class LlamaCpp(BaseChatModel):
    """A chat model over one GGUF file. May be shared by threads, one of which it serves at a time."""

    path: str
    _loaded: Any = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "llama.cpp"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(str(c.message.content) for c in self._stream(messages, stop, run_manager, **kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - no callbacks
        **kwargs: Any,  # noqa: ARG002
    ) -> Iterator[ChatGenerationChunk]:
        turns = [{"role": _ROLES[m.type], "content": str(m.content)} for m in messages]
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.path)
            events = self._loaded.create_chat_completion(
                messages=turns, stream=True, max_tokens=LONGEST, temperature=0.0, stop=stop
            )
            for event in events:
                if text := event["choices"][0]["delta"].get("content"):
                    yield ChatGenerationChunk(message=AIMessageChunk(content=text))


def open_llamacpp(path: Path) -> LlamaCpp:
    """Check the file without loading it. Raises ImportError without llama-cpp-python, ConfigError for a bad file."""
    if importlib.util.find_spec("llama_cpp") is None:
        raise ImportError("llama_cpp")
    try:
        with path.open("rb") as file:
            magic = file.read(len(_GGUF))
    except OSError as error:
        raise ConfigError(
            f"FOOTNOTE_MODEL: {path.name!r} cannot be read ({error.strerror}). Give the path of a GGUF file."
        ) from None
    if magic != _GGUF:
        raise ConfigError(f"FOOTNOTE_MODEL: {path.name!r} is no GGUF file.")
    return LlamaCpp(path=str(path))


def _load(path: str) -> Any:
    from llama_cpp import Llama

    return Llama(model_path=path, n_ctx=CONTEXT, verbose=False)
