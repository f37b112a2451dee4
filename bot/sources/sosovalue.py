"""SoSoValue's interface, with a key: the Bitcoin funds' net flow of about 300 sessions.

POST https://openapi.sosovalue.com/openapi/v2/etf/historicalInflowChart with {"type": "us-btc-spot"}
and the key in the header x-soso-api-key. The answer is an envelope whose `code` is 0 when there is
`data`: rows of `date` and `totalNetInflow` in USD. The free plan is said to allow ten requests a
month, so it is asked on eight days, which leaves two requests for a first start.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.fund_flows import REVISED_DAYS, complete_sessions
from bot.model import Observation
from bot.ports import At, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, from_day, history, one_line, parse

VENDOR = "SoSoValue"
HOST = "openapi.sosovalue.com"
URL = f"https://{HOST}/openapi/v2/etf/historicalInflowChart"
KEY = "SOSOVALUE_API_KEY"


class _Envelope(BaseModel):
    model_config = SHAPE
    code: int | Annotated[str, Field(max_length=20)]
    msg: str | None = None


class _Session(BaseModel):
    model_config = SHAPE
    date: date
    total_net_inflow: Annotated[Number | None, Field(alias="totalNetInflow")] = None


class _Answer(BaseModel):
    model_config = SHAPE
    data: list[_Session]


def _opened(body: bytes) -> _Answer:
    """The answer in the envelope; raises SourceError with SoSoValue's words if it is none."""
    envelope = parse(_Envelope, body, VENDOR)
    if envelope.code not in {0, "0"}:
        said = one_line(envelope.msg or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(_Answer, body, VENDOR)


async def _fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """All sessions it tells of, or those that may have been revised since."""
    key = http.key(KEY)
    if key is None:
        raise SourceError(f"{VENDOR} cannot be asked without {KEY}.")
    body = await http.post(URL, body={"type": "us-btc-spot"}, headers={"x-soso-api-key": key})
    sessions = _opened(body).data
    totals = {s.date: s.total_net_inflow for s in sessions if s.total_net_inflow is not None}
    told = complete_sessions({day: {"all funds": total} for day, total in totals.items()}, now)
    rows = [(day, totals[day]) for day in told]
    return history("btc_etf_flow", VENDOR, rows, now, from_day(since, REVISED_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="sosovalue/etf_flow",
            vendor=VENDOR,
            series=("btc_etf_flow",),
            plan=(At((time(13),), ZoneInfo("UTC"), month_days=range(1, 31, 4)),),
            fetch=_fetch,
            rank=4,
            has_history=True,
            needs_key=KEY,
            standby_every=timedelta(days=4),
        ),
    ),
    terms="Free plan of about ten requests a month, for personal use; no redistribution.",
    min_interval_seconds=60.0,
)
