"""The Block's open dashboard data, without a key: every Bitcoin fund's daily flow since 2024.

GET https://data.tbstat.com/dashboard/markets_structuredproducts_btcspotetfflows_daily_other.json,
one answer for all history: `Series.<ticker>.Data[]` with `Timestamp` (midnight UTC of the session's
date, in unix seconds) and `Result` (USD; null where a fund has not reported). The data is public
but undocumented, and the newest day fills up fund by fund.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from bot.fund_flows import REVISED_DAYS, complete_sessions
from bot.model import Observation
from bot.ports import At, Feed, Http, Source
from bot.sources import SHAPE, UnixSeconds, from_day, history, parse

VENDOR = "The Block"
HOST = "data.tbstat.com"
URL = f"https://{HOST}/dashboard/markets_structuredproducts_btcspotetfflows_daily_other.json"

REPORTING_SHARE = 0.95
"""How many of the active funds must have reported."""
TUESDAY_TO_SATURDAY = frozenset(range(1, 6))

PASCAL = SHAPE | ConfigDict(alias_generator=to_pascal)


class _Flow(BaseModel):
    model_config = PASCAL
    timestamp: UnixSeconds
    result: float | None = None


class _Fund(BaseModel):
    model_config = PASCAL
    data: list[_Flow]


class _Answer(BaseModel):
    model_config = PASCAL
    frequency: Literal["Daily"]
    updated_at: UnixSeconds
    series: Annotated[dict[str, _Fund], Field(min_length=1)]


def _by_session(answer: _Answer) -> dict[date, dict[str, float]]:
    """What each fund reported, by day; of a day that comes twice the last value counts."""
    reported: defaultdict[date, dict[str, float]] = defaultdict(dict)
    for ticker, fund in answer.series.items():
        for flow in fund.data:
            if flow.result is not None:
                reported[datetime.fromtimestamp(flow.timestamp, UTC).date()][ticker] = flow.result
    return reported


async def _fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """All sessions that are complete, or those that may have been revised since."""
    reported = _by_session(parse(_Answer, await http.get(URL), VENDOR))
    complete = complete_sessions(reported, now, share=REPORTING_SHARE)
    rows = [(day, sum(reported[day].values())) for day in complete]
    return history("btc_etf_flow", VENDOR, rows, now, from_day(since, REVISED_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="theblock/etf_flow",
            vendor=VENDOR,
            series=("btc_etf_flow",),
            plan=(At(tuple(map(time, range(17))), ZoneInfo("UTC"), TUESDAY_TO_SATURDAY),),
            fetch=_fetch,
            has_history=True,
        ),
    ),
    terms="Public but undocumented data for personal use; no redistribution of its series.",
    min_interval_seconds=10.0,
)
