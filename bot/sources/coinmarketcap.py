"""CoinMarketCap's official interface, keyless or with a free key: the market and its mood.

GET https://pro-api.coinmarketcap.com/public-api/v1/global-metrics/quotes/latest,
.../v1/altcoin-season-index/latest and /historical, and .../v3/fear-and-greed/latest. With a key the
same paths are asked without /public-api, and /v5/derivatives/liquidations/quotes/latest besides.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field

from bot.model import Observation
from bot.ports import At, Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, from_day, history, real, sample
from bot.sources._coinmarketcap import (
    HOST,
    KEY,
    PACE_SECONDS,
    REVISED_DAYS,
    VENDOR,
    BySymbol,
    Quote,
    ask,
    day_that_ended,
    in_usd,
    opened,
)

OTHER_FEAR_AND_GREED = "CoinMarketCap's own index, not Alternative.me's of the same name"


class _Caps(Quote):
    total_market_cap: Number | None = None


class _Global(BaseModel):
    model_config = SHAPE
    btc_dominance: float
    """Percent of the whole market's capitalisation, to a dozen digits."""
    eth_dominance: Number | None = None
    stablecoin_market_cap: Number | None = None
    total_crypto_dex_currencies: Number | None = None
    past_30d_incremental_crypto_number: Number | None = None
    quote: BySymbol[_Caps] | list[_Caps] | None = None
    last_updated: AwareDatetime


class _GlobalAnswer(BaseModel):
    model_config = SHAPE
    data: _Global


class _Season(BaseModel):
    model_config = SHAPE
    altcoin_index: Annotated[float, Field(gt=0)]
    """Of the hundred largest coins, the share in percent that beat Bitcoin over 90 days.

    Not one in a hundred has never been the case; a 0 here stands for a value that is missing.
    """
    snapshot_time: AwareDatetime


class _SeasonAnswer(BaseModel):
    model_config = SHAPE
    data: _Season


class _SeasonPoint(BaseModel):
    model_config = SHAPE
    timestamp: AwareDatetime
    altcoin_index: float | None = None


class _SeasonPoints(BaseModel):
    model_config = SHAPE
    points: list[_SeasonPoint]


class _SeasonHistoryAnswer(BaseModel):
    model_config = SHAPE
    data: _SeasonPoints


class _Mood(BaseModel):
    model_config = SHAPE
    value: Annotated[float, Field(gt=0)]
    """From fear (0) to greed (100); a 0 stands for a value that is missing."""
    update_time: AwareDatetime


class _MoodAnswer(BaseModel):
    model_config = SHAPE
    data: _Mood


class _Liquidations(Quote):
    total_liquidations_24h: Annotated[float, Field(gt=0)]
    """USD, on all exchanges that CoinMarketCap watches."""
    last_updated: AwareDatetime


class _LiquidationQuotes(BaseModel):
    model_config = SHAPE
    quotes: BySymbol[_Liquidations] | list[_Liquidations]


class _LiquidationsAnswer(BaseModel):
    model_config = SHAPE
    data: _LiquidationQuotes


def _total3(total: float | None, btc_pct: float, eth_pct: float | None) -> float | None:
    """The market without Bitcoin and Ethereum, in USD; None where a part of the sum is missing."""
    if total is None or eth_pct is None:
        return None
    return real("total3", total * (1.0 - (btc_pct + eth_pct) / 100.0))


def _beside_dominance(market: _Global) -> dict[str, float | None]:
    """What the answer says besides Bitcoin's share; None for what it does not say."""
    usd = in_usd(market.quote or [])
    total = real("total_market_cap", None if usd is None else usd.total_market_cap)
    eth = real("eth_dominance", market.eth_dominance)
    stable = real("stablecoin_supply", market.stablecoin_market_cap)
    total3 = _total3(total, market.btc_dominance, eth)
    rest = None if total3 is None or stable is None else total3 - stable
    return {
        "eth_dominance": eth,
        "total_market_cap": total,
        "total3": total3,
        "total3_ex_stablecoins": real("total3_ex_stablecoins", rest),
        "stablecoin_supply": stable,
        "tracked_tokens": real("tracked_tokens", market.total_crypto_dex_currencies),
        "new_tokens_30d": real("new_tokens_30d", market.past_30d_incremental_crypto_number),
    }


