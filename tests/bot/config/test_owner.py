"""What the owner changes while the server runs: checked, stored as a whole or not at all, and never over the environment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from engines import Postgres, wait_until
from pydantic import SecretStr

from bot.config import BotConfig, OwnerSettings, SettingRefused, load_config
from ingest.errors import ConfigError


@pytest.fixture
def config(tmp_path: Path) -> BotConfig:
    return BotConfig(index=tmp_path / "index")


@pytest.fixture(params=["file", "postgres"])
def anywhere(request: pytest.FixtureRequest, config: BotConfig) -> BotConfig:
    """Settings whose owner's part is in each place that it may be in."""
    if request.param == "file":
        return config
    postgres = request.getfixturevalue("postgres")
    return replace(config, database_url=SecretStr(postgres.url), blog=postgres.new_blog())


def test_what_is_set_is_in_force_at_once_and_after_a_restart(anywhere: BotConfig) -> None:
    settings, seen = OwnerSettings(anywhere), list[str]()
    settings.on_change(lambda now: seen.append(now.title))
    settings.change({"title": "Bread & Salt", "languages": "de, en", "gaps": "yes", "colour": "#AA3300"})
    for now in (settings.current(), OwnerSettings(anywhere).current()):
        assert (now.title, now.languages, now.gaps, now.colour) == (
            "Bread & Salt",
            ("de", "en"),
            True,
            "#aa3300",
        )
    assert seen == [anywhere.title, "Bread & Salt"]
    settings.change({"title": " "})
    assert settings.current().title == anywhere.title and "title" not in settings.stored()


def test_what_is_set_on_one_server_counts_on_the_others(anywhere: BotConfig) -> None:
    one, other = OwnerSettings(anywhere), OwnerSettings(anywhere)
    one.change({"title": "Bread & Salt"})
    wait_until(lambda: other.current().title == "Bread & Salt", "waited for the other server")
    other.change({"paused": "true"})  # and the title stays
    wait_until(lambda: one.current().paused, "waited for the first server")
    assert one.current().title == "Bread & Salt"


def test_while_the_database_is_down_the_settings_stay_and_cannot_be_changed(
    postgres: Postgres, config: BotConfig, caplog: pytest.LogCaptureFixture
) -> None:
    shared = replace(config, database_url=SecretStr(postgres.url), blog=postgres.new_blog())
    settings = OwnerSettings(shared)
    settings.change({"paused": "true"})
    postgres.stop()
    try:
        with pytest.raises(ConfigError, match="cannot be written to the database") as caught:
            settings.change({"paused": ""})
        wait_until(lambda: "What was read before is used" in caplog.text, "waited for the log")
        assert settings.current().paused
        with pytest.raises(ConfigError, match=r"FOOTNOTE_DATABASE_URL.*cannot be reached"):
            OwnerSettings(replace(shared, index=config.index / "new"))  # a server that never saw the database
        assert OwnerSettings(shared).current().paused  # one that is started again
        assert postgres.url not in caplog.text + str(caught.value)
    finally:
        postgres.start()
    wait_until(lambda: "answers again" in caplog.text, "waited for the log")
    settings.change({"paused": ""})
    assert not settings.current().paused


def test_a_bad_value_is_refused_by_name_and_nothing_is_stored(config: BotConfig) -> None:
    settings = OwnerSettings(config)
    for name, text in [
        ("colour", "teal"),
        ("languages", "de; English"),
        ("allowed_origins", "https://*"),
        ("feedback", "/etc/passwd"),
        ("model_answers", "-1"),
        ("title", "x" * 101),
        ("greeting", "two\nlines"),
        ("port", "80"),
    ]:
        with pytest.raises(SettingRefused) as refused:
            settings.change({"title": "New", name: text})
        assert refused.value.name == name and refused.value.reason
    assert settings.current() == config and not config.settings_file.exists()


def test_the_environment_wins(config: BotConfig) -> None:
    first = OwnerSettings(config)
    first.change({"title": "Hers", "notice": "I answer."})
    started = load_config({"FOOTNOTE_INDEX": str(config.index), "FOOTNOTE_TITLE": "The server's"})
    settings = OwnerSettings(started)
    assert settings.current().title == "The server's" and settings.current().notice == "I answer."
    assert settings.fixed == {"title"}
    with pytest.raises(SettingRefused, match="FOOTNOTE_TITLE"):
        settings.change({"title": "Hers again"})


def test_an_edit_by_hand_counts_and_what_is_not_known_is_kept(config: BotConfig) -> None:
    settings = OwnerSettings(config)
    config.settings_file.write_text(
        json.dumps({"title": "By hand", "later": {"a": 1}, "colour": "no", "gaps": 3})
    )
    assert settings.current().title == "By hand" and not settings.current().gaps
    settings.change({"greeting": "What shall it be?"})
    stored = json.loads(config.settings_file.read_text())
    assert stored["later"] == {"a": 1} and stored["greeting"] and stored["colour"] == "no"


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b" " * 300_000])
def test_a_damaged_file_is_set_aside_and_named(
    config: BotConfig, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = config.settings_file
    file.write_bytes(content)
    settings = OwnerSettings(config)
    assert settings.current() == config and not file.exists()
    aside = file.with_name(f"{file.name}.damaged-1")
    assert aside.read_bytes() == content and aside.name in settings.problem and aside.name in caplog.text
    settings.change({"title": "Again"})
    assert OwnerSettings(config).current().title == "Again"


def test_a_file_that_cannot_be_written_leaves_everything_as_it_is(config: BotConfig) -> None:
    settings = OwnerSettings(replace(config, index=config.index / "a file" / "index"))
    config.index.write_text("in the way")
    with pytest.raises(ConfigError, match="cannot be written"):
        settings.change({"title": "New"})
    assert settings.current().title == config.title


def test_followed_blogs_may_show_the_chat_unless_the_owner_names_others(config: BotConfig) -> None:
    settings = OwnerSettings(replace(config, follow=("https://blog.example",)))
    assert "https://www.blog.example" in settings.current().allowed_origins
    settings.change({"allowed_origins": "https://shop.example"})
    assert settings.current().allowed_origins == ("https://shop.example",)
