"""The simulated market: a rotation as the thesis hopes for it, and a provider that fails.

Every number here is invented. The year lies far ahead so that nobody mistakes it for a record.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import sin

from bot.calendar import is_session, next_day
from bot.model import Cadence

START = datetime(2041, 3, 4, 12, 0, tzinfo=UTC)
"""A Monday, two and a half hours before the opening bell."""
END = START + timedelta(days=6)
PAST_SESSIONS = 520

Waypoints = Sequence[tuple[float, float]]
"""(days since START, value), in order of days."""

DOMINANCE: Waypoints = ((0, 58.4), (1.5, 57.5), (2.2, 56.7), (3.5, 56.4), (4.2, 54.7), (6, 54.0))
SEASON: Waypoints = ((0, 62), (2.4, 73), (2.7, 76), (6, 84))
OUTAGE_DAYS = (3.85, 4.15)
"""When CoinMarketCap answers with an error page."""
RUSSELL_PAST: Waypoints = ((0, 1800), (200, 2412), (330, 2050), (519, 2388))
"""By session: an old record, a fall of more than a tenth, and the way back up to just below it."""
RUSSELL_AHEAD = (2399.0, 2431.5, 2446.2, 2458.8, 2450.1)
SP_LEVEL = 3.1
"""Large caps move with small caps here, at a multiple and with a calmer pulse."""


def elapsed_days(now: datetime) -> float:
    """Days since the simulation began."""
    return (now - START) / timedelta(days=1)


def dominance_pct(now: datetime) -> float:
    """Bitcoin's share of the simulated crypto market."""
    return _between(DOMINANCE, elapsed_days(now)) + 0.05 * sin(now.timestamp() / 9000)


def season_index(now: datetime) -> int:
    """The simulated altcoin season index."""
    return round(_between(SEASON, elapsed_days(now)))


def coinmarketcap_is_down(now: datetime) -> bool:
    """Whether the simulated outage is on."""
    return OUTAGE_DAYS[0] <= elapsed_days(now) < OUTAGE_DAYS[1]


def closes(symbol: str) -> list[tuple[date, float]]:
    """Every session's close, past and to come, oldest first."""
    past = [_between(RUSSELL_PAST, index) + 9 * sin(index / 5) for index in range(PAST_SESSIONS)]
    russell = [*past, *RUSSELL_AHEAD]
    values = russell if symbol == "^RUT" else [SP_LEVEL * (value + 1600) / 2 for value in russell]
    return list(zip(_sessions(len(russell)), values, strict=True))


def _sessions(count: int) -> list[date]:
    first_ahead = START.date()
    days = [first_ahead]
    while len(days) < count - PAST_SESSIONS:
        days.append(next_day(Cadence.NYSE_SESSION, days[-1]))
    day = first_ahead
    past: list[date] = []
    while len(past) < PAST_SESSIONS:
        day -= timedelta(days=1)
        if is_session(day):
            past.append(day)
    return [*reversed(past), *days]


def _between(waypoints: Waypoints, at: float) -> float:
    """Linear interpolation, level before the first and after the last waypoint."""
    after = bisect_right(waypoints, at, key=lambda waypoint: waypoint[0])
    if after == 0:
        return waypoints[0][1]
    if after == len(waypoints):
        return waypoints[-1][1]
    (x0, y0), (x1, y1) = waypoints[after - 1], waypoints[after]
    return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
