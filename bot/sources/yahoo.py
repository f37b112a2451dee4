"""Yahoo's chart endpoint, without a key: the Russell 2000, its future and its fund, the S&P 500.

GET https://query1.finance.yahoo.com/v8/finance/chart/<symbol>, one answer a symbol:
`chart.result[0]` with `meta`, `timestamp` (each bar's open, in unix seconds) and, beside it,
`close` and `high` in `indicators.quote[0]`. Those are as traded; `adjclose`, which takes dividends
out of the past and so moves a fund's records, is never read. The endpoint is unofficial and blocks
addresses that ask fast.
"""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Generic, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.calendar import NEW_YORK, SETTLE, is_session, next_day, session_close
from bot.model import Cadence, Observation
from bot.ports import At, Every, Feed, Hours, Http, Plan, Source, SourceError
from bot.sources import SHAPE, UnixSeconds, observation, one_line, parse, sample

VENDOR = "Yahoo"
HOST = "query1.finance.yahoo.com"
FUTURE = "RTY=F"
"""The front month of the E-mini Russell 2000."""
TRADE_DAY_BEGINS = time(18)
"""In New York: what the future trades from here on belongs to the next day."""

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
    regular_market_price: float | None = None
    regular_market_time: UnixSeconds | None = None
    current_trading_period: _Sessions | None = None


class _Quote(BaseModel):
    model_config = CAMEL
    close: list[float | None]
    high: list[float | None] | None = None


class _Indicators(BaseModel):
    model_config = CAMEL
    quote: Annotated[list[_Quote], Field(min_length=1)]


class _Latest(BaseModel):
    """What a chart says of the moment."""

    model_config = CAMEL
    meta: _Meta


class _Bars(_Latest):
    """And its bars."""

    timestamp: list[UnixSeconds]
    indicators: _Indicators


class _Problem(BaseModel):
    model_config = CAMEL
    description: str | None = None


Result = TypeVar("Result", bound=_Latest)


class _Chart(BaseModel, Generic[Result]):
    model_config = CAMEL
    error: _Problem | None = None
    result: list[Result] | None = None


class _Answer(BaseModel, Generic[Result]):
    model_config = CAMEL
    chart: _Chart[Result]


# Named once: made anew for every answer, these shapes would cost more than reading it.
_BarsAnswer = _Answer[_Bars]
_LatestAnswer = _Answer[_Latest]


def _opened(shape: type[_Answer[Result]], body: bytes, symbol: str) -> Result:
    """The only result of the answer; raises SourceError unless it is the symbol's."""
    chart = parse(shape, body, VENDOR).chart
    if chart.error is not None:
        said = one_line(chart.error.description or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} has no chart of {symbol}: {said}.")
    if not chart.result:
        raise SourceError(f"{VENDOR} answered without a chart of {symbol}.")
    result = chart.result[0]
    if result.meta.symbol != symbol:
        other = one_line(result.meta.symbol)
        raise SourceError(f"{VENDOR} answered with {other} instead of {symbol}.")
    return result


def _with_bars(body: bytes, symbol: str) -> _Bars:
    result = _opened(_BarsAnswer, body, symbol)
    if len(result.timestamp) != len(result.indicators.quote[0].close):
        raise SourceError(f"{VENDOR}'s chart of {symbol} has bars without a time or a close.")
    return result


def _exchange_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SourceError(f"{VENDOR} names an unknown time zone, {one_line(name)}.") from None


def _sessions(result: _Bars, zone: ZoneInfo) -> dict[date, tuple[float, ...]]:
    """The close and, where there is one, the high of each session, oldest first.

    A row without a close is a bar that Yahoo does not have. A day that comes twice has got a fresh
    row at its end: its close counts, but of the day's high it may know no more than its own moment.
    A high below its close cannot be real.
    """
    rows = result.indicators.quote[0]
    highs = rows.high or []
    if len(highs) != len(rows.close):
        highs = [None] * len(rows.close)  # Nobody can say which bar each of them belongs to.
    found: dict[date, tuple[float, float]] = {}
    for opened, close, high in zip(result.timestamp, rows.close, highs, strict=True):
        day = datetime.fromtimestamp(opened, zone).date()
        if close is not None and is_session(day):
            _, highest = found.get(day, (close, -math.inf))
            found[day] = close, highest if high is None else max(highest, high)
    return {
        day: (close, high) if high >= close else (close,)
        for day, (close, high) in sorted(found.items())
    }


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


