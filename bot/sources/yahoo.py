"""Yahoo's chart endpoint, without a key: daily bars of the Russell 2000 and the S&P 500.

GET https://query1.finance.yahoo.com/v8/finance/chart/<symbol>, one answer a symbol:
`chart.result[0]` with `meta`, `timestamp` (each bar's open, in unix seconds) and
`indicators.quote[0].close` beside it. The endpoint is unofficial and blocks addresses that ask
fast.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.calendar import SETTLE, session_close
from bot.model import Observation
from bot.ports import Feed, Http, Source, SourceError
from bot.sources import SHAPE, UnixSeconds, observation, one_line, parse

VENDOR = "Yahoo"
HOST = "query1.finance.yahoo.com"

RECENT = timedelta(days=4)
"""A gap up to this long is covered by the last five bars."""
OVERLAP = timedelta(days=7)
"""How far before the last stored day a longer answer starts, to correct what Yahoo corrected."""
FROZEN = timedelta(hours=2)
"""Yahoo's own time of the last trade may lag behind the close; a frozen answer thaws sooner."""

CAMEL = SHAPE | ConfigDict(alias_generator=to_camel)


class _Session(BaseModel):
    model_config = CAMEL
    end: UnixSeconds


class _Sessions(BaseModel):
    model_config = CAMEL
    regular: _Session


class _Meta(BaseModel):
    model_config = CAMEL
    symbol: str
    exchange_timezone_name: str
    regular_market_time: UnixSeconds | None = None
    current_trading_period: _Sessions | None = None


class _Quote(BaseModel):
    model_config = CAMEL
    close: list[float | None]


class _Indicators(BaseModel):
    model_config = CAMEL
    quote: Annotated[list[_Quote], Field(min_length=1)]


class _Result(BaseModel):
    model_config = CAMEL
    meta: _Meta
    timestamp: list[UnixSeconds]
    indicators: _Indicators


class _Problem(BaseModel):
    model_config = CAMEL
    description: str | None = None


class _Chart(BaseModel):
    model_config = CAMEL
    error: _Problem | None = None
    result: list[_Result] | None = None


class _Answer(BaseModel):
    model_config = CAMEL
    chart: _Chart


def _result(body: bytes, symbol: str) -> _Result:
    """The only result of the answer; raises SourceError unless it is the symbol's."""
    chart = parse(_Answer, body, VENDOR).chart
    if chart.error is not None:
        said = one_line(chart.error.description or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} has no chart of {symbol}: {said}.")
    if not chart.result:
        raise SourceError(f"{VENDOR} answered without a chart of {symbol}.")
    result = chart.result[0]
    if result.meta.symbol != symbol:
        other = one_line(result.meta.symbol)
        raise SourceError(f"{VENDOR} answered with {other} instead of {symbol}.")
    if len(result.timestamp) != len(result.indicators.quote[0].close):
        raise SourceError(f"{VENDOR}'s chart of {symbol} has bars without a time or a close.")
    return result


def _exchange_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SourceError(f"{VENDOR} names an unknown time zone, {one_line(name)}.") from None


def _closes(result: _Result, zone: ZoneInfo) -> dict[date, float]:
    """The close of each of the exchange's days, oldest first.

    A row without a close is a bar that Yahoo does not have. A day that comes twice has got a fresh
    row at its end.
    """
    rows = zip(result.timestamp, result.indicators.quote[0].close, strict=True)
    closes = {
        datetime.fromtimestamp(opened, zone).date(): close
        for opened, close in rows
        if close is not None
    }
    return dict(sorted(closes.items()))


def _session_end(day: date, meta: _Meta, zone: ZoneInfo) -> datetime:
    """When the session ends: Yahoo's word where it speaks of that day, else the exchange's."""
    if meta.current_trading_period is not None:
        end = datetime.fromtimestamp(meta.current_trading_period.regular.end, UTC)
        if end.astimezone(zone).date() == day:
            return end
    return session_close(day)


def _is_settled(end: datetime, traded: datetime | None, now: datetime) -> bool:
    """Whether the bar is complete.

    Soon after the close a cached answer may still hold a price from within the session, which
    Yahoo's time of the last trade gives away.
    """
    within_session = traded is not None and traded.date() == end.date() and traded < end
    patience = FROZEN if within_session else SETTLE
    return now >= end + patience


def _bars(series: str, symbol: str, body: bytes, now: datetime) -> list[Observation]:
    """Every bar of the answer that can be real; raises SourceError if it holds none."""
    result = _result(body, symbol)
    zone = _exchange_zone(result.meta.exchange_timezone_name)
    traded_at = result.meta.regular_market_time
    traded = None if traded_at is None else datetime.fromtimestamp(traded_at, UTC)
    bars = []
    for day, close in _closes(result, zone).items():
        end = _session_end(day, result.meta, zone)
        final = _is_settled(end, traded, now)
        as_of = end if final else traded
        if as_of is None or as_of.astimezone(zone).date() < day:
            continue  # The session has not traded yet, so this is an older price under its name.
        with suppress(SourceError):  # A close that cannot be real is as good as none.
            bars.append(
                observation(series, VENDOR, day=day, value=close, as_of=as_of, now=now, final=final)
            )
    if not bars:
        raise SourceError(f"{VENDOR}'s chart of {symbol} holds no close.")
    return bars


async def _fetch(
    series: str, symbol: str, http: Http, now: datetime, since: date | None
) -> Sequence[Observation]:
    if since is not None and now.date() - since <= RECENT:
        span = {"range": "5d"}
    else:
        start = 0.0
        if since is not None:
            start = datetime.combine(since - OVERLAP, time(), UTC).timestamp()
        span = {"period1": f"{start:.0f}", "period2": f"{now.timestamp():.0f}"}
    params = {"interval": "1d", **span, "includePrePost": "false"}
    url = f"https://{HOST}/v8/finance/chart/{quote(symbol)}"
    return _bars(series, symbol, await http.get(url, params=params), now)


def _feed(series: str, symbol: str) -> Feed:
    return Feed(
        name=f"yahoo/{series}",
        vendor=VENDOR,
        series=(series,),
        every=timedelta(minutes=5),
        fetch=partial(_fetch, series, symbol),
        has_history=True,
    )


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(_feed("russell_2000", "^RUT"), _feed("sp_500", "^GSPC")),
    terms="Unofficial endpoint for personal use; no redistribution of its series.",
    min_interval_seconds=2.0,
)
