"""The owner's chat model: opened by name, called under a time limit in a thread of its own.

Any name that LangChain's init_chat_model knows ("ollama:llama3.2", "openai:gpt-4o-mini"), or
"llamacpp:/path/to/model.gguf" for a file on this machine. Whatever its provider's package raises ends here.
"""

from __future__ import annotations

import queue
import re
import secrets
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.types import Passage
from bot.write.budget import DailyBudget
from ingest.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

MAX_CONCURRENT = 4  # answers being written; the thread of a model that hangs counts until it ends
MAX_PASSAGES = 6
MAX_PROMPT_CHARACTERS = 9_000  # of passages, about 2,000 tokens
MAX_ANSWER_CHARACTERS = 12_000  # characters; the rest of an answer is not read
_PROMPTS = Path(__file__).parent / "prompts"
_PACKAGES = {"openai": "openai", "anthropic": "anthropic", "ollama": "ollama", "llamacpp": "llamacpp"}
_EXTRAS = ", ".join(sorted(set(_PACKAGES)))
_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
_TIMED = ("openai", "anthropic", "mistralai", "groq", "azure_openai", "deepseek", "xai")
_END = object()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request to the model. keys: the passage of each key; keys are valid for one request."""

    messages: tuple[BaseMessage, ...]
    keys: dict[str, Passage]


class ChatModel:
    """A chat model with its limits. May be shared by threads.

    seconds: for a whole answer; half of it may pass before the first word, a third between two words.
    """

    def __init__(self, model: BaseChatModel, *, seconds: float, budget: DailyBudget | None = None) -> None:
        self.budget = budget
        self._model = model
        self._seconds = seconds
        self._slots = threading.BoundedSemaphore(MAX_CONCURRENT)

    def stream(self, prompt: Prompt) -> Generator[str, None, None]:
        """Yield what the model writes, piece by piece. Closing the iterator ends the model's thread.

        Raises:
            ModelError: The model is busy, fails, is silent for too long, or takes too long.
        """
        if self.budget and not self.budget.take():
            raise ModelError("the chat model has worded as many answers as it may today")
        if not self._slots.acquire(timeout=min(2.0, self._seconds)):
            raise ModelError("the chat model is busy with other questions")
        pieces: queue.Queue[Any] = queue.Queue(maxsize=256)
        stop = threading.Event()
        pump = threading.Thread(
            target=self._pump, args=(prompt, pieces, stop), name="chat model", daemon=True
        )
        pump.start()
        try:
            yield from self._received(pieces)
        finally:
            stop.set()

    def _received(self, pieces: queue.Queue[Any]) -> Iterator[str]:
        end = time.monotonic() + self._seconds
        wait, written = self._seconds / 2, 0
        while written < MAX_ANSWER_CHARACTERS:
            left = min(end - time.monotonic(), wait)
            try:
                piece = pieces.get(timeout=left) if left > 0 else _timed_out()
            except queue.Empty:
                raise ModelError("the chat model took too long") from None
            if piece is _END:
                return
            if isinstance(piece, Exception):
                # Only the error's class name: its text may hold the question, a key or an address.
                raise ModelError(f"the chat model failed ({type(piece).__name__})") from None
            if piece:
                wait, written = self._seconds / 3, written + len(piece)
                yield piece

    def _pump(self, prompt: Prompt, pieces: queue.Queue[Any], stop: threading.Event) -> None:
        last: object = _END
        try:
            for chunk in self._model.stream(list(prompt.messages)):
                if not _put(pieces, str(chunk.text), stop):
                    break
        except Exception as error:  # noqa: BLE001 - a provider's package raises what it likes
            last = error
        finally:
            self._slots.release()
            _put(pieces, last, stop)


def _put(pieces: queue.Queue[Any], piece: object, stop: threading.Event) -> bool:
    """Queue a piece; False if the consumer has gone."""
    while not stop.is_set():
        try:
            pieces.put(piece, timeout=0.2)
        except queue.Full:
            continue
        return True
    return False


def _timed_out() -> Any:
    raise queue.Empty


def build_prompt(question: str, passages: Sequence[Passage]) -> Prompt:
    """The request for a question: passages under unguessable keys, everything fenced as data.

    The conversation is not passed on: it comes from an untrusted client.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    fence = f"~~~ {secrets.token_hex(16)} ~~~"
    keys: dict[str, Passage] = {}
    blocks: list[str] = []
    budget = MAX_PROMPT_CHARACTERS
    for passage in passages[:MAX_PASSAGES]:
        budget -= len(passage.chunk.text)
        if budget < 0 and keys:
            break
        key = secrets.token_hex(4)
        keys[key] = passage
        head = " > ".join(dict.fromkeys((passage.title, *passage.chunk.path)))
        blocks.append(f"[{key}] {head}\n{passage.chunk.text.strip()}")
    values = {"fence": fence, "example": next(iter(keys), "key")}
    system = _render("answer.md", values)
    human = _render("question.md", values | {"passages": "\n\n".join(blocks), "question": question})
    return Prompt((SystemMessage(system), HumanMessage(human)), keys)


