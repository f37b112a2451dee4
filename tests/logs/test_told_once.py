"""However often an outage is met, it is told once as it begins and once as it ends."""

import logging
import time

import pytest

from bot.logs.told_once import ToldOnce
from bot.ports import StoreAway, StoreUnavailable
from bot.stores import reach
from bot.stores.reach import Reach


@pytest.fixture(autouse=True)
def _everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def levels(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.levelname for record in caplog.records]


def test_one_warning_and_one_line_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    once = ToldOnce(logging.getLogger("bot.x"))
    for number in range(2):
        for _ in range(3):
            once.met(StoreUnavailable("damaged"), "x waits: %d", number)
        for _ in range(3):
            once.over("x goes on")
    assert caplog.messages == ["x waits: 0", "x goes on", "x waits: 1", "x goes on"]
    assert levels(caplog) == ["WARNING", "INFO"] * 2


def test_while_the_store_is_away_nobody_else_says_so(caplog: pytest.LogCaptureFixture) -> None:
    once = ToldOnce(logging.getLogger("bot.x"))
    once.met(StoreAway("gone"), "x waits")
    once.over("x goes on")
    assert caplog.messages == []
    once.met(StoreAway("gone"), "x waits")
    once.met(StoreUnavailable("damaged"), "x waits for something else")
    assert caplog.messages == ["x waits for something else"]


def test_the_store_is_back_once_nothing_fails_any_more(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    found = Reach()
    found.lost(StoreAway("not there yet"))
    assert caplog.messages == [], "Whoever starts the bot is told in another way."
    found.had()
    for second in range(4):
        now = 10.0 + second
        found.lost(StoreAway("gone"))
        found.had()
    assert caplog.messages == ["everything waits for the store: gone"]
    now = 13.0 + reach.STEADY_SECONDS
    found.had()
    found.had()
    assert caplog.messages[1:] == ["the store answers again; it was away for about 5 s"]
    assert levels(caplog) == ["WARNING", "INFO"]
