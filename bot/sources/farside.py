"""Farside's pages, without a key: the Bitcoin funds' flows, session by session.

GET https://farside.co.uk/btc/ for the latest weeks and .../bitcoin-etf-flow-all-data/ for all of
them. The table of class "etf" has a row a session: the date (as in 03 Feb 2026), a column a fund,
`Total`, all flows in millions of US dollars. In brackets a flow is negative, "-" is one that is not
reported yet, and 0.0 is none. `Total` adds up whatever is there so far; rows that begin without a
date are about something else. The site turns most servers away with a 403.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.fund_flows import REVISED_DAYS, complete_sessions
from bot.html_tables import table_rows
from bot.model import Observation
from bot.ports import At, Default, Feed, Http, Source, SourceError
from bot.sources import from_day, history

VENDOR = "Farside"
HOST = "farside.co.uk"
LATEST = f"https://{HOST}/btc/"
ALL = f"https://{HOST}/bitcoin-etf-flow-all-data/"

RECENT = timedelta(days=7)
"""A gap up to this long is within the latest weeks, with the sessions that are read again."""
FLOW = re.compile(r"(\()?([0-9][0-9,]*(?:\.[0-9]+)?)(?(1)\))")
MILLION = 1e6
HALF_A_STEP = 0.05
"""What the rounding to 0.1 million may add to or take from a cell."""
SLACK = 1e-6
"""For the binary fractions, which miss the decimal ones by far less."""


def _day(text: str) -> date | None:
    """The day a row is about, or None for a row about something else."""
    with suppress(ValueError):
        return datetime.strptime(text, "%d %b %Y").replace(tzinfo=UTC).date()
    return None


def _millions(text: str) -> float | None:
    """A flow as the table writes it, such as (1,148.7); None where it has none."""
    cell = FLOW.fullmatch(text)
    if cell is None:
        return None
    value = float(cell[2].replace(",", ""))
    return -value if cell[1] else value


def _by_session(page: bytes) -> dict[date, list[float | None]]:
    """Each day's cells, the total last; raises SourceError if the table is another one."""
    rows = table_rows(page, marked="etf")
    days = [(_day(row[0]), row) for row in rows if row]
    width = max((len(row) for day, row in days if day is None and row[-1] == "Total"), default=0)
    if width < 3:  # noqa: PLR2004 - A date, a fund and the total.
        raise SourceError(f"{VENDOR}'s page holds no table of flows that ends in Total.")
    return {
        day: [_millions(cell) for cell in row[1:]]
        for day, row in days
        if day is not None and len(row) == width
    }


def _sum(funds: dict[int, float], total: float | None) -> float | None:
    """The funds' flows together, or None if the total differs by more than rounding explains."""
    together = sum(funds.values())
    tolerance = HALF_A_STEP * (len(funds) + 1) + SLACK
    if total is None or abs(together - total) > tolerance:
        return None
    return round(together * MILLION, 0)


async def _fetch(http: Http, now: datetime, since: date | None) -> Sequence[Observation]:
    """All sessions that are complete, or those that may have been revised since."""
    url = LATEST if since is not None and now.date() - since <= RECENT else ALL
    sessions = _by_session(await http.get(url, expect="html"))
    reported = {
        day: {fund: flow for fund, flow in enumerate(funds) if flow is not None}
        for day, (*funds, _) in sessions.items()
    }
    complete = complete_sessions(reported, now)
    rows = [(day, _sum(reported[day], sessions[day][-1])) for day in complete]
    return history("btc_etf_flow", VENDOR, rows, now, from_day(since, REVISED_DAYS))


SOURCE = Source(
    name=VENDOR,
    host=HOST,
    feeds=(
        Feed(
            name="farside/etf_flow",
            vendor=VENDOR,
            series=("btc_etf_flow",),
            plan=(At((time(8), time(14)), ZoneInfo("UTC")),),
            fetch=_fetch,
            rank=3,
            has_history=True,
            standby_every=timedelta(hours=6),
        ),
    ),
    terms="A web page for personal use that turns most servers away; no redistribution.",
    min_interval_seconds=30.0,
    default=Default.OFF,
    forbidden_wait_seconds=21_600.0,
)
