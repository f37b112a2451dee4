"""CoinPaprika's global market data, without a key: dominance, the total cap and TOTAL3.

GET https://api.coinpaprika.com/v1/global and, as that does not know Ethereum's share,
.../v1/tickers/eth-ethereum; 20,000 calls a month. It counts more coins than others and so reads a
few percentage points lower.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, UnixSeconds, parse, real, samples

VENDOR = "CoinPaprika"
HOST = "api.coinpaprika.com"
ROOT = f"https://{HOST}/v1"


class _Global(BaseModel):
    model_config = SHAPE
    market_cap_usd: float | None = None
    bitcoin_dominance_percentage: float
    last_updated: UnixSeconds


class _Dollars(BaseModel):
    model_config = SHAPE
    market_cap: float


class _Quotes(BaseModel):
    model_config = SHAPE
    usd: Annotated[_Dollars, Field(alias="USD")]


class _Ethereum(BaseModel):
    model_config = SHAPE
    last_updated: AwareDatetime
    quotes: _Quotes


async def _market(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The values of this moment, whatever `since` says: their past costs money.

    What needs both answers is as old as the older one, and missing where the second is.
    """
    market = parse(_Global, await http.get(f"{ROOT}/global"), VENDOR)
    total, share = (
        real("total_market_cap", market.market_cap_usd),
        market.bitcoin_dominance_percentage,
    )
    as_of = datetime.fromtimestamp(market.last_updated, UTC)
    values: dict[str, tuple[float | None, datetime]] = {
        "btc_dominance": (share, as_of),
        "total_market_cap": (total, as_of),
    }
    with suppress(SourceError):
        ethereum = parse(_Ethereum, await http.get(f"{ROOT}/tickers/eth-ethereum"), VENDOR)
        cap, older = ethereum.quotes.usd.market_cap, min(as_of, ethereum.last_updated)
        eth = None if total is None else real("eth_dominance", 100 * cap / total)
        if total is not None and eth is not None:
            values["eth_dominance"] = (eth, older)
            values["total3"] = (total * (1 - share / 100) - cap, older)
    return samples(VENDOR, values, now)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coinpaprika/global",
            vendor=VENDOR,
            series=("btc_dominance", "eth_dominance", "total_market_cap", "total3"),
            plan=(Every(timedelta(minutes=60)),),
            fetch=_market,
            rank=2,
        ),
    ),
    terms="Free for personal, non-commercial use.",
    min_interval_seconds=2.0,
)
