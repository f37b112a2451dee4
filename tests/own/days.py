"""Daily values of one vendor, as indicators see them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from bot.model import Point, Reading, Unit

FIRST = date(2024, 1, 1)


def points(values: Iterable[float], first: date = FIRST, vendor: str = "Vendor") -> list[Point]:
    """A value a day."""
    return [point(first + timedelta(days=n), value, vendor) for n, value in enumerate(values)]


def point(day: date, value: float, vendor: str = "Vendor") -> Point:
    return Point(day, value, vendor, datetime.combine(day, time(21), UTC))


def day(number: int) -> date:
    """The day of the value of this index."""
    return FIRST + timedelta(days=number)


def reading(
    indicator: str, value: float, number: int, *, late: bool = False, degraded: bool = False
) -> Reading:
    """What an indicator reads on the day of this index."""
    newest = point(day(number), value)
    return Reading(
        indicator, indicator, value, Unit.PCT, "Vendor", newest.day, newest.as_of,
        final=False, late=late, degraded=degraded,
    )  # fmt: skip
