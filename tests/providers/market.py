"""What the world is like for the fake providers; each of them words it in `tests/providers/words`.

A number that a test sets counts; every other one comes from a made-up world that is the same every
time: `fiction(series, day)`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.calendar import belongs
from bot.catalogue import SERIES

YAHOO = "query1.finance.yahoo.com"
COINMARKETCAP = "pro-api.coinmarketcap.com"
COINGECKO = "api.coingecko.com"
COINPAPRIKA = "api.coinpaprika.com"

RUSSELL, SP = "^RUT", "^GSPC"
SYMBOLS = {RUSSELL: "russell_2000", SP: "sp_500", "RTY=F": "russell_2000_future", "IWM": "iwm"}
NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE = time(9, 30), time(16)

LEVELS = {
    "russell_2000": 2_300.0,
    "russell_2000_high": 2_320.0,
    "russell_2000_future": 2_305.0,
    "sp_500": 6_800.0,
    "iwm": 228.0,
    "btc_price": 75_000.0,
    "btc_dominance": 58.0,
    "eth_dominance": 11.5,
    "total_market_cap": 2.6e12,
    "total3": 7.9e11,
    "total3_ex_stablecoins": 4.9e11,
    "stablecoin_supply": 3.0e11,
    "tracked_tokens": 3.2e7,
    "new_tokens_30d": 1.15e6,
    "fear_greed": 40.0,
    "altcoin_season_index": 40.0,
    "btc_etf_flow": 0.0,
    "whale_supply": 7.1e6,
    "lth_supply": 1.43e7,
    "okx_open_interest": 21_000.0,
    "okx_funding": 0.01,
    "bybit_open_interest": 48_000.0,
    "bybit_funding": 0.01,
    "binance_open_interest": 75_000.0,
    "binance_funding": 0.01,
    "liquidations_24h": 5.0e8,
    "fed_assets": 6.6e12,
    "fed_soma": 6.3e12,
    "fed_funds": 3.63,
    "cpi": 326.0,
    "cpi_nsa": 325.0,
}
"""About what the numbers are in the made-up world."""
WAVE = 0.004
FLOW_SWING = 3.0e8


class Distortion(StrEnum):
    """What can be wrong with the numbers of a well-formed answer."""

    NULLS = "nulls"
    DUPLICATE_DAYS = "duplicate_days"
    NOT_A_NUMBER = "not_a_number"
    ZERO = "zero"
    YESTERDAY = "yesterday"
    ERROR_ENVELOPE = "error_envelope"
    DECOY_COLUMNS = "decoy_columns"


@dataclass
class Sample:
    """A value as it was at a time."""

    value: float
    as_of: datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


def fiction(series: str, day: date) -> float:
    """A made-up value: gentle waves about a level, each series out of step with the others."""
    phase = day.toordinal() / 9 + sum(map(ord, series))
    if series == "btc_etf_flow":
        return round(FLOW_SWING * math.sin(phase), -5)
    return LEVELS[series] * (1 + WAVE * math.sin(phase) + 2e-5 * (day.toordinal() - 739_000))


@dataclass
class Market:
    """The numbers that the providers publish; change them while the gateway runs.

    `closes` holds each symbol's sessions, oldest first. The last one counts as still trading as
    long as `clock` stands before its close. A sample without its own time is as of `clock`.
    """

    closes: dict[str, list[tuple[date, float]]] = field(default_factory=dict)
    dominance: dict[str, Sample | float] = field(default_factory=dict)
    """By host."""
    season_index: Sample | float | None = None
    clock: Callable[[], datetime] = _utc_now
    told: dict[tuple[str, str], Sample | float] = field(default_factory=dict)
    """By host and series, what it says now instead of the fiction."""
    daily: dict[tuple[str, str], dict[date, float | None]] = field(default_factory=dict)
    """By host (or "" for all of them) and series, single days instead of the fiction."""
    history_days: int = 500
    """How far back the fiction goes."""

    def sampled(self, value: Sample | float) -> Sample:
        return value if isinstance(value, Sample) else Sample(value, self.clock())

    def now(self, host: str, series: str) -> Sample:
        """What the host says now."""
        if series == "btc_dominance" and host in self.dominance:
            return self.sampled(self.dominance[host])
        if series == "altcoin_season_index" and self.season_index is not None:
            return self.sampled(self.season_index)
        told = self.told.get((host, series))
        return self.sampled(fiction(series, self.clock().date()) if told is None else told)

    def days(self, host: str, series: str) -> list[tuple[date, float | None]]:
        """The days of a series up to today, oldest first, as the host has them."""
        today = self.clock().date()
        special = {**self.daily.get(("", series), {}), **self.daily.get((host, series), {})}
        first = today - timedelta(days=self.history_days)
        span = (first + timedelta(days=n) for n in range(self.history_days + 1))
        cadence = SERIES[series].cadence
        return [
            (day, special.get(day, fiction(series, day)))
            for day in span
            if belongs(cadence, day) or day in special
        ]

    def sessions(self, symbol: str) -> list[tuple[date, float]]:
        """The closes of a symbol, oldest first; today's counts as trading before its close."""
        if symbol in self.closes:
            return self.closes[symbol]
        rows = self.days("", SYMBOLS[symbol])
        opened = self.clock().astimezone(NEW_YORK).time() >= OPEN
        today = self.clock().astimezone(NEW_YORK).date()
        return [(d, v) for d, v in rows if v is not None and (d < today or (d == today and opened))]


Words = Callable[[Market, str, Mapping[str, str], Distortion | None], object | bytes | None]
"""(market, path, query, distortion) -> what the provider answers: bytes as they are (CSV, HTML, a
ZIP), anything else as JSON; None: no such page."""


def unix(day: date, at: time) -> int:
    """A time of day in New York as unix seconds."""
    return int(datetime.combine(day, at, NEW_YORK).timestamp())


def iso(moment: datetime) -> str:
    """A time as 2026-02-04T16:12:01.812Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def distorted(value: float, distortion: Distortion | None) -> float | None:
    """A value as a distorted answer has it."""
    match distortion:
        case Distortion.NULLS:
            return None
        case Distortion.NOT_A_NUMBER:
            return math.nan
        case Distortion.ZERO:
            return 0.0
        case _:
            return value


def told(
    market: Market, host: str, series: str, distortion: Distortion | None
) -> tuple[float | None, datetime]:
    """What the host says now of a series, distorted, and the time it says it is about."""
    sample = market.now(host, series)
    age = timedelta(days=1) if distortion is Distortion.YESTERDAY else timedelta()
    return distorted(sample.value, distortion), sample.as_of - age
