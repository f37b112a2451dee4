"""The survey's payloads of CoinPaprika, where the checkout has them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sources.coinpaprika import SOURCE
from tests.providers.market import COINPAPRIKA
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
(FEED,) = SOURCE.feeds
PAGES = {
    "/v1/global": "coinpaprika.global.json",
    "/v1/tickers/eth-ethereum": "coinpaprika.ticker_eth.json",
}


async def test_both_pages_parse(desk: Desk) -> None:
    for path, name in PAGES.items():
        desk.gateway.bodies[f"{COINPAPRIKA}{path}"] = (PAYLOADS / name).read_bytes()
    seen = await desk.ask(FEED, datetime(2026, 2, 4, 16, 13, tzinfo=UTC))
    assert {o.as_of for o in seen} == {datetime(2026, 2, 4, 16, 12, tzinfo=UTC)}
    assert [(o.series, o.value) for o in seen] == [
        ("btc_dominance", 55.92),
        ("total_market_cap", 2_661_234_567_890.0),
        ("eth_dominance", pytest.approx(10.115606, rel=1e-6)),
        ("total3", pytest.approx(903_872_197_526, rel=1e-6)),
    ]
