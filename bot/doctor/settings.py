"""The settings of the environment and of the desk, the owner's files that they name, and the chat model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from bot.config import (
    PREFIX,
    BotConfig,
    allow_followed,
    apply_settings,
    load_config,
    parse_settings,
    settings_place,
    unknown_settings,
    wrong_settings,
)
from bot.doctor.diagnosis import Diagnosis, looked_at, note, ok, problem
from ingest.errors import ConfigError, DatabaseError

Found = Iterator[Diagnosis]
_PART = "settings"
_PACKAGED = ("health", "none")  # subjects
_CHROMA = f"{PREFIX}CHROMA_URL"


def look(environ: Mapping[str, str], options: Mapping[str, Any], seen: list[BotConfig]) -> Found:
    """The settings; the ones that can be used are put into `seen`, the desk's last."""
    found = [note(_PART, sentence) for sentence in unknown_settings(environ)]
    wrong = wrong_settings(environ)
    found += [problem(_PART, str(error)) for error in wrong.values()]
    usable = {key: text for key, text in environ.items() if key.upper() not in wrong and key not in wrong}
    try:
        config = load_config(usable)
    except ConfigError as error:  # of two that belong together
        found.append(problem(_PART, str(error)))
        config = load_config({key: text for key, text in usable.items() if key != _CHROMA})
    config = dataclasses.replace(config, **options).fix(options)
    try:
        _ = config.database, config.chroma  # neither connects yet
    except ConfigError as error:
        found.append(problem(_PART, str(error)))
        config = dataclasses.replace(config, database_url=SecretStr(""), chroma_url=SecretStr(""))
    seen.append(allow_followed(config))
    desk = looked_at("desk's settings", lambda: _desk(config, seen))
    files = [one for name, read in _owner_files(config).items() for one in looked_at(name, read)]
    count = sum(key.startswith(PREFIX) and bool(text.strip()) for key, text in environ.items()) + len(options)
    if not any(one.status == "problem" for one in found):
        number = "1 setting is" if count == 1 else f"{count or 'No'} settings are"
        yield ok(
            _PART,
            f"{number} given, and each can be used." if count else f"{number} given: the defaults are used.",
        )
    yield from (*found, *desk, *files)


def _desk(config: BotConfig, seen: list[BotConfig]) -> Found:
    """What the owner has set on the desk."""
    part, place = "desk's settings", settings_place(config)
    try:
        data = place.look()
        stored = {} if data is None else parse_settings(data)
    except ValueError as error:
        yield problem(part, f"{place} is damaged ({error}), so nothing of it is in force. Restore it from a backup, or set "
                      "on the desk again what you had set; the server puts the damaged file aside when it starts.")  # fmt: skip
        return
    except DatabaseError:
        yield note(part, "They are in the database, and could not be looked at.")
        return
    used, refused = apply_settings(config, stored)
    seen.append(used)
    for one in refused:
        yield problem(part, f"{one} It is not used: set it again on the desk.")
    if stored and not refused:
        yield ok(part, f"What was set on the desk can be used ({len(stored)}).")


def _owner_files(config: BotConfig) -> dict[str, Any]:
    """Part to the look at it, for each file that a setting names."""
    looks = {
        "subject": (config.subject.lower() not in _PACKAGED, lambda: _subject(config)),
        "urgent messages": (bool(config.triage or config.emergency), lambda: _triage(config)),
        "replies": (bool(config.replies), lambda: _replies(config)),
        "words": (bool(config.words), lambda: _words(config)),
    }
    return {part: read for part, (is_set, read) in looks.items() if is_set}


def _subject(config: BotConfig) -> Found:
    from bot.text.subjects import load_subject

    load_subject(config.subject)
    yield ok("subject", "The subject of FOOTNOTE_SUBJECT can be used.")


def _triage(config: BotConfig) -> Found:
    from bot.safety import load_guide

    load_guide(config.triage_file, config.emergency)
    yield ok("urgent messages", "Your rules for urgent messages can be used.")


def _replies(config: BotConfig) -> Found:
    from bot.understand import load_replies

    load_replies(config.replies_file)
    yield ok("replies", "The file of FOOTNOTE_REPLIES can be used.")


def _words(config: BotConfig) -> Found:
    from bot.server.window import load_languages

    load_languages(config.words_folder)
    yield ok("words", "The folder of FOOTNOTE_WORDS can be used.")


def chat_model(config: BotConfig) -> Found:
    """Whether the model of the settings can be opened; it is asked nothing, since that may cost money."""
    if config.model:
        from bot.write import open_chat_model

        open_chat_model(config.model, seconds=config.model_seconds)
        yield ok(
            "chat model",
            f"{config.model} can be opened. It was not asked anything: “Try it” on the desk does.",
        )
