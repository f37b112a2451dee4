"""The Bureau of Labor Statistics itself, without a key: consumer prices of the last few years.

GET https://api.bls.gov/publicAPI/v1/timeseries/data/<id>, 25 calls a day. A row is a year and a
period: M01 to M12 are months, M13 is the year's average; the value "-" is a missing one.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bot.model import Observation
from bot.ports import Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, from_day, history, one_line, parse

VENDOR = "BLS"
HOST = "api.bls.gov"
REVISED_DAYS = 400
"""Every February the adjusted index of past years is worked out anew."""
MONTHS = {f"M{month:02d}": month for month in range(1, 13)}


class _Envelope(BaseModel):
    model_config = SHAPE
    status: str
    message: list[str] = []


class _Row(BaseModel):
    model_config = SHAPE
    year: Annotated[str, Field(pattern=r"^(19|20)[0-9][0-9]$")]
    period: str
    value: Number | Literal["-"]


class _Rows(BaseModel):
    model_config = SHAPE
    series_id: str = Field(alias="seriesID")
    data: list[_Row]


class _Results(BaseModel):
    model_config = SHAPE
    series: Annotated[list[_Rows], Field(min_length=1, max_length=1)]


class _Answer(BaseModel):
    model_config = SHAPE
    results: _Results = Field(alias="Results")


def _opened(body: bytes, series_id: str) -> _Rows:
    """The rows in the envelope; raises SourceError with the bureau's words if there are none."""
    envelope = parse(_Envelope, body, VENDOR)
    if envelope.status != "REQUEST_SUCCEEDED":
        said = one_line(" ".join(envelope.message) or envelope.status).rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    (rows,) = parse(_Answer, body, VENDOR).results.series
    if rows.series_id != series_id:
        other = one_line(rows.series_id)
        raise SourceError(f"{VENDOR} answered with {other} instead of {series_id}.")
    return rows


def _months(rows: _Rows) -> Iterator[tuple[date, float | None]]:
    for row in rows.data:
        if row.period in MONTHS:
            month = date(int(row.year), MONTHS[row.period], 1)
            yield month, None if isinstance(row.value, str) else row.value


async def _fetch(
    series: str, series_id: str, http: Http, now: datetime, since: date | None
) -> Sequence[Observation]:
    body = await http.get(f"https://{HOST}/publicAPI/v1/timeseries/data/{series_id}")
    months = _months(_opened(body, series_id))
    return history(series, VENDOR, months, now, from_day(since, REVISED_DAYS))


def _feed(series: str, series_id: str) -> Feed:
    return Feed(
        name=f"bls/{series}",
        vendor=VENDOR,
        series=(series,),
        plan=(),
        fetch=partial(_fetch, series, series_id),
        rank=1,
        has_history=True,
        standby_every=timedelta(hours=6),
    )


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(_feed("cpi", "CUSR0000SA0"), _feed("cpi_nsa", "CUUR0000SA0")),
    terms="Public domain; 25 calls a day without a key.",
    min_interval_seconds=2.0,
)
