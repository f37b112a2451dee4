"""The survey's own payload files, where the checkout has them beside it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from bot.sources import coingecko, coinmarketcap, coinpaprika, yahoo
from tests.providers.market import COINGECKO, COINMARKETCAP, COINPAPRIKA, HOSTS, YAHOO
from tests.sources.conftest import Desk

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


def serve(desk: Desk, host: str, name: str) -> None:
    desk.gateway.bodies[host] = (PAYLOADS / name).read_bytes()


async def test_yahoos_russell_chart_parses(desk: Desk) -> None:
    serve(desk, YAHOO, "yahoo.chart_rut_1d.json")
    now = datetime(2026, 2, 4, 16, 15, tzinfo=UTC)
    seen = await desk.ask(yahoo.SOURCE.feeds[0], now)
    assert [(o.day, o.value, o.final) for o in seen] == [
        (date(2026, 1, 27), 2_666.7, True),
        (date(2026, 1, 28), 2_653.55, True),
        (date(2026, 1, 29), 2_654.78, True),
        (date(2026, 2, 2), 2_640.31, True),
        (date(2026, 2, 3), 2_648.5, True),
        (date(2026, 2, 4), 2_655.12, False),
    ]
    assert seen[-1].as_of == datetime(2026, 2, 4, 16, 12, tzinfo=UTC)


async def test_the_samplers_payloads_parse(desk: Desk) -> None:
    serve(desk, COINGECKO, "coingecko.global.json")
    serve(desk, COINPAPRIKA, "coinpaprika.global.json")
    dominance, season = coinmarketcap.SOURCE.feeds
    serve(desk, COINMARKETCAP, "cmc.keyless_global_latest.json")
    seen = [*await desk.ask(dominance, LATER)]
    serve(desk, COINMARKETCAP, "cmc.keyless_altcoin_season_latest.json")
    seen += await desk.ask(season, LATER)
    seen += await desk.ask(coingecko.SOURCE.feeds[0], LATER)
    seen += await desk.ask(coinpaprika.SOURCE.feeds[0], LATER)
    assert [(o.vendor, o.day, o.value) for o in seen] == [
        ("CoinMarketCap", date(2025, 7, 26), 60.551289841446),
        ("CoinMarketCap", date(2026, 2, 4), 45.0),
        ("CoinGecko", date(2026, 5, 27), 57.9539332566265),
        ("CoinPaprika", date(2026, 2, 4), 55.92),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "yahoo.chart_not_found.json",
        "yahoo.chart_rty_future_5m.json",
        "yahoo.http429.txt",
        "cmc.error_envelope.json",
        "cmc.keyless_listings_latest.json",
        "cmc.keyless_altcoin_season_historical.json",
        "cmc.keyless_fear_greed_latest.json",
        "coingecko.http429.json",
        "stooq.pow_interstitial.html",
    ],
)
async def test_a_payload_of_something_else_is_refused_by_every_feed(desk: Desk, name: str) -> None:
    for host in HOSTS:
        serve(desk, host, name)
    for source in (yahoo, coinmarketcap, coingecko, coinpaprika):
        for feed in source.SOURCE.feeds:
            with pytest.raises(SourceError):
                await desk.ask(feed, LATER)
