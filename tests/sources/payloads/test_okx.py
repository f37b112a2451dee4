"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.okx import SOURCE
from tests.providers.words.okx import OKX
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 9, 1, tzinfo=UTC)

OPEN_INTEREST, FUNDING, LIQUIDATIONS = SOURCE.feeds


async def test_open_interest_and_funding_parse(desk: Desk) -> None:
    desk.gateway.bodies[OKX] = (PAYLOADS / "okx.open_interest.json").read_bytes()
    (seen,) = await desk.ask(OPEN_INTEREST, LATER)
    assert (seen.day, seen.value) == (date(2022, 9, 24), 21_254.19)
    desk.gateway.bodies[OKX] = (PAYLOADS / "okx.funding_rate.json").read_bytes()
    (seen,) = await desk.ask(FUNDING, LATER)
    assert (seen.day, seen.note) == (date(2021, 10, 15), "8 h interval")
    assert seen.value == pytest.approx(0.027815)


async def test_the_liquidations_parse_for_their_own_coin_only(desk: Desk) -> None:
    page = f"{OKX}/api/v5/public/liquidation-orders"
    desk.gateway.bodies[page] = (PAYLOADS / "okx.liquidation_orders.json").read_bytes()
    with pytest.raises(SourceError, match="with BTC-USDT-SWAP instead of ETH-USDT-SWAP"):
        await desk.ask(LIQUIDATIONS, LATER)


async def test_another_page_is_refused_by_every_feed(desk: Desk) -> None:
    desk.gateway.bodies[OKX] = (PAYLOADS / "okx.open_interest_history.json").read_bytes()
    for feed in SOURCE.feeds:
        with pytest.raises(SourceError):
            await desk.ask(feed, LATER)
