"""`status --json` against a gateway that speaks for every provider, against a second calculation.

What is expected is worked out here from the gateway's own numbers, in the plainest way and with
none of the bot's formulas.
"""

import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest

from bot import as_json
from bot.errands import look
from bot.parts import find_parts
from bot.settings import load
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import RUSSELL, SP, Market
from tests.providers.words import discover

HISTORY_DAYS = 800
NEEDS_A_PAST_OF_ITS_OWN = {"token_dilution"}
"""No provider gives the past of the token counter: it takes thirty days to have one."""

Rows = list[tuple[date, float]]


def rows_of(market: Market, series: str) -> Rows:
    """The finished days of a series as every provider has them."""
    today = market.clock().date()
    # Prices of a month are published in the next one.
    last = today.replace(day=1) if series.startswith("cpi") else today
    return [(d, v) for d, v in market.days("", series) if v is not None and d < last]


def sums_to(rows: Rows, count: int) -> float:
    return sum(value for _, value in rows[-count:])


def after(rows: Rows, first: date) -> float:
    return sum(value for day, value in rows if day >= first)


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float:
    mx, my = mean(xs), mean(ys)
    shared = sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True))
    return shared / math.sqrt(sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys))


def correlations(small: Rows, crypto: Rows) -> tuple[float, float]:
    """By log returns and by levels, over the last ninety."""
    other = dict(crypto)
    both = [(value, other[day]) for day, value in small if day in other][-91:]
    pairs = list(pairwise(both))
    returns = [(math.log(b[0] / a[0]), math.log(b[1] / a[1])) for a, b in pairs]
    by_returns = pearson([r for r, _ in returns], [r for _, r in returns])
    levels = both[-90:]
    return by_returns, pearson([v for v, _ in levels], [v for _, v in levels])


def streaks(small: Rows, large: Rows) -> list[int]:
    """How many sessions in a row small caps have beaten large ones, for each session."""
    runs = []
    run = 0
    for (_, a), (_, b), (_, x), (_, y) in zip(small, small[1:], large, large[1:], strict=False):
        run = run + 1 if b / a > y / x else 0
        runs.append(run)
    return runs


def on(rows: Rows, day: date) -> float:
    return dict(rows)[day]


def deviation(rows: Rows) -> float:
    """The last 30-day change in standard deviations of those of the 365 days before it."""
    values = dict(rows)
    month = timedelta(days=30)
    changes = {day: value - values[day - month] for day, value in rows if day - month in values}
    last = rows[-1][0]
    past = [change for day, change in changes.items() if last - timedelta(days=365) <= day < last]
    return (changes[last] - mean(past)) / stdev(past)


def stabilised(rows: Rows) -> float:
    """No outflow regime, and a positive 20-session sum for five sessions."""
    totals = [sums_to(rows[: n + 1], 20) for n in range(19, len(rows))]
    regime = 0
    for total in totals:
        regime = 1 if total > 1e9 else -1 if total < -1e9 else regime
    return float(regime >= 0 and all(total > 0 for total in totals[-5:]))


def year_on_year(rows: Rows) -> float:
    """The newest that exists: October 2025 was never published."""
    values = {day: value for day, value in rows if day != date(2025, 10, 1)}
    for day in sorted(values, reverse=True):
        before = day.replace(year=day.year - 1)
        if before in values:
            return 100 * (values[day] / values[before] - 1)
    raise AssertionError


