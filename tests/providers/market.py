"""What the world is like for the fake providers, and how each of them words it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

YAHOO = "query1.finance.yahoo.com"
COINMARKETCAP = "pro-api.coinmarketcap.com"
COINGECKO = "api.coingecko.com"
COINPAPRIKA = "api.coinpaprika.com"
HOSTS = (YAHOO, COINMARKETCAP, COINGECKO, COINPAPRIKA)

RUSSELL, SP = "^RUT", "^GSPC"
NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE = time(9, 30), time(16)


class Distortion(StrEnum):
    """What can be wrong with the numbers of a well-formed answer."""

    NULLS = "nulls"
    DUPLICATE_DAYS = "duplicate_days"
    NOT_A_NUMBER = "not_a_number"
    ZERO = "zero"
    YESTERDAY = "yesterday"
    ERROR_ENVELOPE = "error_envelope"


@dataclass
class Sample:
    """A value as it was at a time."""

    value: float
    as_of: datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Market:
    """The numbers that the providers publish; change them while the gateway runs.

    `closes` holds each symbol's sessions, oldest first. The last one counts as still trading as
    long as `clock` stands before its close. A sample without its own time is as of `clock`.
    """

    closes: dict[str, list[tuple[date, float]]] = field(default_factory=dict)
    dominance: dict[str, Sample | float] = field(default_factory=dict)
    """By host."""
    season_index: Sample | float = 40.0
    clock: Callable[[], datetime] = _utc_now

    def sampled(self, value: Sample | float) -> Sample:
        return value if isinstance(value, Sample) else Sample(value, self.clock())


Words = Callable[[Market, str, Mapping[str, str], Distortion | None], object | None]
"""(market, path, query, distortion) -> what the provider answers as JSON; None: no such page."""


def _unix(day: date, at: time) -> int:
    return int(datetime.combine(day, at, NEW_YORK).timestamp())


def _distorted(value: float, distortion: Distortion | None) -> float | None:
    match distortion:
        case Distortion.NULLS:
            return None
        case Distortion.NOT_A_NUMBER:
            return math.nan
        case Distortion.ZERO:
            return 0.0
        case _:
            return value


def _told(
    market: Market, value: Sample | float, distortion: Distortion | None
) -> tuple[float | None, datetime]:
    sample = market.sampled(value)
    age = timedelta(days=1) if distortion is Distortion.YESTERDAY else timedelta()
    return _distorted(sample.value, distortion), sample.as_of - age


def _asked_rows(
    rows: list[tuple[int, float | None]], query: Mapping[str, str]
) -> list[tuple[int, float | None]]:
    if query.get("range") == "5d":
        return rows[-5:]
    first, last = int(query["period1"]), int(query["period2"])
    return [row for row in rows if first <= row[0] <= last]


def yahoo(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The chart endpoint."""
    symbol = path.removeprefix("/v8/finance/chart/")
    sessions = market.closes.get(symbol)
    if not sessions:
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        problem = {"code": "Internal", "description": "Something went wrong"}
        return {"chart": {"result": None, "error": problem}}
    if distortion is Distortion.YESTERDAY:
        sessions = sessions[:-1]
    day, close = sessions[-1]
    rows: list[tuple[int, float | None]] = [(_unix(d, OPEN), c) for d, c in sessions]
    if distortion is Distortion.DUPLICATE_DAYS:
        rows[-1:] = [(_unix(day, OPEN), close / 2), (_unix(day, time(9, 31)), close)]
    else:
        rows[-1] = (rows[-1][0], _distorted(close, distortion))
    rows = _asked_rows(rows, query)
    traded = min(int(market.clock().timestamp()), _unix(day, CLOSE))
    meta = {
        "currency": "USD",
        "symbol": symbol,
        "instrumentType": "INDEX",
        "regularMarketTime": traded,
        "gmtoffset": -18000,
        "timezone": "EST",
        "exchangeTimezoneName": "America/New_York",
        "regularMarketPrice": close,
        "currentTradingPeriod": {
            "pre": {"start": _unix(day, time(4)), "end": _unix(day, OPEN)},
            "regular": {"start": _unix(day, OPEN), "end": _unix(day, CLOSE)},
            "post": {"start": _unix(day, CLOSE), "end": _unix(day, time(20))},
        },
        "dataGranularity": "1d",
    }
    values = [value for _, value in rows]
    quote = dict.fromkeys(("open", "high", "low", "close"), values)
    result = {
        "meta": meta,
        "timestamp": [opened for opened, _ in rows],
        "indicators": {
            "quote": [{**quote, "volume": [0] * len(rows)}],
            "adjclose": [{"adjclose": values}],
        },
    }
    return {"chart": {"result": [result], "error": None}}


def coinmarketcap(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The keyless interface: global metrics and the Altcoin Season Index."""
    now = _iso(market.clock())
    status = {"timestamp": now, "error_code": "0", "error_message": "", "credit_count": 1}
    if distortion is Distortion.ERROR_ENVELOPE:
        limited = {"error_code": 1011, "error_message": "You've hit an IP rate limit."}
        return {"status": {**status, **limited}}
    if path == "/public-api/v1/global-metrics/quotes/latest":
        value, as_of = _told(market, market.dominance[COINMARKETCAP], distortion)
        caps = {"total_market_cap": 3.1e12, "last_updated": _iso(as_of)}
        data: dict[str, object] = {
            "btc_dominance": value,
            "eth_dominance": 11.5,
            "quote": {query.get("convert", "USD"): caps},
            "last_updated": _iso(as_of),
        }
        return {"status": {**status, "error_code": 0, "error_message": None}, "data": data}
    if path == "/public-api/v1/altcoin-season-index/latest":
        value, as_of = _told(market, market.season_index, distortion)
        data = {"altcoin_index": value, "altcoin_marketcap": 1.2e12, "snapshot_time": _iso(as_of)}
        return {"status": status, "data": data}
    return None


def coingecko(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The global page."""
    if path != "/api/v3/global":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}
    value, as_of = _told(market, market.dominance[COINGECKO], distortion)
    shares = {"btc": value, "eth": 11.1, "usdt": 5.9}
    return {"data": {"market_cap_percentage": shares, "updated_at": int(as_of.timestamp())}}


def coinpaprika(
    market: Market, path: str, query: Mapping[str, str], distortion: Distortion | None
) -> object | None:
    """The global page."""
    if path != "/v1/global":
        return None
    if distortion is Distortion.ERROR_ENVELOPE:
        return {"error": "something went wrong"}
    value, as_of = _told(market, market.dominance[COINPAPRIKA], distortion)
    return {"bitcoin_dominance_percentage": value, "last_updated": int(as_of.timestamp())}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


PROVIDERS: dict[str, Words] = {
    YAHOO: yahoo,
    COINMARKETCAP: coinmarketcap,
    COINGECKO: coingecko,
    COINPAPRIKA: coinpaprika,
}
