"""Kraken's spot market, without a key: the Bitcoin price in dollars, now and at each day's end.

GET https://api.kraken.com/0/public/Ticker?pair=XBTUSD and .../OHLC?pair=XBTUSD&interval=1440, the
latter with 720 days, oldest first. What went wrong stands in `error`, a list, beside HTTP 200.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.model import Observation
from bot.ports import At, Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, UnixSeconds, from_day, history, one_line, parse, sample

VENDOR = "Kraken"
HOST = "api.kraken.com"
ROOT = f"https://{HOST}/0/public"
PAIR = {"pair": "XBTUSD"}

OVERLAP_DAYS = 3
"""How far before the last stored day a later look starts."""


class _Envelope(BaseModel):
    model_config = SHAPE
    error: list[str]


class _Trade(NamedTuple):
    price: Number
    volume: Number


class _Ticker(BaseModel):
    model_config = SHAPE
    last: Annotated[_Trade, Field(alias="c")]


class _Tickers(BaseModel):
    model_config = SHAPE
    bitcoin: Annotated[_Ticker, Field(alias="XXBTZUSD")]


class _TickerAnswer(BaseModel):
    model_config = SHAPE
    result: _Tickers


class _Candle(NamedTuple):
    """One UTC day; a row of any other length is another format."""

    opened: UnixSeconds
    open: object
    high: object
    low: object
    close: Number | None
    mean: object
    """Weighted by volume."""
    volume: object
    trades: object


class _Days(BaseModel):
    model_config = SHAPE
    bitcoin: Annotated[list[_Candle], Field(alias="XXBTZUSD")]


class _DaysAnswer(BaseModel):
    model_config = SHAPE
    result: _Days


Answer = TypeVar("Answer", bound=BaseModel)


def _opened(shape: type[Answer], body: bytes) -> Answer:
    """The answer in the envelope; raises SourceError with Kraken's words if it is none."""
    problems = parse(_Envelope, body, VENDOR).error
    if problems:
        said = one_line(", ".join(problems)).rstrip(".") or "no reason given"
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(shape, body, VENDOR)


async def _price(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The last trade, whatever `since` says; Kraken does not tell its time."""
    answer = _opened(_TickerAnswer, await http.get(f"{ROOT}/Ticker", params=PAIR))
    value = answer.result.bitcoin.last.price
    return (sample("btc_price", VENDOR, value=value, as_of=now, now=now),)


async def _closes(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The closes of finished days."""
    body = await http.get(f"{ROOT}/OHLC", params={**PAIR, "interval": "1440"})
    # The last row is never finished, even where its day is over and its last trades are not in.
    candles = _opened(_DaysAnswer, body).result.bitcoin[:-1]
    rows = [(datetime.fromtimestamp(each.opened, UTC).date(), each.close) for each in candles]
    finished = [(day, close) for day, close in rows if day < now.date()]
    return history("btc_price", VENDOR, finished, now, from_day(since, OVERLAP_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="kraken/ticker",
            vendor=VENDOR,
            series=("btc_price",),
            plan=(Every(timedelta(minutes=15)),),
            fetch=_price,
            rank=1,
        ),
        Feed(
            name="kraken/ohlc",
            vendor=VENDOR,
            series=("btc_price",),
            plan=(At((time(0, 15),), ZoneInfo("UTC")),),
            fetch=_closes,
            rank=1,
            has_history=True,
        ),
    ),
    terms="Public market data for personal use; about one request a second from an address.",
    min_interval_seconds=2.0,
)
