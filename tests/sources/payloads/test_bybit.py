"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.bybit import SOURCE
from tests.providers.words.bybit import BYBIT
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 9, 1, tzinfo=UTC)


async def test_the_ticker_parses(desk: Desk) -> None:
    desk.gateway.bodies[BYBIT] = (PAYLOADS / "bybit.tickers_linear.json").read_bytes()
    assert [(o.series, o.day, o.value) for o in await desk.ask(SOURCE.feeds[0], LATER)] == [
        ("bybit_open_interest", date(2022, 9, 20), 48_069.549),
        ("bybit_funding", date(2022, 9, 20), 0.01),
    ]


async def test_the_list_of_open_interest_is_refused(desk: Desk) -> None:
    desk.gateway.bodies[BYBIT] = (PAYLOADS / "bybit.open_interest.json").read_bytes()
    with pytest.raises(SourceError, match="unusable at result"):
        await desk.ask(SOURCE.feeds[0], LATER)
