"""The New York Fed's markets data, without a key: the Fed's securities and the fed funds rate.

GET https://markets.newyorkfed.org/api/soma/summary.json, a level a week in dollars since 2003, and
.../api/rates/all/latest.json, the newest value of each reference rate. Numbers may be text.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from bot.calendar import NEW_YORK, is_session
from bot.model import Observation
from bot.ports import At, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, from_day, history, parse

VENDOR = "New York Fed"
HOST = "markets.newyorkfed.org"
FED_FUNDS = "EFFR"
REVISED_DAYS = 30

CAMEL = SHAPE | ConfigDict(alias_generator=to_camel)


class _Week(BaseModel):
    model_config = CAMEL
    as_of_date: date
    total: Number | None
    """US dollars."""


class _Holdings(BaseModel):
    model_config = CAMEL
    summary: list[_Week]


class _HoldingsAnswer(BaseModel):
    model_config = CAMEL
    soma: _Holdings


class _Rate(BaseModel):
    """A reference rate; averages come in the same list and have no rate of their own."""

    model_config = CAMEL
    type: str
    effective_date: date
    percent_rate: Number | None = None


class _RatesAnswer(BaseModel):
    model_config = CAMEL
    ref_rates: list[_Rate]


async def _soma(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The holdings of each Wednesday."""
    body = await http.get(f"https://{HOST}/api/soma/summary.json")
    weeks = parse(_HoldingsAnswer, body, VENDOR).soma.summary
    rows = [(week.as_of_date, week.total) for week in weeks]
    return history("fed_soma", VENDOR, rows, now, from_day(since, REVISED_DAYS))


async def _rates(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """The newest rate, whatever `since` says."""
    body = await http.get(f"https://{HOST}/api/rates/all/latest.json")
    listed = [
        (rate.effective_date, rate.percent_rate)
        for rate in parse(_RatesAnswer, body, VENDOR).ref_rates
        if rate.type == FED_FUNDS
    ]
    if not listed:
        raise SourceError(f"{VENDOR} lists no {FED_FUNDS}.")
    day, _ = max(listed, key=lambda row: row[0])
    # Banks lend on Good Friday, when the exchange is closed.
    if not is_session(day):
        raise SourceError(f"{VENDOR}'s newest rate is of {day}, no session in New York.")
    return history("fed_funds", VENDOR, listed, now)


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="nyfed/soma",
            vendor=VENDOR,
            series=("fed_soma",),
            plan=(
                At((time(17),), NEW_YORK, frozenset({3})),
                At((time(9, 5),), NEW_YORK, frozenset({4})),
            ),
            fetch=_soma,
            has_history=True,
        ),
        Feed(
            name="nyfed/rates",
            vendor=VENDOR,
            series=("fed_funds",),
            plan=(At((time(9, 20),), NEW_YORK, frozenset(range(5))),),
            fetch=_rates,
            rank=1,
        ),
    ),
    terms="Public data; attribution, and no suggestion of endorsement.",
    min_interval_seconds=2.0,
)
