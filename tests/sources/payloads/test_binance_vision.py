"""The survey's payloads of Binance, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.binance_vision import SOURCE
from tests.providers.words.binance_vision import BINANCE_VISION
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
(KLINES,) = SOURCE.feeds
NOW = datetime(2026, 2, 4, 0, 20, tzinfo=UTC)


async def test_the_klines_parse(desk: Desk) -> None:
    desk.gateway.bodies[BINANCE_VISION] = (PAYLOADS / "binance.klines.json").read_bytes()
    seen = await desk.ask(KLINES, NOW)
    assert [(o.day, o.value, o.final) for o in seen] == [(date(2026, 2, 3), 75_733.1, True)]


async def test_a_restricted_location_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[BINANCE_VISION] = (PAYLOADS / "binance.http451.json").read_bytes()
    with pytest.raises(SourceError, match="unusable as a whole"):
        await desk.ask(KLINES, NOW)
