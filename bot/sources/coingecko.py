"""CoinGecko: the crypto market as a whole and the Bitcoin price, without a key or with a free one.

GET https://api.coingecko.com/api/v3/global, refreshed every ten minutes, and .../simple/price.
Without a key, everybody behind an address shares a few requests a minute; with COINGECKO_API_KEY
there are 10,000 a month. A limit that is reached may be told in an envelope beside HTTP 200.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, UnixSeconds, one_line, parse, real, sample, samples

VENDOR = "CoinGecko"
HOST = "api.coingecko.com"
ROOT = f"https://{HOST}/api/v3"


class _Status(BaseModel):
    model_config = SHAPE
    error_code: int | Annotated[str, Field(max_length=20)]
    error_message: str | None = None


class _Envelope(BaseModel):
    model_config = SHAPE
    status: _Status | None = None


class _Caps(BaseModel):
    model_config = SHAPE
    usd: float | None = None


class _Shares(BaseModel):
    """Percent of the whole market's capitalisation."""

    model_config = SHAPE
    btc: float
    eth: float | None = None


class _Market(BaseModel):
    model_config = SHAPE
    total_market_cap: _Caps | None = None
    market_cap_percentage: _Shares
    updated_at: UnixSeconds


class _Global(BaseModel):
    model_config = SHAPE
    data: _Market


class _Price(BaseModel):
    model_config = SHAPE
    usd: float
    last_updated_at: UnixSeconds


class _Prices(BaseModel):
    model_config = SHAPE
    bitcoin: _Price


Answer = TypeVar("Answer", bound=BaseModel)


async def _asked(
    http: Http, shape: type[Answer], path: str, params: Mapping[str, str] | None = None
) -> Answer:
    """The answer to a request; raises SourceError with CoinGecko's words if it refuses."""
    key = http.key("COINGECKO_API_KEY")
    headers = {"x-cg-demo-api-key": key} if key else None
    body = await http.get(f"{ROOT}/{path}", params=params, headers=headers)
    status = parse(_Envelope, body, VENDOR).status
    if status is not None and status.error_code not in {0, "0"}:
        said = one_line(status.error_message or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(shape, body, VENDOR)


async def _market(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The values of this moment, whatever `since` says: their past costs money."""
    market = (await _asked(http, _Global, "global")).data
    caps, shares = market.total_market_cap, market.market_cap_percentage
    total = real("total_market_cap", None if caps is None else caps.usd)
    btc, eth = shares.btc, real("eth_dominance", shares.eth)
    rest = None if total is None or eth is None else total * (1 - (btc + eth) / 100)
    as_of = datetime.fromtimestamp(market.updated_at, UTC)
    values = {"btc_dominance": btc, "eth_dominance": eth, "total_market_cap": total, "total3": rest}
    return samples(VENDOR, {series: (value, as_of) for series, value in values.items()}, now)


async def _price(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says."""
    params = {"ids": "bitcoin", "vs_currencies": "usd", "include_last_updated_at": "true"}
    price = (await _asked(http, _Prices, "simple/price", params)).bitcoin
    as_of = datetime.fromtimestamp(price.last_updated_at, UTC)
    return (sample("btc_price", VENDOR, value=price.usd, as_of=as_of, now=now),)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coingecko/global",
            vendor=VENDOR,
            series=("btc_dominance", "eth_dominance", "total_market_cap", "total3"),
            plan=(Every(timedelta(minutes=60)),),
            fetch=_market,
            rank=1,
        ),
        Feed(
            name="coingecko/price",
            vendor=VENDOR,
            series=("btc_price",),
            plan=(),
            standby_every=timedelta(minutes=30),
            fetch=_price,
            rank=3,
        ),
    ),
    terms="Public interface, shared limit per address; attribution, no redistribution.",
    min_interval_seconds=5.0,
)
