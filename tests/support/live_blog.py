"""A blog that changes while a bot answers from it: the real bot, index and sync, a stand-in model.

Run as a program it is a second server on the same index, without HTTP: it asks until its input
ends, and prints the words it was answered with, each once, and what went wrong.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[n]) for n in (2, 1, 0)]

from conftest import FakeEmbedder

from bot.config import BotConfig
from bot.pipeline import Bot
from ingest.config import DEFAULT_EMBEDDER
from ingest.index import Index, StartFinisher, Store, Subprocess

QUESTION = "What is the password of the lighthouse keeper?"
_WORD = re.compile(r"password of the lighthouse keeper is marker(\d+)\b")


class InProcess:
    """A Finisher without a process of its own, and without the check."""

    def __call__(self, directory: Path) -> None:
        with contextlib.closing(Store(directory, writable=True)) as opened:
            opened.update_search()

    def stop(self) -> None:
        pass


class Model(FakeEmbedder):
    """Passes for the model that the reader was trained on."""

    name = DEFAULT_EMBEDDER
    dimension = 384


def bot_on(index: Path, *, start_finisher: StartFinisher = Subprocess) -> Bot:
    """A bot that answers whatever it is asked: what a stand-in model makes is not calibrated."""
    config = BotConfig(index=index, threshold=0.0)
    return Bot(Index(index, config.index_config, start_finisher=start_finisher), Model(), config)


def write(folder: Path, word: int) -> None:
    """The post that changes, among others that do not."""
    folder.mkdir(exist_ok=True)
    for other in ("bread", "boats", "bees") if not (folder / "bread.md").exists() else ():
        (folder / f"{other}.md").write_text(f"# All about {other}\n\nSome people like {other} in spring.\n")
    said = f"The password of the lighthouse keeper is marker{word}. Nobody else knows it."
    draft = folder / "lighthouse.new"
    draft.write_text(f"# The lighthouse keeper\n\n{said}\n")
    draft.replace(folder / "lighthouse.md")


def answered(bot: Bot) -> int:
    """The number of the word in the answer; it must be quoted, and verbatim."""
    answer = bot.ask(QUESTION)
    assert answer.status == "answered", answer.text
    quotes = [found for c in answer.citations if (found := _WORD.search(c.quote))]
    assert quotes and _WORD.search(answer.text), answer.text
    return int(quotes[0][1])


@dataclass
class Reader:
    """Asks all the time, in a thread of its own. editions: the numbers in its answers, as they changed."""

    bot: Bot
    editions: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    questions: int = 0
    pause: float = 0.1
    _ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                word = answered(self.bot)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a question that failed
                self.wrong.append(repr(error))
            else:
                self.editions += [word] if [word] != self.editions[-1:] else []
            self.questions += 1
            self._ended.wait(self.pause)

    def end(self) -> None:
        self._ended.set()


def main() -> None:
    reader = Reader(bot_on(Path(sys.argv[1])), pause=0.4)
    answered(reader.bot)
    thread = threading.Thread(target=reader.run)
    thread.start()
    print("asking", flush=True)
    sys.stdin.read()
    reader.end()
    thread.join()
    print(reader.questions, answered(reader.bot))
    print(*reader.editions)
    print(*reader.wrong, sep="\n")


if __name__ == "__main__":
    main()
