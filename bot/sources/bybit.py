"""Bybit's public interface, without a key: open interest and funding of its Bitcoin perpetual.

GET https://api.bybit.com/v5/market/tickers?category=linear&symbol=BTCUSDT. Every answer is an
envelope: a `retCode` other than 0 means that there is no data. The whole host answers 403 to
addresses in some countries.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, one_line, parse, sample

VENDOR = "Bybit"
HOST = "api.bybit.com"
SYMBOL = "BTCUSDT"

CAMEL = SHAPE | ConfigDict(alias_generator=to_camel)


class _Envelope(BaseModel):
    model_config = CAMEL
    ret_code: int
    ret_msg: str = ""


class _Ticker(BaseModel):
    model_config = CAMEL
    symbol: Literal["BTCUSDT"]
    open_interest: Number
    """Bitcoin, as the contract is linear."""
    funding_rate: Number
    """A fraction of the position an interval."""


class _Result(BaseModel):
    model_config = CAMEL
    category: Literal["linear"]
    tickers: Annotated[list[_Ticker], Field(min_length=1, max_length=1, alias="list")]


class _Answer(BaseModel):
    model_config = CAMEL
    result: _Result
    time: Annotated[int, Field(ge=0, le=4_102_444_800_000)]
    """Unix milliseconds."""


async def _ticker(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The values of this moment, whatever `since` says."""
    params = {"category": "linear", "symbol": SYMBOL}
    body = await http.get(f"https://{HOST}/v5/market/tickers", params=params)
    envelope = parse(_Envelope, body, VENDOR)
    if envelope.ret_code != 0:
        said = one_line(envelope.ret_msg or f"code {envelope.ret_code}").rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    answer = parse(_Answer, body, VENDOR)
    (ticker,) = answer.result.tickers
    as_of = datetime.fromtimestamp(answer.time / 1_000, UTC)
    percent = ticker.funding_rate * 100
    return (
        sample("bybit_open_interest", VENDOR, value=ticker.open_interest, as_of=as_of, now=now),
        sample("bybit_funding", VENDOR, value=percent, as_of=as_of, now=now),
    )


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="bybit/ticker",
            vendor=VENDOR,
            series=("bybit_open_interest", "bybit_funding"),
            plan=(Every(timedelta(minutes=15)),),
            fetch=_ticker,
        ),
    ),
    terms="Public market data; not served to some countries.",
    min_interval_seconds=1.0,
    forbidden_wait_seconds=21_600.0,
)
