"""Our own altcoin season index, counted from one page of CoinMarketCap's ranking.

GET https://pro-api.coinmarketcap.com/public-api/v3/cryptocurrency/listings/latest, with a key
without /public-api: rows in order of rank, each with its tags, its listing's date and its change
over ninety days. `bot.season` says what counts.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source, SourceError
from bot.season import Coin, Count, count, eligible, exclusions
from bot.sources import SHAPE, sample
from bot.sources._coinmarketcap import HOST, PACE_SECONDS, BySymbol, Quote, ask, in_usd, opened

VENDOR = "own count (CoinMarketCap)"
BITCOIN_ID = 1
PAGE = {
    "start": "1",
    "limit": "200",
    "convert": "USD",
    "sort": "market_cap",
    "aux": "cmc_rank,date_added,tags,circulating_supply",
}


class _Price(Quote):
    price: float | None = None
    percent_change_90d: float | None = None


class _Row(BaseModel):
    model_config = SHAPE
    id: int
    name: str
    symbol: str
    cmc_rank: Annotated[int, Field(ge=1)] | None = None
    """Copies of other coins are appended to the page without one."""
    date_added: AwareDatetime | None = None
    tags: list[str] | None = None
    last_updated: AwareDatetime | None = None
    quote: BySymbol[_Price] | list[_Price]


class _Filled(BaseModel):
    model_config = SHAPE
    timestamp: AwareDatetime


class _Answer(BaseModel):
    model_config = SHAPE
    status: _Filled
    data: list[_Row]


def _coin(row: _Row) -> Coin:
    usd = in_usd(row.quote)
    return Coin(
        key=str(row.id),
        rank=row.cmc_rank,
        name=row.name,
        symbol=row.symbol,
        tags=tuple(row.tags or ()),
        listed=row.date_added,
        price_usd=None if usd is None else usd.price,
        change_90d_pct=None if usd is None else usd.percent_change_90d,
    )


def _counts(coins: Sequence[Coin], bitcoin_pct: float) -> dict[str, Count]:
    """Every count by its series, of the eligible coins in order of rank."""
    return {
        "own_season_50": count(coins, 50, bitcoin_pct),
        "own_season_100": count(coins, 100, bitcoin_pct),
        "own_season_blue_chips": count(coins, 10, bitcoin_pct),
        "own_season_long_tail": count(coins[50:], 50, bitcoin_pct),
    }


async def _fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The indices of this moment, whatever `since` says; one that lacks coins is left out."""
    answer = opened(_Answer, await ask(http, "/v3/cryptocurrency/listings/latest", PAGE))
    bitcoin = next((row for row in answer.data if row.id == BITCOIN_ID), None)
    change = None if bitcoin is None else _coin(bitcoin).change_90d_pct
    if bitcoin is None or change is None:
        raise SourceError("CoinMarketCap's ranking says nothing of Bitcoin's last 90 days.")
    left_out = exclusions()
    coins = [_coin(row) for row in answer.data if row.id != BITCOIN_ID]
    counts = _counts(eligible(coins, left_out, now), change)
    if not any(each.is_valid for each in counts.values()):
        found = max(each.found for each in counts.values())
        raise SourceError(f"CoinMarketCap's ranking has too few coins to count: {found}.")
    as_of = bitcoin.last_updated or answer.status.timestamp
    return [
        sample(series, VENDOR, value=each.index, as_of=as_of, now=now, note=_note(each))
        for series, each in counts.items()
        if each.is_valid
    ]


def _note(counted: Count) -> str:
    return (
        f"{counted.found} of {counted.wanted} coins, {counted.beat_bitcoin} beat Bitcoin, "
        f"exclusions {exclusions().version}"
    )


SOURCE = Source(
    name="own index",
    host=HOST,
    feeds=(
        Feed(
            name="own_season/listings",
            vendor=VENDOR,
            series=(
                "own_season_50",
                "own_season_100",
                "own_season_blue_chips",
                "own_season_long_tail",
            ),
            plan=(Every(timedelta(hours=6)),),
            fetch=_fetch,
        ),
    ),
    terms="Public interface for tests and prototypes, shared limit per address, no promises.",
    min_interval_seconds=PACE_SECONDS,
)
