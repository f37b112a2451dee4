"""bitview.space, an open index of Bitcoin's chain, without a key: who holds the coins.

GET https://bitview.space/api/series/bulk?index=day1&series=<names>&start=-<days>: one entry a
series, in the order in which they were asked for and without a name of its own. Day 0 is the
genesis block's, 2009-01-03; the next block came on 2009-01-09, which is day 1. Addresses of
exchanges and funds count like any other.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.model import Observation
from bot.ports import Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, history, parse

VENDOR = "bitview"
HOST = "bitview.space"

NAMES = {"whale_supply": "addrs_over_1k_btc_supply", "lth_supply": "lth_supply"}
"""Our series -> bitview's name for it, in the order asked for."""
ALL_DAYS = 1_500
"""Enough to compare any day of the last three years with the year before it."""
RECENT_DAYS = 40

GENESIS, SECOND_DAY = date(2009, 1, 3), date(2009, 1, 9)

Index = Annotated[int, Field(ge=0, le=100_000)]


class _Entry(BaseModel):
    """Coins a day, from day `start` up to and without day `end`."""

    model_config = SHAPE
    index: Literal["day1"]
    start: Index
    end: Index
    data: list[float | None]


class _Answer(RootModel[list[_Entry]]):
    model_config = ConfigDict(strict=True, frozen=True)


def _date(index: int) -> date:
    return SECOND_DAY + timedelta(days=index - 1) if index else GENESIS


def _finished(entry: _Entry, today: date) -> Iterator[tuple[date, float | None]]:
    """The days that are over; the newest still moves with each block until another follows it."""
    for offset, value in enumerate(entry.data[:-1]):
        day = _date(entry.start + offset)
        if day < today:
            yield day, value


async def _supply(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    days = ALL_DAYS
    if since is not None:
        days = min(ALL_DAYS, RECENT_DAYS + max(0, (now.date() - since).days))
    params = {"index": "day1", "series": ",".join(NAMES.values()), "start": f"-{days}"}
    body = await http.get(f"https://{HOST}/api/series/bulk", params=params)
    entries = parse(_Answer, body, VENDOR).root
    if len(entries) != len(NAMES):
        raise SourceError(f"{VENDOR} answered with {len(entries)} series instead of {len(NAMES)}.")
    seen = []
    for series, entry in zip(NAMES, entries, strict=True):
        if entry.end - entry.start != len(entry.data):
            raise SourceError(f"{VENDOR}'s {NAMES[series]} has more or fewer values than days.")
        seen += history(series, VENDOR, _finished(entry, now.date()), now)
    return seen


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="bitview/supply",
            vendor=VENDOR,
            series=tuple(NAMES),
            plan=(Every(timedelta(hours=6)),),
            fetch=_supply,
            has_history=True,
        ),
    ),
    terms="Open source and open data, no limit of calls; it can be run at home.",
    min_interval_seconds=2.0,
)
