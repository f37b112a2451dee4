"""Binance's futures, without a key: open interest and funding of its Bitcoin perpetual.

GET https://fapi.binance.com/futures/data/openInterestHist?symbol=BTCUSDT&period=1h&limit=1 and
.../fapi/v1/premiumIndex?symbol=BTCUSDT. The whole host answers 451 to addresses in some countries.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source
from bot.sources import SHAPE, Number, parse, sample

VENDOR = "Binance"
HOST = "fapi.binance.com"
SYMBOL = "BTCUSDT"

CAMEL = SHAPE | ConfigDict(alias_generator=to_camel)

Milliseconds = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


class _OpenInterest(BaseModel):
    model_config = CAMEL
    symbol: Literal["BTCUSDT"]
    sum_open_interest: Number
    """Bitcoin."""
    timestamp: Milliseconds


class _Hours(RootModel[Annotated[list[_OpenInterest], Field(min_length=1)]]):
    model_config = ConfigDict(strict=True, frozen=True)


class _Premium(BaseModel):
    model_config = CAMEL
    symbol: Literal["BTCUSDT"]
    last_funding_rate: Number
    """A fraction of the position an interval."""
    time: Milliseconds


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


async def _open_interest(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of the last full hour, whatever `since` says."""
    params = {"symbol": SYMBOL, "period": "1h", "limit": "1"}
    body = await http.get(f"https://{HOST}/futures/data/openInterestHist", params=params)
    hour = max(parse(_Hours, body, VENDOR).root, key=lambda each: each.timestamp)
    value, as_of = hour.sum_open_interest, _moment(hour.timestamp)
    return (sample("binance_open_interest", VENDOR, value=value, as_of=as_of, now=now),)


async def _premium(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says."""
    body = await http.get(f"https://{HOST}/fapi/v1/premiumIndex", params={"symbol": SYMBOL})
    premium = parse(_Premium, body, VENDOR)
    percent, as_of = premium.last_funding_rate * 100, _moment(premium.time)
    return (sample("binance_funding", VENDOR, value=percent, as_of=as_of, now=now),)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="binance/open_interest",
            vendor=VENDOR,
            series=("binance_open_interest",),
            plan=(Every(timedelta(minutes=60)),),
            fetch=_open_interest,
        ),
        Feed(
            name="binance/premium",
            vendor=VENDOR,
            series=("binance_funding",),
            plan=(Every(timedelta(minutes=20)),),
            fetch=_premium,
        ),
    ),
    terms="Public market data; not served to some countries.",
    min_interval_seconds=1.0,
    forbidden_wait_seconds=21_600.0,
)
