"""ConversationStore store in memory: found again by their keys alone, bounded in number and time."""

from __future__ import annotations

import threading

from bot.server.window.conversation import Conversation, Exchange
from bot.server.window.conversation_store import ConversationStore, is_key

KEYS = [f"0123456789abcdef{n:016x}" for n in range(200)]


def conversation(*questions: str) -> Conversation:
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
    store = ConversationStore()
    store.save("abc", conversation("why?"))
    assert store.load("abc") == () and len(store) == 0


def test_what_was_kept_is_found_until_it_is_forgotten() -> None:
    store = ConversationStore()
    store.save(KEYS[0], conversation("why?"))
    store.save(KEYS[0], conversation("why?", "how?"))
    assert [e.question for e in store.load(KEYS[0])] == ["why?", "how?"]
    assert store.load(KEYS[1]) == ()
    store.delete(KEYS[0])
    store.delete(KEYS[0])
    assert store.load(KEYS[0]) == ()
    store.save(KEYS[0], conversation("why?"))
    store.save(KEYS[0], ())
    assert len(store) == 0


def test_it_is_forgotten_when_nobody_comes_back() -> None:
    now = [0.0]
    store = ConversationStore(max_idle_seconds=10, clock=lambda: now[0])
    store.save(KEYS[0], conversation("why?"))
    now[0] = 9
    assert store.load(KEYS[0]), "and looking counts as coming back"
    now[0] = 18
    assert store.load(KEYS[0])
    now[0] = 29
    assert store.load(KEYS[0]) == () and len(store) == 0


def test_the_least_lately_used_go_first_when_there_are_too_many() -> None:
    store = ConversationStore(max_exchanges=4)
    for key in KEYS[:2]:
        store.save(key, conversation("a", "b"))
    store.load(KEYS[0])
    store.save(KEYS[2], conversation("c", "d"))
    assert [bool(store.load(key)) for key in KEYS[:3]] == [True, False, True]


def test_many_readers_at_once() -> None:
    store = ConversationStore(max_exchanges=50)

    def reader(mine: list[str]) -> None:
        for _ in range(50):
            for key in mine:
                store.save(key, conversation("a", "b"))
                assert store.load(key) in ((), conversation("a", "b"))
                store.delete(mine[0])

    threads = [threading.Thread(target=reader, args=(KEYS[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store) <= 25
    for key in KEYS:
        store.delete(key)
    store.save(KEYS[0], conversation(*"abcdefghij" * 5))
    assert len(store) == 1, "the count of what is store has stayed right"
