"""Conversations kept in memory: found again by their keys alone, bounded in number and time."""

from __future__ import annotations

import threading

from bot.server.window.conversation import Exchange, Talk
from bot.server.window.conversation_store import Conversations, is_key

KEYS = [f"0123456789abcdef{n:016x}" for n in range(200)]


def talk(*questions: str) -> Talk:
    return tuple(Exchange(n, question) for n, question in enumerate(questions))


def test_a_key_is_not_to_be_guessed() -> None:
    assert is_key(KEYS[0])
    for text in (
        "",
        "abc",
        KEYS[0][:-1],
        KEYS[0] + "0",
        KEYS[0].upper(),
        "0" * 32,
        KEYS[0] + "\n",
        "../" * 11,
    ):
        assert not is_key(text), text
    kept = Conversations()
    kept.keep("abc", talk("why?"))
    assert kept.find("abc") == () and len(kept) == 0


def test_what_was_kept_is_found_until_it_is_forgotten() -> None:
    kept = Conversations()
    kept.keep(KEYS[0], talk("why?"))
    kept.keep(KEYS[0], talk("why?", "how?"))
    assert [e.question for e in kept.find(KEYS[0])] == ["why?", "how?"]
    assert kept.find(KEYS[1]) == ()
    kept.forget(KEYS[0])
    kept.forget(KEYS[0])
    assert kept.find(KEYS[0]) == ()
    kept.keep(KEYS[0], talk("why?"))
    kept.keep(KEYS[0], ())
    assert len(kept) == 0


def test_it_is_forgotten_when_nobody_comes_back() -> None:
    now = [0.0]
    kept = Conversations(seconds=10, clock=lambda: now[0])
    kept.keep(KEYS[0], talk("why?"))
    now[0] = 9
    assert kept.find(KEYS[0]), "and looking counts as coming back"
    now[0] = 18
    assert kept.find(KEYS[0])
    now[0] = 29
    assert kept.find(KEYS[0]) == () and len(kept) == 0


def test_the_least_lately_used_go_first_when_there_are_too_many() -> None:
    kept = Conversations(exchanges=4)
    for key in KEYS[:2]:
        kept.keep(key, talk("a", "b"))
    kept.find(KEYS[0])
    kept.keep(KEYS[2], talk("c", "d"))
    assert [bool(kept.find(key)) for key in KEYS[:3]] == [True, False, True]


def test_many_readers_at_once() -> None:
    kept = Conversations(exchanges=50)

    def reader(mine: list[str]) -> None:
        for _ in range(50):
            for key in mine:
                kept.keep(key, talk("a", "b"))
                assert kept.find(key) in ((), talk("a", "b"))
                kept.forget(mine[0])

    threads = [threading.Thread(target=reader, args=(KEYS[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) <= 25
    for key in KEYS:
        kept.forget(key)
    kept.keep(KEYS[0], talk(*"abcdefghij" * 5))
    assert len(kept) == 1, "the count of what is kept has stayed right"
