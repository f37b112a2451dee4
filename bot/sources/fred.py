"""FRED, the St. Louis Fed's database: Fed assets, the fed funds rate, consumer prices, the S&P 500.

Without a key GET https://fred.stlouisfed.org/graph/fredgraph.csv?id=<id>&cosd=<first day>, two
columns under `observation_date` (`DATE` in older exports) and the id; a missing value is an empty
cell or ".". An unknown id is answered with a page, and the host leaves some data centres without
any answer. With a key GET https://api.stlouisfed.org/fred/series/observations, where values are
text and "." is a missing one.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from pydantic import BaseModel

from bot.calendar import NEW_YORK
from bot.model import Observation
from bot.ports import At, Feed, Http, Plan, Source, SourceError
from bot.sources import SHAPE, history, one_line, parse

VENDOR = "FRED"
HOST = "fred.stlouisfed.org"
KEYED_HOST = "api.stlouisfed.org"
KEY = "FRED_API_KEY"

WEEKDAYS = frozenset(range(5))
MONDAY, THURSDAY, FRIDAY = frozenset({0}), frozenset({3}), frozenset({4})
PRICE_DAYS = range(10, 17)
OTHER_DAYS = range(17, 32)
"""Consumer prices come out on one of these days of the month."""

MILLION = 1e6
COLUMNS = 2
MISSING = frozenset({"", "."})
DAY_HEADERS = frozenset({"observation_date", "DATE"})

REVISED = timedelta(days=30)
PRICES_REVISED = timedelta(days=400)
"""Every February the seasonal factors change, and with them the adjusted index of past years."""

Row = tuple[date, float | None]


class _Envelope(BaseModel):
    model_config = SHAPE
    error_message: str | None = None


class _Value(BaseModel):
    model_config = SHAPE
    date: date
    value: str


class _Answer(BaseModel):
    model_config = SHAPE
    observations: list[_Value]


@dataclass(frozen=True, slots=True)
class _Published:
    """A series of ours under FRED's name for it.

    `first` is where its history starts: a day, or so long before now. `scale` turns FRED's unit
    into ours.
    """

    series: str
    id: str
    first: date | timedelta
    overlap: timedelta
    scale: float = 1.0

    def start(self, now: datetime, since: date | None) -> date:
        """The first day to ask for."""
        if since is not None:
            return since - self.overlap
        if isinstance(self.first, timedelta):
            return now.date() - self.first
        return self.first


def _value(text: str, series_id: str) -> float | None:
    if text in MISSING:
        return None
    try:
        return float(text)
    except ValueError:
        raise SourceError(f"{VENDOR}'s {series_id} reads {one_line(text)}, no number.") from None


def _table(body: bytes, series_id: str) -> Iterator[Row]:
    """The rows of the CSV; raises SourceError unless it is the two columns of this very series."""
    try:
        lines = body.decode("utf-8-sig").splitlines()
        header, *rows = [row for row in csv.reader(lines, strict=True) if row]
    except (ValueError, csv.Error):
        raise SourceError(f"{VENDOR}'s answer about {series_id} is no table.") from None
    if len(header) != COLUMNS or header[0] not in DAY_HEADERS or header[1] != series_id:
        columns = one_line(", ".join(header))
        raise SourceError(f"{VENDOR} answered with columns {columns} instead of {series_id}.")
    for row in rows:
        if len(row) != COLUMNS:
            raise SourceError(f"{VENDOR}'s table of {series_id} has a row of {len(row)} cells.")
        try:
            day = date.fromisoformat(row[0])
        except ValueError:
            raise SourceError(
                f"{VENDOR}'s table of {series_id} has a row of {one_line(row[0])}, no day."
            ) from None
        yield day, _value(row[1], series_id)


async def _without_key(http: Http, series_id: str, start: date) -> Sequence[Row]:
    params = {"id": series_id, "cosd": start.isoformat()}
    url = f"https://{HOST}/graph/fredgraph.csv"
    return list(_table(await http.get(url, params=params, expect="csv"), series_id))


async def _with_key(http: Http, key: str, series_id: str, start: date) -> Sequence[Row]:
    """The same over the keyed interface, which takes its key nowhere but in the query."""
    params = {
        "series_id": series_id,
        "observation_start": start.isoformat(),
        "file_type": "json",
        "api_key": key,
    }
    body = await http.get(f"https://{KEYED_HOST}/fred/series/observations", params=params)
    refusal = parse(_Envelope, body, VENDOR).error_message
    if refusal is not None:
        said = one_line(refusal.replace(key, "the key")).rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    values = parse(_Answer, body, VENDOR).observations
    return [(each.date, _value(each.value, series_id)) for each in values]


async def _fetch(
    published: _Published, http: Http, now: datetime, since: date | None
) -> Sequence[Observation]:
    start = published.start(now, since)
    key = http.key(KEY)
    if key is None:
        rows = await _without_key(http, published.id, start)
    else:
        rows = await _with_key(http, key, published.id, start)
    scaled = [(day, None if value is None else value * published.scale) for day, value in rows]
    return history(published.series, VENDOR, scaled, now)


def _feed(published: _Published, plan: Plan, rank: int = 0) -> Feed:
    return Feed(
        name=f"fred/{published.series}",
        vendor=VENDOR,
        series=(published.series,),
        plan=plan,
        fetch=partial(_fetch, published),
        rank=rank,
        has_history=True,
        standby_every=timedelta(hours=6),
    )


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        _feed(
            _Published("fed_assets", "WALCL", date(2002, 12, 18), REVISED, MILLION),
            plan=(
                At((time(16, 40), time(17, 40)), NEW_YORK, THURSDAY),
                # The release waits until Friday where Thursday is a holiday.
                At((time(9), time(16, 40)), NEW_YORK, FRIDAY),
            ),
        ),
        _feed(
            _Published("fed_funds", "DFF", date(2015, 1, 1), REVISED),
            plan=(At((time(9, 15),), NEW_YORK, WEEKDAYS),),
        ),
        _feed(
            _Published("cpi", "CPIAUCSL", date(1987, 1, 1), PRICES_REVISED),
            plan=(
                At((time(8, 35), time(10, 5)), NEW_YORK, WEEKDAYS, PRICE_DAYS),
                # A release that a shutdown delays comes out on any day.
                At((time(9, 50),), NEW_YORK, MONDAY, OTHER_DAYS),
            ),
        ),
        _feed(
            _Published("cpi_nsa", "CPIAUCNS", date(1987, 1, 1), PRICES_REVISED),
            plan=(
                At((time(8, 45),), NEW_YORK, WEEKDAYS, PRICE_DAYS),
                At((time(9, 55),), NEW_YORK, MONDAY, OTHER_DAYS),
            ),
        ),
        _feed(
            _Published("sp_500", "SP500", timedelta(days=3_652), REVISED),
            plan=(),
            rank=2,
        ),
    ),
    terms=(
        "Free with attribution; this product is not endorsed or certified by the Federal Reserve "
        "Bank of St. Louis. The S&P 500 is copyrighted."
    ),
    min_interval_seconds=10.0,
)
