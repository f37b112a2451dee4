"""What is printed: a table, lines, JSON."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from bot.doctor import as_json, as_lines, as_table
from bot.ports import fail, ok, warn

FOUND = [
    ok("store", "Valkey 9.1.2 at REDIS_URL", server="Valkey 9.1.2"),
    warn("source yahoo/iwm", "Yahoo: no recent value", "SOURCES_OFF=yahoo leaves it out."),
    fail("telegram", "Telegram refused TELEGRAM_BOT_TOKEN", "Ask @BotFather. " * 9),
]


def test_lines_can_be_searched() -> None:
    first, second, _ = as_lines(FOUND).splitlines()
    assert first == "ok    store: Valkey 9.1.2 at REDIS_URL."
    assert second.startswith("warn  source yahoo/iwm: Yahoo: no recent value. SOURCES_OFF=yahoo")


def test_machines_get_states_and_facts() -> None:
    told = json.loads(as_json(FOUND))
    assert told[0] == {
        "subject": "store",
        "state": "ok",
        "sound": True,
        "found": "Valkey 9.1.2 at REDIS_URL",
        "advice": "",
        "facts": {"server": "Valkey 9.1.2"},
    }
    assert [(each["state"], each["sound"]) for each in told[1:]] == [
        ("warn", False), ("fail", False),
    ]  # fmt: skip


@given(columns=st.integers(60, 200))
def test_a_table_is_aligned_and_no_wider_than_its_terminal(columns: int) -> None:
    plain = as_table(FOUND, columns, coloured=False).splitlines()
    assert all(len(line) <= columns for line in plain[:-1])
    begins = {line.index(word) for line, word in zip(
        (plain[0], plain[1]), ("Valkey", "Yahoo"), strict=True
    )}  # fmt: skip
    assert begins == {24}
    assert plain[-1] == "The essentials do not work. 1 fail, 1 warn, 1 ok."
    coloured = as_table(FOUND, columns, coloured=True)
    assert "\x1b[31;1mfail\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines() == plain


def test_a_table_without_a_fault_says_so() -> None:
    assert as_table(FOUND[:2], 80, coloured=False).endswith(
        "The essentials work. 0 fail, 1 warn, 1 ok."
    )
