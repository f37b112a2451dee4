from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from tests.providers.market import (
    CLOSE,
    NEW_YORK,
    OPEN,
    SYMBOLS,
    YAHOO,
    Distortion,
    Market,
    Words,
    distorted,
    told,
    unix,
)

FUTURE = "RTY=F"
HIGH_ABOVE_CLOSE = 1.001
ADJUSTED = 0.97
"""What dividends take out of the past."""
Row = tuple[int, float | None]


def _asked_rows(rows: list[Row], query: Mapping[str, str]) -> list[Row]:
    if query.get("range") == "5d":
        return rows[-5:]
    first, last = int(query["period1"]), int(query["period2"])
    return [row for row in rows if first <= row[0] <= last]


def _highs(market: Market, symbol: str, rows: list[Row]) -> list[float | None]:
    """A little above the close, unless a test sets the day's."""
    special = market.daily.get((YAHOO, f"{SYMBOLS[symbol]}_high"), {})
    days = (datetime.fromtimestamp(opened, NEW_YORK).date() for opened, _ in rows)
    return [
        special.get(day, close and round(close * HIGH_ABOVE_CLOSE, 4))
        for day, (_, close) in zip(days, rows, strict=True)
    ]


def _answer(meta: Mapping[str, object], opened: list[int], indicators: object) -> object:
    result = {"meta": meta, "timestamp": opened, "indicators": indicators}
    return {"chart": {"result": [result], "error": None}}


def _period(market: Market, symbol: str, day: date) -> dict[str, object]:
    return {
        "currency": "USD",
        "symbol": symbol,
        "gmtoffset": -18000,
        "timezone": "EST",
        "exchangeTimezoneName": "America/New_York",
        "currentTradingPeriod": {
            "pre": {"start": unix(day, time(4)), "end": unix(day, OPEN)},
            "regular": {"start": unix(day, OPEN), "end": unix(day, CLOSE)},
            "post": {"start": unix(day, CLOSE), "end": unix(day, time(20))},
        },
    }


def _daily(
    market: Market, symbol: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    sessions = market.sessions(symbol)
    if not sessions:
        return None
    if distortion is Distortion.YESTERDAY:
        sessions = sessions[:-1]
    day, close = sessions[-1]
    rows: list[Row] = [(unix(d, OPEN), c) for d, c in sessions]
    if distortion is Distortion.DUPLICATE_DAYS:
        rows[-1:] = [(unix(day, OPEN), close / 2), (unix(day, time(9, 31)), close)]
    else:
        rows[-1] = (rows[-1][0], distorted(close, distortion))
    rows = _asked_rows(rows, query)
    meta = {
        **_period(market, symbol, day),
        "instrumentType": "ETF" if symbol == "IWM" else "INDEX",
        "regularMarketTime": min(int(market.clock().timestamp()), unix(day, CLOSE)),
        "regularMarketPrice": close,
        "dataGranularity": "1d",
    }
    values = [value for _, value in rows]
    quote = {
        **dict.fromkeys(("open", "low", "close"), values),
        "high": _highs(market, symbol, rows),
        "volume": [0] * len(rows),
    }
    adjusted = [value and value * ADJUSTED for value in values]
    indicators = {"quote": [quote], "adjclose": [{"adjclose": adjusted}]}
    return _answer(meta, [opened for opened, _ in rows], indicators)


def _five_minutes(market: Market, distortion: Distortion | None) -> object:
    """The future's last two bars, and its price of the moment; one without is at a loss for it."""
    price, as_of = told(market, YAHOO, SYMBOLS[FUTURE], distortion)
    traded = int(as_of.timestamp())
    meta = {
        **_period(market, FUTURE, as_of.date() - timedelta(days=1)),
        "instrumentType": "FUTURE",
        "regularMarketTime": traded,
        "regularMarketPrice": price,
        "dataGranularity": "5m",
    }
    opened = [traded - traded % 300 - 300, traded]
    values = [market.now(YAHOO, SYMBOLS[FUTURE]).value, price]
    quote = dict.fromkeys(("open", "high", "low", "close"), values)
    return _answer(meta, opened, {"quote": [{**quote, "volume": [912, 0]}]})


def yahoo(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The chart endpoint."""
    symbol = path.removeprefix("/v8/finance/chart/")
    if symbol not in SYMBOLS:
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        problem = {"code": "Internal", "description": "Something went wrong"}
        return {"chart": {"result": None, "error": problem}}
    if query.get("interval") == "5m":
        return _five_minutes(market, distortion)
    return _daily(market, symbol, query, distortion)


HOSTS: dict[str, Words] = {YAHOO: yahoo}
