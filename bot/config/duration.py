"""How long: "15m" as seconds, and seconds in words.

What this file does not know: what is waited for.
"""

from __future__ import annotations

import re

from ingest.errors import ConfigError

SHORTEST, LONGEST = 10.0, 30 * 86_400.0  # seconds
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_NAMES = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
_WRITTEN = re.compile(r"(\d{1,7})\s*([smhd])", re.I | re.ASCII)


def seconds_of(text: str) -> float:
    """Seconds of a duration such as 90s, 15m, 2h or 1d. Raises ConfigError, naming no setting.

    A number without a unit is refused: 15 might be meant as seconds as well as minutes.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ConfigError("write a number with s, m, h or d behind it, such as 90s, 15m, 2h or 1d.")
    seconds = float(int(found[1]) * _UNITS[found[2].lower()])
    if not SHORTEST <= seconds <= LONGEST:
        raise ConfigError("it is at least 10s, so that the blog is not overrun, and at most 30d.")
    return seconds


def in_words(seconds: float) -> str:
    """900 -> "15 minutes", 3600 -> "hour": what stands after "every"."""
    unit = next((u for u in "dhm" if seconds >= _UNITS[u] and seconds % _UNITS[u] == 0), "s")
    number = round(seconds / _UNITS[unit])
    return _NAMES[unit] if number == 1 else f"{number} {_NAMES[unit]}s"


def written(seconds: float) -> str:
    """900 -> "15m": as seconds_of() reads it."""
    unit = next((u for u in "dhm" if seconds >= _UNITS[u] and seconds % _UNITS[u] == 0), "s")
    return f"{round(seconds / _UNITS[unit])}{unit}"