def expected(market: Market) -> dict[str, float]:
    """What every worked-out indicator should read."""
    today = market.clock().date()
    small, large = list(market.sessions(RUSSELL)), list(market.sessions(SP))
    small = [row for row in small if row[0] < today]
    large = [row for row in large if row[0] < today]
    flows = [(day, round(value, -5)) for day, value in rows_of(market, "btc_etf_flow")]
    whales, holders = rows_of(market, "whale_supply"), rows_of(market, "lth_supply")
    assets, soma = rows_of(market, "fed_assets"), rows_of(market, "fed_soma")
    coins = rows_of(market, "stablecoin_supply")
    prices = [row for row in rows_of(market, "cpi") if row[0] != date(2025, 10, 1)]
    by_returns, by_levels = correlations(small, rows_of(market, "total3"))
    quarter, month = timedelta(days=91), timedelta(days=30)
    pace = 4.348 / 13 / 1e9
    record = max(value for _, value in small[:-1])
    runs = streaks(small, large)
    last_year = max(day for day, _ in small if day.year < small[-1][0].year)
    ratio = [a / b for (_, a), (_, b) in zip(small, large, strict=True)]
    flow_day = flows[-1][0]
    return {
        "russell_distance_to_record": 100 * (small[-1][1] / record - 1),
        "russell_change_15_sessions": 100 * (small[-1][1] / small[-16][1] - 1),
        "russell_change_year_to_date": 100 * (small[-1][1] / on(small, last_year) - 1),
        "smallcap_streak": runs[-1],
        "smallcap_streak_longest": max(runs),
        "smallcap_relative_strength": 100 * ratio[-1] / ratio[-61] - 100,
        "correlation": by_returns,
        "correlation_levels": by_levels,
        "btc_etf_flow": flows[-1][1],
        "btc_etf_flow_5": sums_to(flows, 5),
        "btc_etf_flow_20": sums_to(flows, 20),
        "btc_etf_flow_month": after(flows, flow_day.replace(day=1)),
        "btc_etf_flow_year": after(flows, flow_day.replace(month=1, day=1)),
        "btc_etf_stabilised": stabilised(flows),
        "whale_change_30d": whales[-1][1] - on(whales, whales[-1][0] - month),
        "holder_change_30d": holders[-1][1] - on(holders, holders[-1][0] - month),
        "whale_accumulation": deviation(whales),
        "holder_accumulation": deviation(holders),
        "fed_assets_change_13w": assets[-1][1] - on(assets, assets[-1][0] - quarter),
        "fed_assets_pace": -(assets[-1][1] - on(assets, assets[-1][0] - quarter)) * pace,
        "fed_soma_pace": -(soma[-1][1] - on(soma, soma[-1][0] - quarter)) * pace,
        "cpi_yoy": year_on_year(rows_of(market, "cpi")),
        "cpi_headline_yoy": year_on_year(rows_of(market, "cpi_nsa")),
        "cpi_3m_annualised": 100 * ((prices[-1][1] / prices[-4][1]) ** 4 - 1),
        "stablecoin_change_30d": 100 * (coins[-1][1] / on(coins, coins[-1][0] - month) - 1),
    }


def raw(market: Market) -> dict[str, float]:
    """What the rest should read, straight from what the providers were given to say."""

    def now(series: str, host: str = "pro-api.coinmarketcap.com") -> float:
        return market.now(host, series).value

    share = (now("btc_dominance") + now("eth_dominance")) / 100
    total3 = now("total_market_cap") * (1 - share)
    price = now("btc_price", "api.exchange.coinbase.com")
    prices = rows_of(market, "btc_price")
    dominance = rows_of(market, "btc_dominance")
    a_year_ago, a_month_ago = date(2025, 11, 21), date(2026, 10, 22)
    return {
        "total3": total3,
        "total3_ex_stablecoins": total3 - now("stablecoin_supply"),
        "stablecoin_supply": now("stablecoin_supply", "stablecoins.llama.fi"),
        "liquidations_24h": now("liquidations_24h"),
        "btc_change_1y": 100 * (price / on(prices, a_year_ago) - 1),
        "btc_dominance_change_30d": now("btc_dominance") - on(dominance, a_month_ago),
        "altcoin_season_index_blockchaincenter": now(
            "altcoin_season_index", "www.blockchaincenter.net"
        ),
        "bybit_funding": now("bybit_funding", "api.bybit.com"),
        "binance_funding": now("binance_funding", "fapi.binance.com"),
        "binance_open_interest": now("binance_open_interest", "fapi.binance.com"),
        "okx_funding": now("okx_funding", "www.okx.com"),
        "russell_2000_future": now("russell_2000_future", "query1.finance.yahoo.com"),
        "russell_2000_high": 1.001 * rows_of(market, "russell_2000")[-1][1],
        "iwm": rows_of(market, "iwm")[-1][1],
        "whale_supply": rows_of(market, "whale_supply")[-1][1],
        "lth_supply": rows_of(market, "lth_supply")[-1][1],
    }


NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
"""A Saturday: the sessions, flows and releases of the week are out."""


