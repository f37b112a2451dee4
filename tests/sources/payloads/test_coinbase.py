"""The survey's payloads of Coinbase, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.coinbase import SOURCE
from tests.providers.words.coinbase import COINBASE
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
TICKER, CANDLES = SOURCE.feeds


async def test_the_ticker_parses(desk: Desk) -> None:
    desk.gateway.bodies[COINBASE] = (PAYLOADS / "coinbase.exchange_ticker.json").read_bytes()
    (seen,) = await desk.ask(TICKER, datetime(2026, 2, 4, 16, 13, tzinfo=UTC))
    assert seen.value == 75_275.41
    assert seen.as_of == datetime(2026, 2, 4, 16, 12, 33, 12_523, tzinfo=UTC)


async def test_the_candles_parse(desk: Desk) -> None:
    desk.gateway.bodies[COINBASE] = (PAYLOADS / "coinbase.exchange_candles.json").read_bytes()
    before, after = (datetime(2026, 2, day, 16, tzinfo=UTC) for day in (4, 5))
    first = (date(2026, 2, 3), 78_650.0)
    seen = await desk.ask(CANDLES, before, since=date(2026, 2, 3))
    assert [(o.day, o.value) for o in seen] == [first]
    seen = await desk.ask(CANDLES, after, since=date(2026, 2, 3))
    assert [(o.day, o.value) for o in seen] == [first, (date(2026, 2, 4), 75_733.1)]
