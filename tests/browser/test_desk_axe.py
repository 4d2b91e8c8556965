"""axe-core finds nothing to complain of on the desk: each tab with all that unfolds, and the digest, in four views."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe import VIEWS, Look, script
from desk_site import desk_config, desk_site, states
from live_blog import InProcess, bot_on, write
from patience import PATIENCE

from ingest.index import Index
from ingest.sync import sync


def test_nothing_is_wrong_and_nothing_is_too_wide(chromium: Any, tmp_path: Path) -> None:
    write(tmp_path / "blog", 0)
    bot = bot_on(tmp_path / "index", start_finisher=InProcess)
    index = Index(tmp_path / "index", bot.config.index_config, start_finisher=InProcess)
    sync([str(tmp_path / "blog")], index=index, embedder=lambda: bot.embedder)
    look, wide = Look(script()), []
    with desk_site(bot, desk_config(tmp_path, threshold=0.0)) as address:
        page = chromium.new_page(reduced_motion="reduce")
        page.set_default_timeout(1000 * PATIENCE)
        for name in states(page, address, opened=True):
            for width, scheme in VIEWS:
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                if name not in ("login", "digest"):  # Gradio's script follows the scheme
                    page.wait_for_selector(f"body{'.dark' if scheme == 'dark' else ':not(.dark)'}")
                look.at(page, f"{name} {width} {scheme}")
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wide.append(f"{name} {width}")
        page.close()
    assert (look.wrong, wide) == ([], [])
    assert {run.split()[0] for run in look.runs} >= {
        "login",
        "today",
        "gaps",
        "posts",
        "try",
        "settings",
        "digest",
    }