async def _global(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The values of this moment, whatever `since` says.

    An answer without Bitcoin's share is none. What else is missing or cannot be real is left out,
    so that it does not take the share with it.
    """
    body = await ask(http, "/v1/global-metrics/quotes/latest", {"convert": "USD"})
    market = opened(_GlobalAnswer, body).data
    as_of = market.last_updated
    dominance = sample("btc_dominance", VENDOR, value=market.btc_dominance, as_of=as_of, now=now)
    others = [
        sample(series, VENDOR, value=value, as_of=as_of, now=now)
        for series, value in _beside_dominance(market).items()
        if value is not None
    ]
    return (dominance, *others)


async def _season(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says."""
    season = opened(_SeasonAnswer, await ask(http, "/v1/altcoin-season-index/latest")).data
    value, as_of = season.altcoin_index, season.snapshot_time
    return (sample("altcoin_season_index", VENDOR, value=value, as_of=as_of, now=now),)


async def _season_history(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The last ninety days: the longest past that the interface gives."""
    body = await ask(http, "/v1/altcoin-season-index/historical", {"timeframe": "90d"})
    rows = [
        (day, point.altcoin_index or None)
        for point in opened(_SeasonHistoryAnswer, body).data.points
        if (day := day_that_ended(point.timestamp, now)) is not None
    ]
    return history("altcoin_season_index", VENDOR, rows, now, from_day(since, REVISED_DAYS))


async def _fear_greed(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says, of CoinMarketCap's own index.

    It shares its name and scale with Alternative.me's, and not its ingredients.
    """
    mood = opened(_MoodAnswer, await ask(http, "/v3/fear-and-greed/latest")).data
    seen = sample(
        "fear_greed",
        VENDOR,
        value=mood.value,
        as_of=mood.update_time,
        now=now,
        note=OTHER_FEAR_AND_GREED,
    )
    return (replace(seen, final=True),)


async def _liquidations(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The last 24 hours on all exchanges, whatever `since` says; needs the key."""
    if http.key(KEY) is None:
        raise SourceError(f"{VENDOR} tells its liquidations only with {KEY}.")
    body = await ask(http, "/v5/derivatives/liquidations/quotes/latest", {"convert": "USD"})
    usd = in_usd(opened(_LiquidationsAnswer, body).data.quotes)
    if usd is None:
        raise SourceError(f"{VENDOR} tells no liquidations in USD.")
    value, as_of = usd.total_liquidations_24h, usd.last_updated
    return (sample("liquidations_24h", VENDOR, value=value, as_of=as_of, now=now),)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coinmarketcap/global",
            vendor=VENDOR,
            series=(
                "btc_dominance",
                "eth_dominance",
                "total_market_cap",
                "total3",
                "total3_ex_stablecoins",
                "stablecoin_supply",
                "tracked_tokens",
                "new_tokens_30d",
            ),
            plan=(Every(timedelta(minutes=15)),),
            fetch=_global,
            ranks={"stablecoin_supply": 1},
        ),
        Feed(
            name="coinmarketcap/altcoin_season",
            vendor=VENDOR,
            series=("altcoin_season_index",),
            plan=(Every(timedelta(minutes=60)),),
            fetch=_season,
        ),
        Feed(
            name="coinmarketcap/altcoin_season_history",
            vendor=VENDOR,
            series=("altcoin_season_index",),
            plan=(At((time(0, 30),), ZoneInfo("UTC")),),
            fetch=_season_history,
            has_history=True,
        ),
        Feed(
            name="coinmarketcap/fear_greed",
            vendor=VENDOR,
            series=("fear_greed",),
            plan=(Every(timedelta(hours=12)),),
            fetch=_fear_greed,
            rank=1,
        ),
        Feed(
            name="coinmarketcap/liquidations",
            vendor=VENDOR,
            series=("liquidations_24h",),
            plan=(Every(timedelta(minutes=15)),),
            fetch=_liquidations,
            needs_key=KEY,
        ),
    ),
    terms="Public interface for tests and prototypes, shared limit per address, no promises.",
    min_interval_seconds=PACE_SECONDS,
)