async def status_of(gateway: Gateway, folder: Path) -> dict[str, Any]:
    """What `status --json` says after its first poll."""
    settings = load(
        redis_url=None, data_dir=folder, source_gateway_url=gateway.url, poll_seconds=None,
        coinmarketcap_api_key="a-free-key", sources_on=None, sources_off=None,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(as_json.status(await look(settings, lambda: NOON)))
    return told


def market_at_rest() -> Market:
    return Market(clock=lambda: NOON, history_days=HISTORY_DAYS)


def close_to(value: float) -> object:
    """As close as providers' rounding lets it be."""
    return pytest.approx(value, rel=2e-4, abs=2e-4)


async def test_every_indicator_shows_what_a_second_calculation_says(tmp_path: Path) -> None:
    market = market_at_rest()
    async with Gateway(market) as gateway:
        told = await status_of(gateway, tmp_path / "data")
    shown = told["indicators"]
    everything = {indicator.key for indicator in find_parts().indicators}
    assert everything - shown.keys() == NEEDS_A_PAST_OF_ITS_OWN
    for key, each in shown.items():
        assert each["unit"], key
        assert each["vendor"], key
        assert datetime.fromisoformat(each["as_of"]) <= NOON, key
    wrong = {
        key: (shown[key]["value"], value)
        for key, value in expected(market).items()
        if shown[key]["value"] != close_to(value)
    }
    assert wrong == {}
    for key, host in (
        ("btc_dominance", "pro-api.coinmarketcap.com"),
        ("eth_dominance", "pro-api.coinmarketcap.com"),
        ("total_market_cap", "pro-api.coinmarketcap.com"),
        ("tracked_tokens", "pro-api.coinmarketcap.com"),
        ("new_tokens_30d", "pro-api.coinmarketcap.com"),
        ("altcoin_season_index", "pro-api.coinmarketcap.com"),
        ("btc_price", "api.exchange.coinbase.com"),
        ("okx_open_interest", "www.okx.com"),
        ("bybit_open_interest", "api.bybit.com"),
    ):
        assert shown[key]["value"] == close_to(market.now(host, key).value), key
    for key, value in raw(market).items():
        assert shown[key]["value"] == close_to(value), key
    for key in ("fed_assets", "fed_soma", "cpi", "cpi_nsa", "fed_funds", "sp_500", "russell_2000"):
        assert shown[key]["value"] == close_to(rows_of(market, key)[-1][1]), key


FALLBACKS = {
    "query1.finance.yahoo.com": {
        "russell_2000", "russell_distance_to_record", "russell_change_15_sessions",
        "russell_change_year_to_date", "sp_500", "smallcap_streak", "smallcap_streak_longest",
        "smallcap_relative_strength", "correlation", "correlation_levels", "russell_2000_high",
    },
    "api.nasdaq.com": {"iwm"},
    "pro-api.coinmarketcap.com": {
        "btc_dominance", "eth_dominance", "total_market_cap", "total3", "altcoin_season_index",
        "own_season_50",
    },
    "api.exchange.coinbase.com": {"btc_price", "btc_change_1y"},
    "data.tbstat.com": {
        "btc_etf_flow", "btc_etf_flow_5", "btc_etf_flow_20", "btc_etf_flow_month",
        "btc_etf_flow_year", "btc_etf_stabilised",
    },
    "fred.stlouisfed.org": {"fed_funds", "cpi", "cpi_nsa", "cpi_yoy", "cpi_headline_yoy", "sp_500"},
    "stablecoins.llama.fi": {"stablecoin_supply"},
    "api.alternative.me": {"fear_greed"},
}  # fmt: skip
"""Host -> what must still show when it is down from the very first start."""


@pytest.mark.parametrize("host", FALLBACKS)
async def test_with_a_provider_down_from_the_start_what_has_a_fallback_still_shows(
    tmp_path: Path, host: str
) -> None:
    async with Gateway(market_at_rest()) as gateway:
        gateway.fail(host, Fault.FORBIDDEN_PAGE)
        told = await status_of(gateway, tmp_path / "data")
    shown = told["indicators"]
    missing = FALLBACKS[host] - shown.keys()
    assert missing == set()
    for key in FALLBACKS[host] - {"sp_500"}:
        assert shown[key]["degraded"], key


def test_no_provider_of_the_gateway_is_without_a_source() -> None:
    parts = find_parts()
    hosts = {source.host for source in parts.sources}
    assert hosts <= discover().keys()
