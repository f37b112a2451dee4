from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from tests.providers.market import Distortion, Market, Words, distorted, iso

COINMARKETCAP_WEB = "api.coinmarketcap.com"

Data = dict[str, object]
Query = Mapping[str, str]
Row = tuple[date, float | None]


def _days(market: Market, series: str, distortion: Distortion | None) -> list[Row]:
    """The days that are over, the last of them distorted, and today's as it stands."""
    *over, today = market.days(COINMARKETCAP_WEB, series)
    if distortion is Distortion.YESTERDAY:
        return over[:-1]
    day, value = over[-1]
    if distortion is Distortion.DUPLICATE_DAYS:
        over.insert(-1, (day, (value or 0.0) / 2))
    elif value is not None:
        over[-1] = (day, distorted(value, distortion))
    return [*over, today]


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _seconds(market: Market, day: date) -> int:
    """The stamp of a day's point: the midnight at its end, or now for today's."""
    return int(min(_midnight_after(day), market.clock()).timestamp())


def _global(market: Market, query: Query, distortion: Distortion | None) -> Data:
    first, last = int(query["timeStart"]), int(query["timeEnd"])
    shares = _days(market, "btc_dominance", distortion)
    caps = _days(market, "total_market_cap", distortion)
    quotes = []
    for (day, share), (_, cap) in zip(shares, caps, strict=True):
        end = _midnight_after(day) - timedelta(milliseconds=1)
        if first <= end.timestamp() and _midnight_after(day).timestamp() - 86_400 <= last:
            stamp = iso(end)
            quote = {"name": "2781", "totalMarketCap": cap, "timestamp": stamp}
            quotes.append({"timestamp": stamp, "btcDominance": share, "quote": [quote]})
    return {"quotes": quotes}


def _caps(market: Market, query: Query, distortion: Distortion | None) -> Data:
    total, eth, total3, rest = (
        dict(_days(market, series, distortion))
        for series in ("total_market_cap", "eth_dominance", "total3", "total3_ex_stablecoins")
    )
    points: list[Data] = []
    for day, cap in total.items():
        whole = None if cap is None else f"{cap:.2f}"
        share, both, other = eth[day], total3[day], rest[day]
        points.append(
            {
                "marketCap": whole,
                "ethValue": None if share is None or cap is None else share * cap / 100.0,
                "stableValue": None if both is None or other is None else f"{both - other}",
                "otherValue": other,
                "timestamp": str(_seconds(market, day)),
            }
        )
    return {"points": points[-366:] if query["range"] == "1y" else points}


def _season(market: Market, query: Query, distortion: Distortion | None) -> Data:
    """The points within the range; where there are none, silently the oldest there are."""
    first, last = int(query["start"]), int(query["end"])
    points = [
        {"name": "", "altcoinIndex": None if value is None else f"{value:.0f}", "timestamp": at}
        for day, value in _days(market, "altcoin_season_index", distortion)
        if (at := str(_seconds(market, day)))
    ]
    within = [point for point in points if first <= int(str(point["timestamp"])) <= last]
    return {"points": within or points[:7], "historicalValues": {"now": points[-1]}}


def _etf_flow(market: Market, query: Query, distortion: Distortion | None) -> Data:
    """Sessions by their own midnight; the one that is still open stands there as 0."""
    rows = _days(market, "btc_etf_flow", distortion)
    today = market.clock().date()
    points = [
        {
            "value": 0 if day == today else value,
            "cryptoPrice": 75_000.5,
            "timestamp": f"{datetime.combine(day, time(), UTC).timestamp() * 1000:.0f}",
        }
        for day, value in rows
    ]
    return {"points": points[-30:] if query["range"] == "30d" else points, "aggregation": "daily"}


Page = Callable[[Market, Query, Distortion | None], Data]
PAGES: dict[str, Page] = {
    "/data-api/v3/global-metrics/quotes/historical": _global,
    "/data-api/v4/global-metrics/quotes/historical": _caps,
    "/data-api/v3/altcoin-season/chart": _season,
    "/data-api/v3/etf/overview/netflow/chart": _etf_flow,
}


def coinmarketcap_web(
    market: Market, path: str, query: Query, distortion: Distortion | None
) -> object | None:
    """The charts' data behind the web pages."""
    status = {"error_code": "0", "error_message": "SUCCESS", "elapsed": "32", "credit_count": 0}
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"status": status | {"error_code": "500", "error_message": "The system is busy"}}
    page = PAGES.get(path)
    return None if page is None else {"data": page(market, query, distortion), "status": status}


HOSTS: dict[str, Words] = {COINMARKETCAP_WEB: coinmarketcap_web}
