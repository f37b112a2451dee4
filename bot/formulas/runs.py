"""Which days belong together: the days two series share, and stretches without a long gap."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeVar

from bot.model import Point

GAP = timedelta(days=10)
"""A longer gap between two values restarts rolling windows and streaks, silently."""


class Dated(Protocol):
    """Whatever belongs to a day."""

    @property
    def day(self) -> date:
        """The day in its series' own calendar."""
        ...


class Pair(NamedTuple):
    """What two series say of the same day."""

    day: date
    first: float
    second: float


T = TypeVar("T", bound=Dated)


def common(first: Sequence[Point], second: Sequence[Point]) -> list[Pair]:
    """The days that both series have, oldest first."""
    values = {point.day: point.value for point in second}
    return [Pair(p.day, p.value, values[p.day]) for p in first if p.day in values]


def runs(values: Sequence[T]) -> list[Sequence[T]]:
    """The values cut wherever a gap is too long to look across."""
    steps = pairwise(values)
    starts = [i for i, (a, b) in enumerate(steps, start=1) if b.day - a.day > GAP]
    ends = [*starts, len(values)]
    return [values[a:b] for a, b in zip([0, *starts], ends, strict=True) if a < b]
