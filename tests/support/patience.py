"""How long tests wait for what must happen: generous, since a busy machine is no failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 120.0  # seconds


def eventually(
    look: Callable[[], Any],
    good: Callable[[Any], object] = bool,
    pause: Callable[[], object] = lambda: time.sleep(0.02),
) -> Any:
    """What `look` gives, as soon as it is good. pause: waits a moment; a browser's page has its own."""
    end = time.monotonic() + PATIENCE
    while not good(seen := look()):
        assert time.monotonic() < end, f"it never came: {seen}"
        pause()
    return seen
