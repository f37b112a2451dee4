"""Bitbo's page, without a key: the Bitcoin funds' flows, session by session.

GET https://bitbo.io/treasuries/etf-flows/, whose first table has a row a session: `Date` (as in
Feb 03, 2026), a column a fund, `Totals`, all flows in millions of US dollars. A row without a date
sums up the others.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.fund_flows import REVISED_DAYS, complete_sessions
from bot.html_tables import table_rows
from bot.model import Observation
from bot.ports import At, Feed, Http, Source, SourceError
from bot.sources import from_day, history

VENDOR = "Bitbo"
HOST = "bitbo.io"
URL = f"https://{HOST}/treasuries/etf-flows/"

MILLION = 1e6


@lru_cache(maxsize=8_192)
def _day(text: str) -> date | None:
    """The day a row is about, or None for a row about something else."""
    with suppress(ValueError):
        return datetime.strptime(text, "%b %d, %Y").replace(tzinfo=UTC).date()
    return None


def _millions(text: str) -> float | None:
    """A flow as the table writes it, such as -148.7; None where it has none."""
    with suppress(ValueError):
        value = float(text.replace(",", ""))
        return value if math.isfinite(value) else None
    return None


def _by_session(page: bytes) -> dict[date, list[float | None]]:
    """Each day's cells, the total last; raises SourceError if the table is another one."""
    header, *body = table_rows(page) or [[]]
    if len(header) < 3 or header[0] != "Date" or header[-1] != "Totals":  # noqa: PLR2004 - A fund.
        raise SourceError(f"{VENDOR}'s page holds no table of flows from Date to Totals.")
    days = ((_day(row[0]), row) for row in body if len(row) == len(header))
    return {day: [_millions(cell) for cell in row[1:]] for day, row in days if day is not None}


async def _fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """All sessions that are complete, or those that may have been revised since."""
    sessions = _by_session(await http.get(URL, expect="html"))
    reported = {
        day: {fund: flow for fund, flow in enumerate(funds) if flow is not None}
        for day, (*funds, _) in sessions.items()
    }
    rows = [
        (day, round(total * MILLION, 0))
        for day in complete_sessions(reported, now)
        if (total := sessions[day][-1]) is not None
    ]
    return history("btc_etf_flow", VENDOR, rows, now, from_day(since, REVISED_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="bitbo/etf_flow",
            vendor=VENDOR,
            series=("btc_etf_flow",),
            plan=(At((time(8), time(14)), ZoneInfo("UTC")),),
            fetch=_fetch,
            rank=2,
            has_history=True,
            standby_every=timedelta(hours=6),
        ),
    ),
    terms="A web page for personal use; no redistribution of its series.",
    min_interval_seconds=30.0,
)
