"""CoinGlass's interface, with a paid key: the Bitcoin funds' flows and an Altcoin Season Index.

GET https://open-api-v4.coinglass.com/api/etf/bitcoin/flow-history and .../api/index/altcoin-season
with the key in the header CG-API-KEY. Every answer is an envelope whose `code` is "0" when there is
`data`. A row of flows has `timestamp` (midnight UTC of the session's date, in milliseconds),
`flow_usd` and `etf_flows[]`, where a fund without `flow_usd` has not reported.

The path of the season index is documented, but the shape of its rows is ASSUMED and unverified: a
`timestamp` in milliseconds and an `altcoin_index` a day. Rows of another shape are refused with the
name of the field that is missing. The cheapest plan does not include it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from bot.fund_flows import REVISED_DAYS, complete_sessions
from bot.model import Observation
from bot.ports import At, Every, Feed, Http, Source, SourceError
from bot.sources import SHAPE, Number, from_day, history, one_line, parse

VENDOR = "CoinGlass"
HOST = "open-api-v4.coinglass.com"
ROOT = f"https://{HOST}/api"
KEY = "COINGLASS_API_KEY"

UnixMilliseconds = Annotated[int, Field(ge=1_230_768_000_000, le=4_102_444_800_000)]
"""An instant from 2009 to 2100, so that seconds are not taken for milliseconds."""


class _Envelope(BaseModel):
    model_config = SHAPE
    code: int | Annotated[str, Field(max_length=20)]
    msg: str | None = None


class _Fund(BaseModel):
    model_config = SHAPE
    etf_ticker: str
    flow_usd: float | None = None


class _Session(BaseModel):
    model_config = SHAPE
    timestamp: UnixMilliseconds
    flow_usd: float | None = None
    etf_flows: list[_Fund]


class _Flows(BaseModel):
    model_config = SHAPE
    data: list[_Session]


class _Day(BaseModel):
    model_config = SHAPE
    timestamp: UnixMilliseconds
    altcoin_index: Number | None


class _Season(BaseModel):
    model_config = SHAPE
    data: list[_Day]


Answer = TypeVar("Answer", bound=BaseModel)


async def _asked(http: Http, path: str, shape: type[Answer]) -> Answer:
    """The answer in the envelope; raises SourceError with CoinGlass's words if it is none."""
    key = http.key(KEY)
    if key is None:
        raise SourceError(f"{VENDOR} cannot be asked without {KEY}.")
    body = await http.get(f"{ROOT}/{path}", headers={"CG-API-KEY": key})
    envelope = parse(_Envelope, body, VENDOR)
    if envelope.code not in {0, "0"}:
        said = one_line(envelope.msg or "no reason given").rstrip(".")
        raise SourceError(f"{VENDOR} refused: {said}.")
    return parse(shape, body, VENDOR)


def _utc_day(milliseconds: int) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


async def _etf_flow(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """All sessions that are complete, or those that may have been revised since."""
    answer = await _asked(http, "etf/bitcoin/flow-history", _Flows)
    sessions = {_utc_day(session.timestamp): session for session in answer.data}
    reported = {
        day: {f.etf_ticker: f.flow_usd for f in session.etf_flows if f.flow_usd is not None}
        for day, session in sessions.items()
    }
    rows = [(day, sessions[day].flow_usd) for day in complete_sessions(reported, now)]
    return history("btc_etf_flow", VENDOR, rows, now, from_day(since, REVISED_DAYS))


async def _altcoin_season(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """Every day's value so far; today's is the one of this moment."""
    answer = await _asked(http, "index/altcoin-season", _Season)
    today = now.date()
    days = [(_utc_day(each.timestamp), each.altcoin_index) for each in answer.data]
    # That no coin at all has beaten Bitcoin has never been; a 0 stands for a value that is missing.
    rows = [(day, value or None) for day, value in days if day <= today]
    return history("altcoin_season_index", VENDOR, rows, now, from_day(since, REVISED_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="coinglass/etf_flow",
            vendor=VENDOR,
            series=("btc_etf_flow",),
            plan=(At((time(8), time(14)), ZoneInfo("UTC")),),
            fetch=_etf_flow,
            rank=5,
            has_history=True,
            needs_key=KEY,
            standby_every=timedelta(hours=6),
        ),
        Feed(
            name="coinglass/altcoin_season",
            vendor=VENDOR,
            series=("altcoin_season_index",),
            plan=(Every(timedelta(hours=2)),),
            fetch=_altcoin_season,
            rank=2,
            has_history=True,
            needs_key=KEY,
            standby_every=timedelta(hours=1),
        ),
    ),
    terms="Paid interface, under the terms of the plan; no redistribution.",
    min_interval_seconds=2.0,
)
