"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.binance_futures import SOURCE
from tests.providers.words.binance_futures import BINANCE_FUTURES
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 9, 1, tzinfo=UTC)

OPEN_INTEREST, PREMIUM = SOURCE.feeds


async def test_open_interest_and_funding_parse(desk: Desk) -> None:
    bodies = desk.gateway.bodies
    bodies[BINANCE_FUTURES] = (PAYLOADS / "binance.fapi_open_interest_hist.json").read_bytes()
    (seen,) = await desk.ask(OPEN_INTEREST, LATER)
    assert (seen.day, seen.value) == (date(2022, 1, 14), 75_375.617)
    bodies[BINANCE_FUTURES] = (PAYLOADS / "binance.fapi_premium_index.json").read_bytes()
    (seen,) = await desk.ask(PREMIUM, LATER)
    assert seen.day == date(2021, 5, 17)
    assert seen.value == pytest.approx(0.063521)


@pytest.mark.parametrize("name", ["binance.http451.json", "binance.fapi_funding_rate.json"])
async def test_anything_else_is_refused_by_both(desk: Desk, name: str) -> None:
    desk.gateway.bodies[BINANCE_FUTURES] = (PAYLOADS / name).read_bytes()
    for feed in SOURCE.feeds:
        with pytest.raises(SourceError):
            await desk.ask(feed, LATER)
