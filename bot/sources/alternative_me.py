"""Alternative.me, without a key: the Fear & Greed Index, and a last resort for dominance.

GET https://api.alternative.me/fng/?limit=0&format=json gives every day since February 2018, newest
first and all as text; a day's value comes out at 00:00 UTC of that day and stays. /v2/global/
counts few coins and so reads high; it once gave Bitcoin's share as a fraction, which is refused
like any other share that cannot be. What went wrong stands in `metadata.error` beside HTTP 200.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.model import Observation
from bot.ports import At, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, UnixSeconds, observation, one_line, parse, sample

VENDOR = "Alternative.me"
HOST = "api.alternative.me"

FEWEST_DAYS = 10
"""A later look asks for as many days at least."""
OVERLAP_DAYS = 3
"""How far before the last stored day a look after a long gap starts."""


class _Metadata(BaseModel):
    model_config = SHAPE
    error: str | None = None


class _Envelope(BaseModel):
    model_config = SHAPE
    metadata: _Metadata


class _Mood(BaseModel):
    model_config = SHAPE
    value: Number | None
    timestamp: Annotated[Number, Field(ge=1_262_304_000, le=4_102_444_800)]
    """Midnight UTC at which the day begins, in unix seconds."""


class _Moods(BaseModel):
    model_config = SHAPE
    data: list[_Mood]


class _Dollars(BaseModel):
    model_config = SHAPE
    total_market_cap: float


class _Quotes(BaseModel):
    model_config = SHAPE
    usd: Annotated[_Dollars, Field(alias="USD")]


class _Market(BaseModel):
    model_config = SHAPE
    bitcoin_percentage_of_market_cap: float
    quotes: _Quotes
    last_updated: UnixSeconds


class _Global(BaseModel):
    model_config = SHAPE
    data: _Market


Answer = TypeVar("Answer", bound=BaseModel)


def _opened(shape: type[Answer], body: bytes) -> Answer:
    """The answer in the envelope; raises SourceError with Alternative.me's words if it is none."""
    error = parse(_Envelope, body, VENDOR).metadata.error
    if error is not None:
        said = one_line(error).rstrip(".") or "no reason given"
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(shape, body, VENDOR)


async def _fear_and_greed(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The index of each day, oldest first."""
    limit = 0  # All there are.
    if since is not None:
        limit = max(FEWEST_DAYS, (now.date() - since).days + 1 + OVERLAP_DAYS)
    params = {"limit": str(limit), "format": "json"}
    moods = _opened(_Moods, await http.get(f"https://{HOST}/fng/", params=params)).data
    found: dict[date, Observation] = {}
    for mood in reversed(moods):  # So that of a day that comes twice the newest row counts.
        if not mood.value:
            continue  # Even a crash leaves it some points; a 0 stands for a missing value.
        as_of = datetime.fromtimestamp(mood.timestamp, UTC)
        day = as_of.date()
        with suppress(SourceError):  # A value that cannot be real is as good as none.
            found[day] = observation(
                "fear_greed", VENDOR, day=day, value=mood.value, as_of=as_of, now=now, final=True
            )
    if not found:
        raise SourceError(f"{VENDOR} gives no Fear & Greed Index that could be real.")
    return [found[day] for day in sorted(found)]


async def _market(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The values of this moment, whatever `since` says."""
    market = _opened(_Global, await http.get(f"https://{HOST}/v2/global/")).data
    values = {
        "btc_dominance": market.bitcoin_percentage_of_market_cap,
        "total_market_cap": market.quotes.usd.total_market_cap,
    }
    as_of = datetime.fromtimestamp(market.last_updated, UTC)
    return tuple(
        sample(series, VENDOR, value=value, as_of=as_of, now=now)
        for series, value in values.items()
    )


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="alternative_me/fear_greed",
            vendor=VENDOR,
            series=("fear_greed",),
            plan=(At((time(0, 15), time(1), time(12)), ZoneInfo("UTC")),),
            fetch=_fear_and_greed,
            has_history=True,
        ),
        Feed(
            name="alternative_me/global",
            vendor=VENDOR,
            series=("btc_dominance", "total_market_cap"),
            plan=(),
            standby_every=timedelta(hours=1),
            fetch=_market,
            rank=4,
        ),
    ),
    terms="Free with attribution; about sixty requests a minute.",
    min_interval_seconds=2.0,
)
