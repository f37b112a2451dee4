"""The survey's payloads of CoinMarketCap's web charts, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.coinmarketcap_web import SOURCE
from tests.providers.words.coinmarketcap_web import COINMARKETCAP_WEB
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
FEEDS = {feed.name.removeprefix("coinmarketcap_web/"): feed for feed in SOURCE.feeds}
OWN = {
    "global": "cmc.webapi_global_v3_historical.json",
    "caps": "cmc.webapi_global_v4_historical.json",
    "altcoin_season_chart": "cmc.webapi_altcoin_season_chart.json",
    "etf_flow": "cmc.webapi_etf_netflow.json",
}
SEEN = {
    "global": [
        ("btc_dominance", date(2026, 2, 3), 59.13),
        ("total_market_cap", date(2026, 2, 3), 2.612e12),
    ],
    "caps": [
        ("eth_dominance", date(2024, 7, 15), pytest.approx(17.62898, rel=1e-5)),
        ("total3", date(2024, 7, 15), pytest.approx(680_267_185_588.42)),
        ("total3_ex_stablecoins", date(2024, 7, 15), 524_341_973_129.56),
    ],
    "altcoin_season_chart": [("altcoin_season_index", date(2025, 7, 8), 28.0)],
    "etf_flow": [
        ("btc_etf_flow", date(2025, 6, 16), 433_900_000.0),
        ("btc_etf_flow", date(2025, 7, 14), 297_400_000.0),
    ],
}
LATER = datetime(2026, 2, 4, 16, 12, tzinfo=UTC)


def serve(desk: Desk, name: str) -> None:
    desk.gateway.bodies[COINMARKETCAP_WEB] = (PAYLOADS / name).read_bytes()


@pytest.mark.parametrize("feed", OWN)
async def test_its_payload_parses(desk: Desk, feed: str) -> None:
    serve(desk, OWN[feed])
    seen = await desk.ask(FEEDS[feed], LATER)
    assert [(o.series, o.day, o.value) for o in seen] == SEEN[feed]


@pytest.mark.parametrize("feed", OWN)
async def test_any_other_payload_is_refused(desk: Desk, feed: str) -> None:
    for path in PAYLOADS.glob("cmc.*.json"):
        if path.name != OWN[feed]:
            serve(desk, path.name)
            with pytest.raises(SourceError):
                await desk.ask(FEEDS[feed], LATER)
