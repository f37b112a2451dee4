"""Coinbase's spot market, without a key: the Bitcoin price in dollars, now and at each day's end.

GET https://api.exchange.coinbase.com/products/BTC-USD/ticker for the last trade, and .../candles
for days: rows of [time, low, high, open, close, volume], newest first, at most 300 an answer.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, RootModel

from bot.model import Observation
from bot.ports import At, Every, Feed, Http, Source
from bot.sources import SHAPE, Number, UnixSeconds, history, parse, sample

VENDOR = "Coinbase"
HOST = "api.exchange.coinbase.com"
PRODUCT = f"https://{HOST}/products/BTC-USD"

REACH = timedelta(days=1_100)
"""How far back the first look goes: three years of days, in four answers."""
PAGE = timedelta(days=299)
"""From the first day of an answer to its last, both of which count."""
OVERLAP = timedelta(days=3)
"""How far before the last stored day a later look starts."""


class _Ticker(BaseModel):
    model_config = SHAPE
    price: Number
    """Of the last trade."""
    time: AwareDatetime


class _Candle(NamedTuple):
    """One UTC day; a row of any other length is another format."""

    opened: UnixSeconds
    low: Number | None
    high: Number | None
    open: Number | None
    close: Number | None
    volume: Number | None


class _Candles(RootModel[list[_Candle]]):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


async def _price(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The last trade, whatever `since` says."""
    ticker = parse(_Ticker, await http.get(f"{PRODUCT}/ticker"), VENDOR)
    return (sample("btc_price", VENDOR, value=ticker.price, as_of=ticker.time, now=now),)


async def _page(http: Http, first: date, last: date) -> list[_Candle]:
    """The candles of these days, newest first."""
    span = {"start": _midnight(first), "end": _midnight(last)}
    body = await http.get(f"{PRODUCT}/candles", params={"granularity": "86400", **span})
    return parse(_Candles, body, VENDOR).root


def _midnight(day: date) -> str:
    return f"{datetime.combine(day, time()):%Y-%m-%dT%H:%M:%SZ}"


async def _closes(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The closes of finished days, asked for backwards from today."""
    today = now.date()
    first = today - REACH
    if since is not None:
        first = max(first, min(since, today) - OVERLAP)
    candles: list[_Candle] = []
    last = today
    while last > first:
        start = max(first, last - PAGE)
        candles += await _page(http, start, last)
        last = start  # Asked for twice, so that no day is lost if an end should not count.
    rows = [(datetime.fromtimestamp(each.opened, UTC).date(), each.close) for each in candles]
    # The newest row of a day comes first, and the last one counts. Today's is still trading.
    finished = [(day, close) for day, close in reversed(rows) if day < today]
    return history("btc_price", VENDOR, finished, now)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coinbase/ticker",
            vendor=VENDOR,
            series=("btc_price",),
            plan=(Every(timedelta(seconds=60)),),
            fetch=_price,
        ),
        Feed(
            name="coinbase/candles",
            vendor=VENDOR,
            series=("btc_price",),
            plan=(At((time(0, 10),), ZoneInfo("UTC")),),
            fetch=_closes,
            has_history=True,
        ),
    ),
    terms="Public market data for personal use; ten requests a second from an address.",
    min_interval_seconds=1.0,
)
