"""CoinMarketCap's public interface, without a key: Bitcoin dominance and its Altcoin Season Index.

GET https://pro-api.coinmarketcap.com/public-api/v1/global-metrics/quotes/latest and
.../v1/altcoin-season-index/latest. Every answer is an envelope: an error code other than 0 in
`status`, a number or a string, means that there is no data, even with HTTP 200. The limit is
unpublished and shared per address, so both are asked slowly.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, Field

from bot.model import Observation
from bot.ports import Feed, Http, Source, SourceError
from bot.sources import SHAPE, one_line, parse, sample

VENDOR = "CoinMarketCap"
HOST = "pro-api.coinmarketcap.com"
ROOT = f"https://{HOST}/public-api/v1"


class _Status(BaseModel):
    model_config = SHAPE
    error_code: int | Annotated[str, Field(max_length=20)]
    error_message: str | None = None


class _Envelope(BaseModel):
    model_config = SHAPE
    status: _Status


class _Global(BaseModel):
    model_config = SHAPE
    btc_dominance: float
    """Percent of the whole market's capitalisation."""
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


Answer = TypeVar("Answer", bound=BaseModel)


def _opened(shape: type[Answer], body: bytes) -> Answer:
    """The answer in the envelope; raises SourceError with CoinMarketCap's words if it is none."""
    status = parse(_Envelope, body, VENDOR).status
    if status.error_code not in {0, "0"}:
        said = one_line(status.error_message or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(shape, body, VENDOR)


async def _dominance(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says."""
    body = await http.get(f"{ROOT}/global-metrics/quotes/latest", params={"convert": "USD"})
    market = _opened(_GlobalAnswer, body).data
    value, as_of = market.btc_dominance, market.last_updated
    return (sample("btc_dominance", VENDOR, value=value, as_of=as_of, now=now),)


async def _season(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The value of this moment, whatever `since` says."""
    season = _opened(_SeasonAnswer, await http.get(f"{ROOT}/altcoin-season-index/latest")).data
    value, as_of = season.altcoin_index, season.snapshot_time
    return (sample("altcoin_season_index", VENDOR, value=value, as_of=as_of, now=now),)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coinmarketcap/global",
            vendor=VENDOR,
            series=("btc_dominance",),
            every=timedelta(minutes=15),
            fetch=_dominance,
        ),
        Feed(
            name="coinmarketcap/altcoin_season",
            vendor=VENDOR,
            series=("altcoin_season_index",),
            every=timedelta(minutes=60),
            fetch=_season,
        ),
    ),
    terms="Public interface for tests and prototypes, shared limit per address, no promises.",
    min_interval_seconds=10.0,
)
