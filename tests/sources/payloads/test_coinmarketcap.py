"""The survey's payloads of CoinMarketCap's official interface, where the checkout has them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources.coinmarketcap import SOURCE
from tests.providers.market import COINMARKETCAP
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[4] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
FEEDS = {feed.name.removeprefix("coinmarketcap/"): feed for feed in SOURCE.feeds}
OWN = {
    "global": "cmc.keyless_global_latest.json",
    "altcoin_season": "cmc.keyless_altcoin_season_latest.json",
    "altcoin_season_history": "cmc.keyless_altcoin_season_historical.json",
    "fear_greed": "cmc.keyless_fear_greed_latest.json",
    "liquidations": "cmc.keyed_liquidations_total.json",
}
SEEN = {
    "global": [
        ("btc_dominance", date(2025, 7, 26), 60.551289841446),
        ("eth_dominance", date(2025, 7, 26), 11.64880877455),
        ("total_market_cap", date(2025, 7, 26), 3_885_178_841_234.97),
        ("total3", date(2025, 7, 26), pytest.approx(1_080_075_888_000, rel=1e-6)),
        ("total3_ex_stablecoins", date(2025, 7, 26), pytest.approx(833_095_774_700, rel=1e-6)),
        ("stablecoin_supply", date(2025, 7, 26), 246_980_113_421.98),
        ("tracked_tokens", date(2025, 7, 26), 18_847_525.0),
        ("new_tokens_30d", date(2025, 7, 26), 1_153_760.0),
    ],
    "altcoin_season": [("altcoin_season_index", date(2026, 2, 4), 45.0)],
    "altcoin_season_history": [
        ("altcoin_season_index", date(2026, 1, 5), 23.0),
        ("altcoin_season_index", date(2026, 2, 3), 41.0),
    ],
    "fear_greed": [("fear_greed", date(2025, 7, 26), 64.0)],
    "liquidations": [("liquidations_24h", date(2026, 7, 28), 519_760_825.61196995)],
}
LATER = datetime(2026, 8, 1, tzinfo=UTC)


def serve(desk: Desk, name: str) -> None:
    desk.gateway.bodies[COINMARKETCAP] = (PAYLOADS / name).read_bytes()


@pytest.mark.parametrize("feed", OWN)
async def test_its_payload_parses(keyed_desk: Desk, feed: str) -> None:
    serve(keyed_desk, OWN[feed])
    seen = await keyed_desk.ask(FEEDS[feed], LATER)
    assert [(o.series, o.day, o.value) for o in seen] == SEEN[feed]


@pytest.mark.parametrize("feed", OWN)
async def test_any_other_payload_is_refused(keyed_desk: Desk, feed: str) -> None:
    for path in PAYLOADS.glob("cmc.*.json"):
        if path.name != OWN[feed]:
            serve(keyed_desk, path.name)
            with pytest.raises(SourceError):
                await keyed_desk.ask(FEEDS[feed], LATER)
