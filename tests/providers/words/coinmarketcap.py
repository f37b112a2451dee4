from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from tests.providers.market import (
    COINMARKETCAP,
    Distortion,
    Market,
    Words,
    distorted,
    iso,
    told,
)

Data = dict[str, object]
COINS = 130
"""How many coins the ranking knows."""


def _value(market: Market, series: str, distortion: Distortion | None) -> float | None:
    return told(market, COINMARKETCAP, series, distortion)[0]


def _global(market: Market, query: Mapping[str, str], distortion: Distortion | None) -> Data:
    dominance, as_of = told(market, COINMARKETCAP, "btc_dominance", distortion)
    caps = {
        "total_market_cap": _value(market, "total_market_cap", distortion),
        "last_updated": iso(as_of),
    }
    return {
        "btc_dominance": dominance,
        "eth_dominance": _value(market, "eth_dominance", distortion),
        "stablecoin_market_cap": _value(market, "stablecoin_supply", distortion),
        "total_crypto_dex_currencies": _value(market, "tracked_tokens", distortion),
        "past_30d_incremental_crypto_number": _value(market, "new_tokens_30d", distortion),
        "quote": {query.get("convert", "USD"): caps},
        "last_updated": iso(as_of),
    }


def _season(market: Market, query: Mapping[str, str], distortion: Distortion | None) -> Data:
    value, as_of = told(market, COINMARKETCAP, "altcoin_season_index", distortion)
    return {"altcoin_index": value, "altcoin_marketcap": 1.2e12, "snapshot_time": iso(as_of)}


def _season_days(market: Market, query: Mapping[str, str], distortion: Distortion | None) -> Data:
    """Each day under the midnight at which it ends, and then what the index says now."""
    days = market.days(COINMARKETCAP, "altcoin_season_index")[:-1]
    rows = [(datetime.combine(d + timedelta(days=1), time(), UTC), v) for d, v in days]
    if distortion is Distortion.YESTERDAY:
        rows = rows[:-1]
    elif distortion is Distortion.DUPLICATE_DAYS:
        rows.insert(-1, (rows[-1][0], (rows[-1][1] or 0.0) / 2))
    elif rows[-1][1] is not None:
        rows[-1] = (rows[-1][0], distorted(rows[-1][1], distortion))
    rows = rows[-int(query["timeframe"].removesuffix("d")) :]
    now = market.now(COINMARKETCAP, "altcoin_season_index")
    points = [
        {"timestamp": iso(stamp), "altcoin_index": value, "altcoin_marketcap": 1.2e12}
        for stamp, value in [*rows, (now.as_of, now.value)]
    ]
    return {"timeframe": query["timeframe"], "points": points}


def _fear_greed(market: Market, query: Mapping[str, str], distortion: Distortion | None) -> Data:
    value, as_of = told(market, COINMARKETCAP, "fear_greed", distortion)
    return {"value": value, "update_time": iso(as_of), "value_classification": "Fear"}


def _liquidations(market: Market, query: Mapping[str, str], distortion: Distortion | None) -> Data:
    value, as_of = told(market, COINMARKETCAP, "liquidations_24h", distortion)
    usd = {"symbol": query.get("convert", "USD"), "crypto_id": 2781, "last_updated": iso(as_of)}
    return {"quotes": [{**usd, "total_liquidations_24h": value}]}


def _row(number: int, *, change: float | None, as_of: str, **other: object) -> Data:
    usd = {
        "id": 2781,
        "symbol": "USD",
        "price": 5_000.0 / number,
        "percent_change_90d": change,
        "last_updated": as_of,
    }
    row = {
        "id": number,
        "name": f"Coin Number {number}",
        "symbol": f"C{number}",
        "cmc_rank": number,
        "date_added": "2019-05-01T00:00:00.000Z",
        "tags": ["smart-contracts"],
        "last_updated": as_of,
        "quote": [usd],
    }
    return {**row, **other}


def _listings(
    market: Market, query: Mapping[str, str], distortion: Distortion | None
) -> list[Data]:
    """Of every hundred coins, as many beat Bitcoin as the season index says."""
    index, moment = told(market, COINMARKETCAP, "altcoin_season_index", None)
    if distortion is Distortion.YESTERDAY:
        moment -= timedelta(days=1)
    as_of = iso(moment)
    rows = [_row(1, change=-10.0, as_of=as_of, name="Bitcoin", symbol="BTC")]
    for number in range(2, min(int(query["limit"]), COINS) + 1):
        ahead = number * 37 % 100 < (index or 0.0)
        change = distorted(5.0 if ahead else -25.0, distortion)
        rows.append(_row(number, change=change, as_of=as_of))
    peg = {"name": "Tether USDt", "symbol": "USDT", "tags": ["stablecoin"]}
    rows[3] |= peg
    if distortion is Distortion.DUPLICATE_DAYS:
        rows += rows[1:20]
    return rows


Page = Callable[[Market, Mapping[str, str], Distortion | None], Data | list[Data]]
PAGES: dict[str, Page] = {
    "/v1/global-metrics/quotes/latest": _global,
    "/v1/altcoin-season-index/latest": _season,
    "/v1/altcoin-season-index/historical": _season_days,
    "/v3/fear-and-greed/latest": _fear_greed,
    "/v3/cryptocurrency/listings/latest": _listings,
}
KEYED_PAGES: dict[str, Page] = {"/v5/derivatives/liquidations/quotes/latest": _liquidations}


def coinmarketcap(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The official interface, with and without a key."""
    status = {"timestamp": iso(market.clock()), "error_code": "0", "error_message": ""}
    if distortion is Distortion.ERROR_ENVELOPE:
        limited = {"error_code": 1011, "error_message": "You've hit an IP rate limit."}
        return {"status": {**status, **limited, "credit_count": 0}}
    page = PAGES.get(path.removeprefix("/public-api")) or KEYED_PAGES.get(path)
    if page is None:
        return None
    return {"status": {**status, "credit_count": 1}, "data": page(market, query, distortion)}


HOSTS: dict[str, Words] = {COINMARKETCAP: coinmarketcap}