def _render(name: str, values: dict[str, str]) -> str:
    """Fill a prompt template; braces in the values are kept."""
    text = (_PROMPTS / name).read_text(encoding="utf-8")
    return re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), text)


def open_chat_model(name: str, *, seconds: float, budget: DailyBudget | None = None) -> ChatModel:
    """Open the model that FOOTNOTE_MODEL names.

    Args:
        name: provider:model, or llamacpp:PATH.
        seconds: Time limit for an answer.
        budget: How many answers a day; None: as many as are asked for.

    Raises:
        ConfigError: It cannot be opened; the message says what to install, set or correct.
    """
    provider = _provider(name)
    try:
        model = _open(name, provider, seconds)
    except ImportError:
        raise ConfigError(_missing(name, provider)) from None
    except ConfigError:
        raise
    except Exception as error:  # noqa: BLE001 - a provider's package raises what it likes; its text may hold a key
        raise ConfigError(_unusable(name, provider, error)) from None
    if provider in _KEYS and _has_no_key(model):
        raise ConfigError(f"FOOTNOTE_MODEL={name!r} needs a key: set {_KEYS[provider]}.")
    return ChatModel(model, seconds=seconds, budget=budget)


def _provider(name: str) -> str:
    head, colon, rest = name.partition(":")
    if colon and not rest.strip():
        raise ConfigError(f"FOOTNOTE_MODEL={name!r}: name a model after the colon, such as ollama:llama3.2.")
    if colon:
        return head.strip().lower().replace("-", "_")
    guessed = {"gpt": "openai", "o1": "openai", "o3": "openai", "claude": "anthropic"}
    return next((p for start, p in guessed.items() if name.lower().startswith(start)), "")


def _open(name: str, provider: str, seconds: float) -> BaseChatModel:
    if provider == "llamacpp":
        from bot.write.llama_cpp import open_llamacpp

        return open_llamacpp(Path(name.partition(":")[2]).expanduser())
    from langchain.chat_models import init_chat_model

    # The client needs a timeout of its own, or the thread of a call that hangs never ends.
    if provider in _TIMED:
        return init_chat_model(name, timeout=seconds, max_retries=0)
    if provider == "ollama":
        return init_chat_model(name, client_kwargs={"timeout": seconds})
    return init_chat_model(name)


def _missing(name: str, provider: str) -> str:
    if extra := _PACKAGES.get(provider):
        return f"FOOTNOTE_MODEL={name!r} needs a package that is not installed: pip install 'footnote-blog[{extra}]'."
    package = f"langchain-{provider.replace('_', '-')}" if provider else "its LangChain package"
    return f"FOOTNOTE_MODEL={name!r} needs a package that is not installed: pip install {package}."


def _unusable(name: str, provider: str, error: Exception) -> str:
    if re.search(r"api[_ ]?key|credential|token", str(error), re.IGNORECASE) and provider:
        key = _KEYS.get(provider, f"{provider.upper()}_API_KEY")
        return f"FOOTNOTE_MODEL={name!r} needs a key: set {key}."
    if isinstance(error, ValueError):
        return (
            f"FOOTNOTE_MODEL={name!r} names no model that is known. Write provider:model, such as "
            f"ollama:llama3.2; providers with an extra of their own are {_EXTRAS}."
        )
    return f"FOOTNOTE_MODEL={name!r} cannot be opened ({type(error).__name__}). Check the name and the provider's settings."


def _has_no_key(model: BaseChatModel) -> bool:
    from pydantic import SecretStr

    keys = [getattr(model, field, None) for field in type(model).model_fields if field.endswith("api_key")]
    return bool(keys) and all(
        k is None or (isinstance(k, SecretStr) and not k.get_secret_value()) for k in keys
    )
