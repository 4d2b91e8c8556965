"""Settings: good ones are taken, bad ones named, unknown ones told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import HELP, BotConfig, load_config
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


def test_a_misspelt_name_is_told(caplog: pytest.LogCaptureFixture) -> None:
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
    assert set(HELP) == set(BotConfig.__dataclass_fields__)
