"""Values and rules to study."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.model import Point
from bot.parts import find_parts

FIRST = date(2020, 1, 1)
INDICATORS = {each.key: each for each in find_parts().indicators}
RULES = {rule.id: rule for each in INDICATORS.values() for rule in each.rules}


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def points(values: Iterable[float], first: date = FIRST) -> list[Point]:
    """A value a day."""
    return dated((first + timedelta(days=n), value) for n, value in enumerate(values))


def dated(values: Iterable[tuple[date, float]], vendor: str = "someone") -> list[Point]:
    return [
        Point(each, value, vendor, datetime(each.year, each.month, each.day, tzinfo=UTC))
        for each, value in values
    ]


def flat(*stretches: tuple[int, float]) -> Sequence[float]:
    """So many days of each value."""
    return [value for count, value in stretches for _ in range(count)]
