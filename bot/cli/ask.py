"""`footnote ask` and `chat`: answers in a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.options import IndexOption, JsonFlag, config_from_environment, print_json
from bot.text.printable import printable
from ingest.errors import FootnoteError


def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    as_json: JsonFlag = False,
    index: IndexOption = None,
) -> None:
    """Answer one question."""
    from bot.cli.output import print_answer
    from bot.server import payload
    from bot.startup import open_bot

    answer = open_bot(config_from_environment(index=index)).ask(question)
    if as_json:
        print_json(payload(answer))
    else:
        print_answer(answer)


def chat(index: IndexOption = None) -> None:
    """Ask in a terminal, with follow-ups. An empty line or Ctrl-D ends it."""
    from bot.cli.output import print_answer
    from bot.startup import open_bot
    from bot.types import Turn

    bot = open_bot(config_from_environment(index=index))
    bot.warm()
    history: list[Turn] = []
    while question := _read_line():
        try:
            answer = bot.ask(question, history)
        except FootnoteError as error:
            print(printable(str(error)))
            continue
        print_answer(answer)
        history += [Turn("user", question), Turn("assistant", answer.text)]


def _read_line() -> str:
    try:
        return input("\n? ").strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return ""
