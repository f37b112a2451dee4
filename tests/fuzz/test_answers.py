"""What platforms answer, and what Redis holds: any bytes have a meaning, or are told as damaged."""

import json
import math
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings

from bot.adapters.discord import errors as discord_errors
from bot.adapters.telegram import errors as telegram_errors
from bot.adapters.telegram import requests
from bot.charts.sheet import read as read_sheet
from bot.http.wire import WireAnswer
from bot.model import Chat
from bot.ports import DeliveryError
from bot.stores import codec, own_text
from tests.fuzz.desk import as_text
from tests.fuzz.target import Target, bent

CHAT = Chat("telegram", "7")
STATUSES = (200, 302, 400, 401, 403, 404, 413, 429, 500, 502)
REFUSED = (
    {"ok": False, "error_code": 429, "description": "x", "parameters": {"retry_after": 3}},
    {"ok": False, "description": "x", "parameters": {"migrate_to_chat_id": -1001}},
    {"ok": True, "result": {"message_id": 1, "photo": [{"file_id": "a"}]}},
    {"ok": True, "result": [{"update_id": 1}]},
    {"code": 50035, "message": "x", "errors": {"embeds": {"0": {}}}, "retry_after": 1.5},
)
BODIES = tuple(json.dumps(each).encode() for each in REFUSED)


def telegram(data: bytes) -> None:
    """Each answer has a meaning for a delivery, and each span of time an end."""
    for status in STATUSES:
        answer = WireAnswer(status, {}, data)
        telegram_errors.succeeded(answer)
        telegram_errors.message_id(answer)
        telegram_errors.file_id(answer)
        reason = telegram_errors.description(answer)
        assert isinstance(telegram_errors.failure(answer, CHAT, reason), DeliveryError)
    assert 0 < telegram_errors.flood_seconds(data) <= telegram_errors.LONGEST_FLOOD_SECONDS


def updates(data: bytes) -> None:
    """The ids of what is said, where it can be told which they are."""
    assert all(isinstance(each, int) for each in requests._update_ids(data))


def discord(data: bytes) -> None:
    """The same on Discord."""
    for status in STATUSES:
        answer = WireAnswer(status, {}, data)
        refusal = discord_errors.outcome(answer)
        assert len(str(refusal)) < 400
        assert math.isfinite(getattr(refusal, "seconds", 0.0))
        discord_errors.refuses_file(answer)


def _stored(load: Callable[[str], object]) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        with suppress(codec.DamagedValue):
            load(as_text(data))

    return read


def sheet(data: bytes) -> None:
    """A sheet, or none."""
    with suppress(ValueError):
        read_sheet(data)


RULE = b"btc_dominance<55&btc_price~28d>0.1;o;h=300!f,,;2026-01-01"
STATE = b'{"status":"firing","since":"2026-01-05","streak":1,"tentative":false}'
DAY = b'[58.5,"2026-03-04T14:50:00Z","2026-03-04T15:00:00Z",false,"of 100"]'
TARGETS = [
    Target("answer-telegram", telegram, BODIES),
    Target("answer-telegram-updates", updates, BODIES),
    Target("answer-discord", discord, BODIES),
    Target("stored-rule-state", _stored(lambda text: codec.RULE_STATE.load(text, "it")), (STATE,)),
    Target("stored-message", _stored(lambda text: codec.MESSAGE.load(text, "it")), (STATE,)),
    Target(
        "stored-day", _stored(lambda text: codec.load_day("a", "b", "2026-03-04", text)), (DAY,)
    ),
    Target("stored-own-rule", _stored(lambda text: own_text.load(text, "it")), (RULE,)),
    Target("sheet", sheet, (b'{"title":"x","unit":"%","days":["2026-01-01"]}',)),
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)
def test_any_bytes_have_a_meaning_or_are_damaged(target: Target) -> None:
    @settings(max_examples=60)
    @given(bent(target.seeds))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()
