"""Binance's public copy of its market data, without a key: the Bitcoin price in Tether.

The quote is USDT, a token worth about a dollar and not always one, which is why the vendor's name
says so. GET https://data-api.binance.vision/api/v3/klines?symbol=BTCUSDT&interval=1d answers also
where Binance's own interface turns whole countries away: rows of twelve, times in milliseconds and
prices as text, oldest first, at most 1,000. The last row is the day that is still trading.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, RootModel

from bot.model import Observation
from bot.ports import At, Feed, Http, Source
from bot.sources import Number, history, parse, sample

VENDOR = "Binance (USDT)"
HOST = "data-api.binance.vision"

MOST_ROWS = 1_000
OVERLAP_DAYS = 5
"""How far before the last stored day a later look starts."""

UnixMilliseconds = Annotated[int, Field(ge=1_000_000_000_000, le=4_102_444_800_000)]
"""An instant between 2001 and 2100, so that seconds are not taken for milliseconds."""


class _Kline(NamedTuple):
    """One UTC day; a row of any other length is another format."""

    opened: UnixMilliseconds
    open: object
    high: object
    low: object
    close: Number | None
    volume: object
    closed: UnixMilliseconds
    quote_volume: object
    trades: int | None
    taker_volume: object
    taker_quote_volume: object
    unused: object


class _Klines(RootModel[list[_Kline]]):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


async def _closes(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The closes of finished days, and today's price as of now."""
    today = now.date()
    limit = MOST_ROWS
    if since is not None:
        limit = min(limit, (today - min(since, today)).days + 1 + OVERLAP_DAYS)
    body = await http.get(
        f"https://{HOST}/api/v3/klines",
        params={"symbol": "BTCUSDT", "interval": "1d", "limit": str(limit)},
    )
    closes = {
        datetime.fromtimestamp(each.opened / 1_000, UTC).date(): each.close
        for each in parse(_Klines, body, VENDOR).root
    }
    finished = [(day, close) for day, close in closes.items() if day < today]
    seen = history("btc_price", VENDOR, finished, now)
    price = closes.get(today)
    if price is not None:
        seen.append(sample("btc_price", VENDOR, value=price, as_of=now, now=now))
    return seen


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="binance_vision/klines",
            vendor=VENDOR,
            series=("btc_price",),
            plan=(At((time(0, 20),), ZoneInfo("UTC")),),
            fetch=_closes,
            rank=2,
            has_history=True,
            standby_every=timedelta(minutes=15),
        ),
    ),
    terms="Public market data for personal use.",
    min_interval_seconds=1.0,
    forbidden_wait_seconds=21_600.0,
)
