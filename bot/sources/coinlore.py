"""CoinLore's global market data, without a key: a stand-in for dominance, total cap and TOTAL3.

GET https://api.coinlore.net/api/global/: an array of one object, its percentages written as text.
It does not say of when its numbers are, so they count as of the moment of asking.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.model import Observation
from bot.ports import Feed, Http, Source
from bot.sources import SHAPE, Number, parse, real, samples

VENDOR = "CoinLore"
HOST = "api.coinlore.net"


class _Market(BaseModel):
    model_config = SHAPE
    total_mcap: Number | None = None
    """In dollars."""
    btc_d: Number
    eth_d: Number | None = None


class _Global(RootModel[Annotated[list[_Market], Field(min_length=1)]]):
    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


async def _market(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The values of this moment, whatever `since` says."""
    market = parse(_Global, await http.get(f"https://{HOST}/api/global/"), VENDOR).root[0]
    total = real("total_market_cap", market.total_mcap)
    btc, eth = market.btc_d, real("eth_dominance", market.eth_d)
    rest = None if total is None or eth is None else total * (1 - (btc + eth) / 100)
    values = {"btc_dominance": btc, "eth_dominance": eth, "total_market_cap": total, "total3": rest}
    return samples(VENDOR, {series: (value, now) for series, value in values.items()}, now)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coinlore/global",
            vendor=VENDOR,
            series=("btc_dominance", "eth_dominance", "total_market_cap", "total3"),
            plan=(),
            standby_every=timedelta(minutes=30),
            fetch=_market,
            rank=3,
        ),
    ),
    terms="Free public interface, one request a second.",
    min_interval_seconds=2.0,
)
