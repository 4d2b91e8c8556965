"""The desk's tabs Gaps and Settings: two clicks to keep questions, a form that counts at once, on a phone too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from browsing import serving
from fake_bot import FakeBot
from pydantic import SecretStr

from bot.config import BotConfig, OwnerSettings
from bot.gaps import Closed, GapGroup, GapList, GapRecorder, open_gaps
from bot.server import create_app

if TYPE_CHECKING:
    from bot.pipeline import Bot

TOKEN = "the-token-of-the-owner-0123456789"


def test_the_owner_keeps_questions_and_changes_the_title(chromium: Any, tmp_path: Path) -> None:
    config = BotConfig(index=tmp_path / "index", owner_token=SecretStr(TOKEN), rate=(), rate_total=())
    settings, bot = OwnerSettings(config), cast("Bot", FakeBot(config))
    store = open_gaps(config)
    group = GapGroup("Do you <b>sell</b> lamps?", 7, ("lamps?",), "2026-01-01", "2026-01-02", "Our lamps")
    store.save_list(GapList((group,), (Closed("Chairs?", 2, "2026-01-03", "Chairs"),), 7, "now"))
    recorder = GapRecorder(bot, store, lambda: settings.current().gaps)
    app = create_app(bot, config, settings=settings, gaps=recorder)
    with serving(app) as address:
        page = chromium.new_page(viewport={"width": 360, "height": 800}, locale="de-DE")
        page.goto(f"{address}owner/")
        page.fill("input[name=token]", TOKEN)
        page.click("button")
        page.get_by_role("tab", name="Lücken").click()
        page.get_by_text("Do you <b>sell</b> lamps?").wait_for()
        page.click("#gaps-switch")
        page.get_by_text("Datenschutzerklärung").wait_for()
        assert not settings.current().gaps  # the first click only asks
        page.click("#gaps-yes")
        page.get_by_text("90 Tage aufbewahrt").first.wait_for()
        assert settings.current().gaps
        page.screenshot(path=str(tmp_path / "gaps.png"), full_page=True)
        page.get_by_role("tab", name="Beiträge").click()
        page.get_by_role("button", name="Text hinzufügen").first.click()
        page.locator("#add-paste:visible").click()
        page.locator("#adding-result .desk-bad").wait_for()  # in its place, and not for some seconds only
        page.get_by_role("tab", name="Einstellungen").click()
        page.fill("#settings-field-title input", "Brot & Salz")
        page.fill("#settings-field-colour input", "teal")
        page.click("#settings-save")
        # The help beside the field holds the same example as the error.
        page.locator("#settings-result").get_by_text("#0d5c63", exact=False).wait_for()
        assert settings.current().title == config.title
        page.fill("#settings-field-colour input", "#aa3300")
        page.click("#settings-save")
        page.get_by_text("Gespeichert und in Kraft").wait_for()
        assert settings.current().title == "Brot & Salz"
        page.screenshot(path=str(tmp_path / "settings.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.close()
