"""Opening a chat model by name, and its limits: silence, crashes, readers who leave, threads."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from fake_chat import chat, copies, crashes, endless, hangs, says
from langchain_core.messages import HumanMessage
from patience import PATIENCE

from bot.config import load_config
from bot.types import Passage
from bot.write.chat_model import (
    MAX_ANSWER_CHARACTERS,
    MAX_CONCURRENT,
    ChatModel,
    build_prompt,
    open_chat_model,
)
from bot.write.llama_cpp import open_llamacpp
from ingest.article import Chunk
from ingest.errors import ConfigError, ModelError

PROMPT = build_prompt("why?", [Passage(Chunk("a", 0, (), "Hold it.\n", 0, 9), "T", None, 1.0)])


def written(writer: ChatModel) -> str:
    return "".join(writer.stream(PROMPT))


def chat_threads() -> int:
    return sum(t.name == "chat model" for t in threading.enumerate())


def settle() -> None:
    end = time.monotonic() + PATIENCE
    while chat_threads() and time.monotonic() < end:
        time.sleep(0.02)


def test_what_is_written_comes_piece_by_piece() -> None:
    assert written(ChatModel(chat(says("Hold it [{0}].")), seconds=5)).startswith("Hold it [")
    assert written(ChatModel(chat(lambda _: iter([""])), seconds=5)) == ""
    with pytest.raises(ModelError):  # LangChain takes a stream without anything in it for an error
        written(ChatModel(chat(lambda _: iter(())), seconds=5))
    assert "Hold it" in written(ChatModel(chat(copies), seconds=5))


def test_silence_is_reported_and_costs_no_more_than_its_share() -> None:
    gate = threading.Event()
    for before in ((), ("Hold it. ",)):
        with pytest.raises(ModelError, match="too long"):
            written(ChatModel(chat(hangs(gate, *before)), seconds=0.6))
    gate.set()
    settle()
    assert not chat_threads()


def test_slow_drops_do_not_stretch_the_limit() -> None:
    drops = 0

    def drips(_: str) -> Iterator[str]:
        nonlocal drops
        for _n in range(1000):
            time.sleep(0.05)
            drops += 1
            yield "a"

    with pytest.raises(ModelError, match="too long"):
        written(ChatModel(chat(drips), seconds=0.6))
    assert drops < 1000  # it was cut off, and did not come to its own end
    settle()
    assert not chat_threads()


def test_a_crash_is_reported_without_its_text() -> None:
    with pytest.raises(ModelError) as raised:
        written(ChatModel(chat(crashes), seconds=5))
    assert "ConnectionError" in str(raised.value) and "sk-123" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_never_ending_model_is_cut_and_its_thread_ends() -> None:
    model = chat(endless)
    assert len(written(ChatModel(model, seconds=20))) <= MAX_ANSWER_CHARACTERS + 200
    assert model.ended.wait(PATIENCE)
    settle()
    assert not chat_threads()


def test_a_reader_who_leaves_frees_the_thread() -> None:
    model = chat(endless)
    stream = ChatModel(model, seconds=20).stream(PROMPT)
    next(stream)
    stream.close()
    assert model.ended.wait(PATIENCE)
    settle()
    assert not chat_threads()


def test_a_model_that_hangs_does_not_gather_threads() -> None:
    gate = threading.Event()
    writer = ChatModel(chat(hangs(gate)), seconds=0.3)
    for _ in range(MAX_CONCURRENT + 3):
        with pytest.raises(ModelError):
            written(writer)
    assert chat_threads() <= MAX_CONCURRENT
    gate.set()
    settle()
    assert not chat_threads()
    with pytest.raises(ModelError, match="too long"):  # its place came back: it is asked again
        gate.clear()
        written(writer)
    gate.set()
    settle()


def test_many_readers_at_once_get_their_own_answers() -> None:
    writer = ChatModel(chat(lambda prompt: iter([prompt.rsplit("question:", 1)[-1]])), seconds=10)
    got: dict[int, str] = {}

    def reads(number: int) -> None:
        got[number] = "".join(writer.stream(build_prompt(f"reader {number}!", [])))

    readers = [threading.Thread(target=reads, args=(n,)) for n in range(12)]
    for one in readers:
        one.start()
    for one in readers:
        one.join(PATIENCE)
    assert all(f"reader {n}!" in got[n] for n in range(12))
    settle()
    assert not chat_threads()


@pytest.mark.parametrize(
    ("name", "says_so"),
    [
        ("ollama:llama3.2", "ollama"),
        ("openai:gpt-4o-mini", "openai"),
        ("anthropic:claude-sonnet-4-5", "anthropic"),
        ("llamacpp:/nowhere/model.gguf", "llamacpp"),
        ("groq:some-model", "groq"),
        ("nonsense", "ollama:llama3.2"),
        ("nobody:model", "ollama:llama3.2"),
        ("ollama:", "after the colon"),
        (":x", "ollama:llama3.2"),
    ],
)
def test_a_model_that_cannot_be_opened_is_a_sentence(
    name: str, says_so: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in (
        "langchain_openai",
        "langchain_anthropic",
        "langchain_ollama",
        "langchain_groq",
        "llama_cpp",
    ):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ConfigError) as raised:
        open_chat_model(name, seconds=5)
    assert says_so in str(raised.value) and "FOOTNOTE_MODEL" in str(raised.value)
    assert raised.value.__cause__ is None


class _Provider(ModuleType):
    """A provider's package whose model needs a key, and prints it when it fails."""

    def __init__(self) -> None:
        super().__init__("langchain_openai")

        def needs_key(**given: Any) -> None:
            raise RuntimeError("Missing credentials. Please pass an `api_key`; got sk-verysecret")

        self.ChatOpenAI = needs_key


