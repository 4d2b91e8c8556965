"""Settings: good ones are taken, bad ones named, unknown ones reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import HELP, BotConfig, defaults, load_config
from ingest.errors import ConfigError


def test_nothing_set_gives_the_defaults() -> None:
    assert load_config({}) == load_config({"FOOTNOTE_PORT": " ", "PATH": "/bin"}) == BotConfig()
    assert BotConfig().host == "127.0.0.1"


def test_values_are_read_in_their_kinds() -> None:
    config = load_config({"FOOTNOTE_PORT": "8080", "FOOTNOTE_INDEX": "x/y", "FOOTNOTE_THRESHOLD": "0.6"})
    assert (config.port, config.index, config.threshold) == (8080, Path("x/y"), 0.6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "80.5"),
        ("THRESHOLD", "2"),
        ("THRESHOLD", "-0.1"),
        ("THRESHOLD", "nan"),
        ("THRESHOLD", "inf"),
        ("THRESHOLD", "half"),
        ("THREADS", "x"),
        ("THREADS", "0"),
        ("THREADS", "-1"),
        ("THREADS", "99999999999999999999"),
        ("MAX_QUESTION", "0"),
        ("MAX_QUESTION", "-5"),
        ("MAX_HISTORY", "-1"),
        ("MAX_HISTORY", "many"),
        ("INDEX", "~nobody-of-this-name/index"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"FOOTNOTE_{name}"):
        load_config({f"FOOTNOTE_{name}": value})


def test_a_misspelt_name_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    assert load_config({"FOOTNOTE_INDX": "x"}) == BotConfig()
    assert "FOOTNOTE_INDEX" in caplog.text


def test_a_home_folder_is_meant_by_a_tilde() -> None:
    assert load_config({"FOOTNOTE_INDEX": "~/index"}).index == Path.home() / "index"


@given(
    st.sampled_from(sorted(HELP)), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
)
def test_any_value_is_taken_or_refused_by_name(name: str, value: str) -> None:
    try:
        load_config({f"FOOTNOTE_{name.upper()}": value})
    except ConfigError as error:
        assert f"FOOTNOTE_{name.upper()}" in str(error)


def test_every_setting_is_in_the_help() -> None:
    assert {*HELP, "fixed"} == set(BotConfig.__dataclass_fields__)


# --- following


def test_what_is_followed_is_parted_by_white_space_only() -> None:
    config = load_config(
        {"FOOTNOTE_FOLLOW": " https://a.example/?x=1,2\n\tdata/posts  https://a.example/?x=1,2 "}
    )
    assert config.follow == ("https://a.example/?x=1,2", "data/posts")
    assert load_config({"FOOTNOTE_EVERY": "2h", "FOOTNOTE_ALLOW_PRIVATE": "Yes"}).every == 7200
    assert BotConfig().every == 900 and not BotConfig().allow_private and BotConfig().follow == ()


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [("EVERY", "15", "15m"), ("EVERY", "1s", "10s"), ("ALLOW_PRIVATE", "perhaps", "true or false")],
)
def test_a_mistake_shows_the_right_form(name: str, value: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=f"FOOTNOTE_{name}='{value}'.*{advice}"):
        load_config({f"FOOTNOTE_{name}": value})


@pytest.mark.parametrize(
    "token", ["fifteen-letters", "a secret of several words", "naïve-but-long-enough-secret"]
)
def test_a_bad_token_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ConfigError, match=r"FOOTNOTE_OWNER_TOKEN: .*secrets\.token_urlsafe\(32\)") as caught:
        load_config({"FOOTNOTE_OWNER_TOKEN": token})
    assert token not in str(caught.value)


def test_the_token_is_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    secret = "sixteen-letters-"
    config = load_config({"FOOTNOTE_OWNER_TOKEN": secret, "FOOTNOTE_OWNER_TOKN": secret})
    assert config.owner_token.get_secret_value() == secret
    assert secret not in f"{config!r} {config} {config.owner_token!r} {config.owner_token} {caplog.text}"
    with pytest.raises(ConfigError) as caught:
        load_config({"FOOTNOTE_OWNER_TOKEN": secret, "FOOTNOTE_PORT": "x"})
    assert secret not in str(caught.value)


def test_the_help_shows_defaults_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_OWNER_TOKEN", "sixteen-letters-")
    assert set(defaults()) == set(HELP)
    assert (defaults()["every"], defaults()["allow_private"], defaults()["owner_token"]) == (
        "15m",
        "false",
        "",
    )


def test_the_command_line_says_how_often_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    from bot.cli.commands import app

    run = CliRunner().invoke(app, ["serve", "--every", "15"])
    assert run.exit_code == 2 and "15m" in run.output
