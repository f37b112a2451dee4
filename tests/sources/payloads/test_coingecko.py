"""The survey's payloads of CoinGecko, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import Feed, SourceError
from bot.sources.coingecko import SOURCE
from tests.providers.market import COINGECKO
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
GLOBAL = SOURCE.feeds[0]
LATER = datetime(2026, 6, 1, tzinfo=UTC)


async def test_the_global_page_parses(desk: Desk) -> None:
    desk.gateway.bodies[COINGECKO] = (PAYLOADS / "coingecko.global.json").read_bytes()
    seen = await desk.ask(GLOBAL, LATER)
    assert {o.day for o in seen} == {date(2026, 5, 27)}
    assert [(o.series, o.value) for o in seen] == [
        ("btc_dominance", 57.9539332566265),
        ("eth_dominance", 9.58227145398409),
        ("total_market_cap", 2_621_040_321_355.0405),
        ("total3", pytest.approx(850_889_454_000, rel=1e-6)),
    ]


@pytest.mark.parametrize("feed", SOURCE.feeds, ids=["global", "price"])
@pytest.mark.parametrize(
    "name",
    ["coingecko.http429.json", "coingecko.coins_markets.json", "coingecko.market_chart.json"],
)
async def test_the_payloads_of_other_pages_are_refused(desk: Desk, feed: Feed, name: str) -> None:
    desk.gateway.bodies[COINGECKO] = (PAYLOADS / name).read_bytes()
    with pytest.raises(SourceError, match=r"^CoinGecko"):
        await desk.ask(feed, LATER)
