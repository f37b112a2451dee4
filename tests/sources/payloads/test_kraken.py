"""The survey's payloads of Kraken, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.sources.kraken import SOURCE
from tests.providers.words.kraken import KRAKEN
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
TICKER, OHLC = SOURCE.feeds
NOW = datetime(2026, 2, 4, 16, 13, tzinfo=UTC)


async def test_the_ticker_parses(desk: Desk) -> None:
    desk.gateway.bodies[KRAKEN] = (PAYLOADS / "kraken.ticker.json").read_bytes()
    (seen,) = await desk.ask(TICKER, NOW)
    assert (seen.value, seen.as_of) == (75_275.9, NOW)


async def test_the_days_parse(desk: Desk) -> None:
    desk.gateway.bodies[KRAKEN] = (PAYLOADS / "kraken.ohlc.json").read_bytes()
    seen = await desk.ask(OHLC, NOW)
    assert [(o.day, o.value, o.final) for o in seen] == [(date(2026, 2, 3), 78_650.0, True)]