def test_a_missing_key_is_named_and_no_key_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    from langchain.chat_models.base import _get_chat_model_creator

    _get_chat_model_creator.cache_clear()
    monkeypatch.setitem(sys.modules, "langchain_openai", _Provider())
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as raised:
        open_chat_model("openai:gpt-4o-mini", seconds=5)
    assert "sk-verysecret" not in str(raised.value)
    _get_chat_model_creator.cache_clear()


def test_settings() -> None:
    config = load_config({"FOOTNOTE_MODEL": "ollama:llama3.2", "FOOTNOTE_MODEL_SECONDS": "12.5"})
    assert (config.model, config.model_seconds) == ("ollama:llama3.2", 12.5)
    assert load_config({}).model == ""
    with pytest.raises(ConfigError, match="MODEL_SECONDS"):
        load_config({"FOOTNOTE_MODEL_SECONDS": "0"})


def test_a_gguf_file_is_looked_at_before_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    class Llama:
        def __init__(self, **given: Any) -> None:
            seen.append(given)

        def create_chat_completion(self, **given: Any) -> Iterator[dict[str, Any]]:
            seen.append(given)
            for text in (None, "Hold ", "it."):
                yield {"choices": [{"delta": {"content": text} if text else {"role": "assistant"}}]}

    monkeypatch.setitem(sys.modules, "llama_cpp", SimpleNamespace(Llama=Llama, __spec__=SimpleNamespace()))
    with pytest.raises(ConfigError, match="cannot be read"):
        open_llamacpp(tmp_path / "none.gguf")
    (tmp_path / "bad.gguf").write_bytes(b"<html>")
    with pytest.raises(ConfigError, match="no GGUF"):
        open_llamacpp(tmp_path / "bad.gguf")
    (tmp_path / "good.gguf").write_bytes(b"GGUF\x03")
    model = open_llamacpp(tmp_path / "good.gguf")
    assert not seen
    assert "".join(str(c.text) for c in model.stream([HumanMessage("why?")])) == "Hold it."
    assert str(model.invoke("why?").text) == "Hold it."
    assert [turn["role"] for turn in seen[1]["messages"]] == ["user"] and len(seen) == 3


@pytest.mark.parametrize("command", [["ask", "why?"], ["serve", "--port", "0"]])
def test_the_command_line_says_it_in_a_line(command: list[str], tmp_path: Path) -> None:
    env = {"FOOTNOTE_MODEL": "nobody:model", "PATH": "", "FOOTNOTE_PORT": "7999", "HOME": str(tmp_path)}
    if command[0] == "serve":
        command = ["serve", "--port", "7999"]
    run = subprocess.run(
        [sys.executable, "-m", "bot", *command, "--index", str(tmp_path / "index")],
        cwd=Path(__file__).resolve().parents[3], capture_output=True, text=True, check=False, env=env, timeout=PATIENCE,
    )  # fmt: skip
    assert run.returncode == 2 and "FOOTNOTE_MODEL" in run.stderr and "Traceback" not in run.stderr
    assert json.dumps(run.stderr).count("\\n") <= 2
