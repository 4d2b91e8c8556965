"""Text of strangers for a terminal or a log: nothing in it moves the cursor, rings, or forges a line.

What this file does not know: what is printed (report.py, cli.py), and what is logged.
"""

from __future__ import annotations

import logging

from bot.server.calm import Calm
from bot.text.printable import printable


class OneEntry(logging.Formatter):
    """An entry of the log as one line; of an error's trace, every further line is indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Whatever is in the message, no line begins as another entry would."""
        return printable(super().format(record)).replace("\n", "\n  ")


def log_to_stderr() -> None:
    """What Python does with warnings and errors if nobody has said otherwise, but printable, and not without end."""
    calm = Calm()
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(OneEntry())
    handler.addFilter(calm)
    logging.getLogger("footnote").addHandler(handler)
    for others in ("uvicorn.error", "asyncio"):
        logging.getLogger(others).addFilter(calm)
