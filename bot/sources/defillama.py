"""DefiLlama, without a key: the supply of all stablecoins.

GET https://stablecoins.llama.fi/stablecoincharts/all: a row a UTC day, its date in unix seconds as
text, and the dollar value of what circulates by what it is pegged to. A peg that nothing was known
of that day is absent. The last row is today's and still moves.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source
from bot.sources import SHAPE, Number, from_day, history, parse

VENDOR = "DefiLlama"
HOST = "stablecoins.llama.fi"
DOLLAR = "peggedUSD"
REVISED_DAYS = 14


class _Row(BaseModel):
    model_config = SHAPE
    date: Annotated[Number, Field(ge=0, le=4_102_444_800)]
    circulating: dict[str, float | None] | None = Field(None, alias="totalCirculatingUSD")


class _Answer(RootModel[list[_Row]]):
    model_config = ConfigDict(strict=True, frozen=True)


def _totals(rows: Sequence[_Row]) -> Iterator[tuple[date, float | None]]:
    """Each day's sum over all pegs; a row without the dollar's, 99 % of it all, tells no sum."""
    for row in rows:
        pegs = row.circulating or {}
        day = datetime.fromtimestamp(row.date, UTC).date()
        if pegs.get(DOLLAR) is not None:
            yield day, sum(value for value in pegs.values() if value is not None)


async def _supply(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    rows = parse(_Answer, await http.get(f"https://{HOST}/stablecoincharts/all"), VENDOR).root
    return history("stablecoin_supply", VENDOR, _totals(rows), now, from_day(since, REVISED_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="defillama/stablecoins",
            vendor=VENDOR,
            series=("stablecoin_supply",),
            plan=(Every(timedelta(hours=6)),),
            fetch=_supply,
            has_history=True,
        ),
    ),
    terms="Free for personal, non-commercial use; attribution.",
    min_interval_seconds=2.0,
)
