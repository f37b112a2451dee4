"""CoinGecko's global market data, without a key: Bitcoin dominance.

GET https://api.coingecko.com/api/v3/global, refreshed every ten minutes; the same address may ask
a few times a minute.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from bot.model import Observation
from bot.ports import Feed, Http, Source
from bot.sources import SHAPE, UnixSeconds, parse, sample

VENDOR = "CoinGecko"
HOST = "api.coingecko.com"


class _Shares(BaseModel):
    model_config = SHAPE
    btc: float
    """Percent of the whole market's capitalisation."""


class _Market(BaseModel):
    model_config = SHAPE
    market_cap_percentage: _Shares
    updated_at: UnixSeconds


class _Global(BaseModel):
    model_config = SHAPE
    data: _Market


async def _dominance(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says: there is no history without a key."""
    market = parse(_Global, await http.get(f"https://{HOST}/api/v3/global"), VENDOR).data
    value = market.market_cap_percentage.btc
    as_of = datetime.fromtimestamp(market.updated_at, UTC)
    return (sample("btc_dominance", VENDOR, value=value, as_of=as_of, now=now),)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coingecko/global",
            vendor=VENDOR,
            series=("btc_dominance",),
            every=timedelta(minutes=60),
            fetch=_dominance,
            rank=1,
        ),
    ),
    terms="Public interface, shared limit per address; attribution, no redistribution.",
    min_interval_seconds=5.0,
)
