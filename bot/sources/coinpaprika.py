"""CoinPaprika's global market data, without a key: Bitcoin dominance.

GET https://api.coinpaprika.com/v1/global, 20 000 calls a month. It counts more coins than others
and so reads a few percentage points lower.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from pydantic import BaseModel

from bot.model import Observation
from bot.ports import Feed, Http, Source
from bot.sources import SHAPE, UnixSeconds, parse, sample

VENDOR = "CoinPaprika"
HOST = "api.coinpaprika.com"


class _Global(BaseModel):
    model_config = SHAPE
    bitcoin_dominance_percentage: float
    last_updated: UnixSeconds


async def _dominance(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says: there is no history without a key."""
    market = parse(_Global, await http.get(f"https://{HOST}/v1/global"), VENDOR)
    value = market.bitcoin_dominance_percentage
    as_of = datetime.fromtimestamp(market.last_updated, UTC)
    return (sample("btc_dominance", VENDOR, value=value, as_of=as_of, now=now),)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coinpaprika/global",
            vendor=VENDOR,
            series=("btc_dominance",),
            every=timedelta(minutes=60),
            fetch=_dominance,
            rank=2,
        ),
    ),
    terms="Free for personal, non-commercial use.",
    min_interval_seconds=2.0,
)