def _bars(series: tuple[str, ...], symbol: str, body: bytes, now: datetime) -> list[Observation]:
    """Every bar of the answer that can be real; raises SourceError if it holds none.

    `series` names the close and, where it is wanted, the high. Oldest day first, and of each day
    the close before the high.
    """
    result = _with_bars(body, symbol)
    zone = _exchange_zone(result.meta.exchange_timezone_name)
    traded_at = result.meta.regular_market_time
    traded = None if traded_at is None else datetime.fromtimestamp(traded_at, UTC)
    bars = []
    for day, values in _sessions(result, zone).items():
        end = _session_end(day, result.meta, zone)
        final = _is_settled(end, traded, now)
        as_of = end if final else traded
        if as_of is None or as_of.astimezone(zone).date() < day:
            continue  # The session has not traded yet, so this is an older price under its name.
        # What cannot be real is as good as none, and a close that is not takes its high along.
        with suppress(SourceError):
            for name, value in zip(series, values, strict=False):
                seen = observation(
                    name, VENDOR, day=day, value=value, as_of=as_of, now=now, final=final
                )
                bars.append(seen)
    if not bars:
        raise SourceError(f"{VENDOR}'s chart of {symbol} holds no close.")
    return bars


async def _chart(http: Http, symbol: str, params: Mapping[str, str]) -> bytes:
    return await http.get(f"https://{HOST}/v8/finance/chart/{quote(symbol)}", params=params)


async def _daily(
    series: tuple[str, ...], symbol: str, http: Http, now: datetime, since: date | None
) -> Sequence[Observation]:
    if since is not None and now.date() - since <= RECENT:
        span = {"range": "5d"}
    else:
        start = 0.0
        if since is not None:
            start = datetime.combine(since - OVERLAP, time(), UTC).timestamp()
        span = {"period1": f"{start:.0f}", "period2": f"{now.timestamp():.0f}"}
    params = {"interval": "1d", **span, "includePrePost": "false"}
    return _bars(series, symbol, await _chart(http, symbol, params), now)


def _level(body: bytes) -> tuple[float, float]:
    """The future's last price and its time in unix seconds; of the newest bar if Yahoo names none.

    A bar is as of its beginning: that much is certain.
    """
    meta = _opened(_LatestAnswer, body, FUTURE).meta
    if meta.regular_market_price is not None and meta.regular_market_time is not None:
        return meta.regular_market_price, meta.regular_market_time
    result = _with_bars(body, FUTURE)
    rows = zip(result.timestamp, result.indicators.quote[0].close, strict=True)
    bars = [(opened, close) for opened, close in rows if close is not None]
    if not bars:
        raise SourceError(f"{VENDOR}'s chart of {FUTURE} holds no price.")
    opened, close = max(bars)
    return close, opened


def _trade_day(moment: datetime) -> date:
    """The session that a trade of the future looks ahead to."""
    local = moment.astimezone(NEW_YORK)
    day = local.date() + timedelta(days=local.time() >= TRADE_DAY_BEGINS)
    return day if is_session(day) else next_day(Cadence.NYSE_SESSION, day)


async def _future(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The level of this moment, whatever `since` says; it is never a day's last word."""
    value, traded_at = _level(await _chart(http, FUTURE, {"interval": "5m", "range": "1d"}))
    traded = datetime.fromtimestamp(traded_at, UTC)
    level = sample("russell_2000_future", VENDOR, value=value, as_of=traded, now=now)
    return (replace(level, day=_trade_day(traded)),)


WEEKDAYS = frozenset(range(5))
AROUND_THE_CLOCK = (Every(timedelta(minutes=10), Hours.GLOBEX),)
DURING_AND_AFTER_SESSIONS = (
    Every(timedelta(minutes=5), Hours.SESSION),
    At((time(16, 25), time(16, 45), time(17, 30)), NEW_YORK, WEEKDAYS),
)
HOURLY = (Every(timedelta(hours=1), Hours.SESSION), At((time(16, 45),), NEW_YORK, WEEKDAYS))


def _bars_feed(symbol: str, *series: str, plan: Plan, rank: int = 0) -> Feed:
    return Feed(
        name=f"yahoo/{series[0]}",
        vendor=VENDOR,
        series=series,
        plan=plan,
        fetch=partial(_daily, series, symbol),
        rank=rank,
        has_history=True,
    )


FUTURE_FEED = Feed(
    "yahoo/russell_2000_future", VENDOR, ("russell_2000_future",), AROUND_THE_CLOCK, _future
)

SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        _bars_feed("^RUT", "russell_2000", "russell_2000_high", plan=DURING_AND_AFTER_SESSIONS),
        _bars_feed("^GSPC", "sp_500", plan=DURING_AND_AFTER_SESSIONS),
        FUTURE_FEED,
        _bars_feed("IWM", "iwm", plan=HOURLY, rank=1),
    ),
    terms="Unofficial endpoint for personal use; no redistribution.",
    min_interval_seconds=2.0,
)
