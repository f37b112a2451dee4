"""Every payload of the survey is for the feed that it was recorded for, and for no other.

What the feeds make of their own is told in `payloads`. FRED is asked without its key here, so that
its keyed answer is for none.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ports import SourceError
from tests.providers.gateway import PROVIDERS
from tests.sources.conftest import Desk
from tests.sources.test_every_feed import FEEDS

PAYLOADS = Path(__file__).parents[3] / "shared" / "payloads"
pytestmark = pytest.mark.skipif(
    not PAYLOADS.is_dir(), reason="shared/payloads is not beside this checkout"
)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
TAKEN_BY = {
    "alternativeme.fng.json": "alternative_me/fear_greed",
    "alternativeme.global.json": "alternative_me/global",
    "binance.fapi_open_interest_hist.json": "binance/open_interest",
    "binance.fapi_premium_index.json": "binance/premium",
    "binance.klines.json": "binance_vision/klines",
    "bitbo.etf_flows.html": "bitbo/etf_flow",
    "bitview.series_bulk.json": "bitview/supply",
    "blockchaincenter.page_snippet.html": "blockchaincenter/altcoin_season",
    "bls.v1_cpi.json": "bls/cpi",
    "bybit.tickers_linear.json": "bybit/ticker",
    "cboe.quote_rut.json": "cboe/russell_2000_quote",
    "cboe.rut_history.csv": "cboe/russell_2000",
    "cboe.spx_history.csv": "cboe/sp_500",
    "cmc.keyed_liquidations_total.json": "coinmarketcap/liquidations",
    "cmc.keyless_altcoin_season_historical.json": "coinmarketcap/altcoin_season_history",
    "cmc.keyless_altcoin_season_latest.json": "coinmarketcap/altcoin_season",
    "cmc.keyless_fear_greed_latest.json": "coinmarketcap/fear_greed",
    "cmc.keyless_global_latest.json": "coinmarketcap/global",
    "cmc.webapi_altcoin_season_chart.json": "coinmarketcap_web/altcoin_season_chart",
    "cmc.webapi_etf_netflow.json": "coinmarketcap_web/etf_flow",
    "cmc.webapi_global_v3_historical.json": "coinmarketcap_web/global",
    "cmc.webapi_global_v4_historical.json": "coinmarketcap_web/caps",
    "coinbase.exchange_candles.json": "coinbase/candles",
    "coinbase.exchange_ticker.json": "coinbase/ticker",
    "coingecko.global.json": "coingecko/global",
    "coinglass.etf_flow_history.json": "coinglass/etf_flow",
    "coinlore.global.json": "coinlore/global",
    "coinpaprika.global.json": "coinpaprika/global",
    "defillama.stablecoincharts_all.json": "defillama/stablecoins",
    "fred.cpiaucsl.csv": "fred/cpi",
    "fred.sp500.csv": "fred/sp_500",
    "fred.walcl.csv": "fred/fed_assets",
    "kraken.ohlc.json": "kraken/ohlc",
    "kraken.ticker.json": "kraken/ticker",
    "nasdaq.iwm_historical.json": "nasdaq/iwm",
    "nyfed.rates_latest.json": "nyfed/rates",
    "nyfed.soma_summary.json": "nyfed/soma",
    "okx.funding_rate.json": "okx/funding",
    "okx.open_interest.json": "okx/open_interest",
    "sosovalue.historical_inflow.json": "sosovalue/etf_flow",
    "theblock.btc_etf_flows.json": "theblock/etf_flow",
    "yahoo.chart_rty_future_5m.json": "yahoo/russell_2000_future",
    "yahoo.chart_rut_1d.json": "yahoo/russell_2000",
}


@pytest.mark.parametrize("name", [path.name for path in sorted(PAYLOADS.glob("*.*"))])
async def test_a_payload_is_refused_by_every_feed_it_is_not_meant_for(
    keyed_desk: Desk, name: str
) -> None:
    for host in PROVIDERS:
        keyed_desk.gateway.bodies[host] = (PAYLOADS / name).read_bytes()

    async def takes(feed: str) -> bool:
        try:
            return bool(await keyed_desk.ask(FEEDS[feed][1], LATER))
        except SourceError:
            return False

    taken = await asyncio.gather(*map(takes, FEEDS))
    takers = {feed for feed, took in zip(FEEDS, taken, strict=True) if took}
    assert takers == ({TAKEN_BY[name]} if name in TAKEN_BY else set())
