"""Series that never were: days of a calendar with values on them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from hypothesis import strategies as st

from bot.calendar import belongs
from bot.model import Cadence, Measure, Point

MONDAY = date(2024, 1, 8)
VALUES = st.floats(min_value=0.01, max_value=1e6)
SEEDS = st.integers(min_value=0, max_value=2**32)


def point(day: date, value: float) -> Point:
    return Point(day, value, "Fiction", datetime.combine(day, time(12), UTC))


def on(values: Mapping[date, float]) -> list[Point]:
    return [point(day, value) for day, value in values.items()]


def days_of(cadence: Cadence, first: date, count: int) -> list[date]:
    days: list[date] = []
    day = first
    while len(days) < count:
        if belongs(cadence, day):
            days.append(day)
        day += timedelta(days=1)
    return days


def daily(values: Sequence[float], first: date = MONDAY) -> list[Point]:
    return [point(first + timedelta(days=i), value) for i, value in enumerate(values)]


def sessions(values: Sequence[float], first: date = MONDAY) -> list[Point]:
    days = days_of(Cadence.NYSE_SESSION, first, len(values))
    return [point(day, value) for day, value in zip(days, values, strict=True)]


def chance(seed: int) -> Random:
    """Chance that repeats itself."""
    return Random(seed)  # noqa: S311 - nothing secret depends on it.


def numbers(seed: int, count: int, scale: float = 1.0) -> list[float]:
    """As many numbers between 0 and `scale`."""
    drawn = chance(seed)
    return [scale * drawn.random() for _ in range(count)]


def series(
    cadence: Cadence,
    first: date,
    last: date,
    seed: int,
    step: Callable[[Random, float], float],
    *,
    missing: float = 0.0,
) -> list[Point]:
    """A walk over the days of a calendar, with a share of them missing."""
    drawn, value, found = chance(seed), 100.0, []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if belongs(cadence, day):
            value = step(drawn, value)
            if drawn.random() >= missing:
                found.append(point(day, value))
    return found


def walk(drawn: Random, value: float) -> float:
    """Up or down by a few percent."""
    return value * (1.0 + drawn.gauss(0.0, 0.02))


def flow(drawn: Random, _: float) -> float:
    """Some hundred million dollars, in or out."""
    return round(drawn.gauss(0.0, 3e8), -5)


def notes(measures: Sequence[Measure]) -> list[str]:
    return [measure.note for measure in measures]


def by_day(measures: Sequence[Measure]) -> dict[date, float]:
    return {measure.day: measure.value for measure in measures}
