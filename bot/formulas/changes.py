"""How far a value has come: over so many sessions, so many days, a year, this year."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from bot.formulas.runs import GAP, runs
from bot.model import Measure, Point

SLACK_DAYS = 3
"""Where the day a year ago is missing, one up to this much earlier stands in for it."""
FEBRUARY = 2
LEAP_DAY = 29

Change = Callable[[float, float], float]
"""From the value now and the value then to the change."""


def in_percent(now: float, then: float) -> float:
    """100 * (now / then - 1)."""
    return 100.0 * (now / then - 1.0)


def in_units(now: float, then: float) -> float:
    """The difference, in the unit of the value; of percentages, in percentage points."""
    return now - then


def over_sessions(points: Sequence[Point], sessions: int) -> list[Measure]:
    """The percent change against the value so many sessions earlier."""
    return [
        Measure(now.day, in_percent(now.value, then.value))
        for run in runs(points)
        for then, now in zip(run, run[sessions:], strict=False)
    ]


def day_pairs(points: Sequence[Point], days: int) -> Iterator[tuple[Point, Point]]:
    """Each point after the one exactly so many days earlier, where there is one."""
    by_day = {point.day: point for point in points}
    back = timedelta(days=days)
    return ((by_day[now.day - back], now) for now in points if now.day - back in by_day)


def over_days(points: Sequence[Point], days: int, change: Change) -> list[Measure]:
    """The change against the value exactly so many calendar days earlier."""
    return [
        Measure(now.day, change(now.value, then.value)) for then, now in day_pairs(points, days)
    ]


def over_a_year(points: Sequence[Point]) -> list[Measure]:
    """The percent change against the same calendar day a year earlier; 28 Feb for a leap day."""
    values = {point.day: point.value for point in points}
    measures = []
    for now in points:
        anniversary = _year_before(now.day)
        near = (anniversary - timedelta(days=back) for back in range(SLACK_DAYS + 1))
        then = next((values[day] for day in near if day in values), None)
        if then is not None:
            measures.append(Measure(now.day, in_percent(now.value, then)))
    return measures


def _year_before(day: date) -> date:
    leap = day.month == FEBRUARY and day.day == LEAP_DAY
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def year_to_date(points: Sequence[Point]) -> list[Measure]:
    """The percent change against the last value of the year before.

    A year whose predecessor broke off more than ten days before its own first value has none.
    """
    measures = []
    base: float | None = None
    for then, now in pairwise(points):
        if now.day.year > then.day.year:
            base = then.value if now.day - then.day <= GAP else None
        if base is not None:
            measures.append(Measure(now.day, in_percent(now.value, base)))
    return measures
