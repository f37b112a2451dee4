"""What came after a rule fired, beside what comes after any day.

Rotation is TOTAL3 in units of Bitcoin: total3 / btc_price, of the same day. A change runs from the
day itself to exactly so many days on; where that day has no value, one up to three days earlier
stands in for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles

from bot.calendar import final_at
from bot.catalogue import SERIES
from bot.formulas.changes import Change
from bot.formulas.runs import common
from bot.model import Indicator, Point

HORIZONS_DAYS = (30, 90, 180, 365)
SLACK_DAYS = 3
LEAST_FOR_QUARTILES = 2


@dataclass(frozen=True, slots=True)
class Daily:
    """Values by day without holes in the counting: index 0 is the day `first`."""

    first: date
    exact: Sequence[float | None]
    near: Sequence[float | None]
    """As `exact`, and where a day has no value, that of up to three days earlier."""

    @property
    def last(self) -> date:
        """The newest day."""
        return self.first + timedelta(days=len(self.exact) - 1)

    def place(self, day: date) -> int:
        """The day's index, which may lie outside."""
        return (day - self.first).days


@dataclass(frozen=True, slots=True)
class Spread:
    """How many values, their median, and the two between which the middle half lies."""

    count: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a measure did within so many days of each firing, and of all days."""

    days: int
    after: tuple[float, ...]
    """In the order of the firings whose window is over."""
    not_over: int
    """Firings whose window has not ended yet; they are not counted."""
    base: Spread | None
    """The same of every day since the rule could first fire."""


def by_day(values: Mapping[date, float]) -> Daily | None:
    """The values laid out by day; None without any."""
    if not values:
        return None
    first, last = min(values), max(values)
    exact = [values.get(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    near = list(exact)
    for place, value in enumerate(exact):
        if value is None:
            before = reversed(exact[max(0, place - SLACK_DAYS) : place])
            near[place] = next((each for each in before if each is not None), None)
    return Daily(first, exact, near)


def rotation(total3: Sequence[Point], btc_price: Sequence[Point]) -> Daily | None:
    """TOTAL3 in Bitcoin, on the days that have both."""
    return by_day({pair.day: pair.first / pair.second for pair in common(total3, btc_price)})


def dominance(points: Sequence[Point]) -> Daily | None:
    """Bitcoin dominance by day."""
    return by_day({point.day: point.value for point in points})


def told_on(indicator: Indicator, day: date) -> date:
    """The day on which the world could know that a rule fired by the value of `day`.

    A month's prices are known in the middle of the next: to count from the month itself would be
    to look ahead. What is known at midnight counts with the day that ends there.
    """
    moments = (final_at(SERIES[series].cadence, day) for series in indicator.series)
    return (max(moments) - timedelta(microseconds=1)).date()


def outcomes(
    fired: Sequence[date], since: date, measure: Daily | None, change: Change
) -> tuple[Outcome, ...]:
    """What the measure did after these firings, at each horizon.

    `since` is the first day on which the rule could be judged: the base rate counts from there.
    """
    return tuple(_outcome(fired, since, measure, change, days) for days in HORIZONS_DAYS)


def spread(values: Sequence[float]) -> Spread | None:
    """Median and quartiles; None for fewer than two values."""
    if len(values) < LEAST_FOR_QUARTILES:
        return None
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return Spread(len(values), low, middle, high)


def _outcome(
    fired: Sequence[date], since: date, measure: Daily | None, change: Change, days: int
) -> Outcome:
    if measure is None:
        return Outcome(days, (), 0, None)
    window = timedelta(days=days)
    known = [day for day in fired if day >= measure.first]
    over = [day for day in known if day + window <= measure.last]
    found = (_change(measure, day, days, change) for day in over)
    after = tuple(each for each in found if each is not None)
    start = max(0, measure.place(since))
    pairs = zip(measure.exact[start:], measure.near[start + days :], strict=False)
    base = [change(now, then) for then, now in pairs if then is not None and now is not None]
    return Outcome(days, after, len(known) - len(over), spread(base))


def _change(measure: Daily, day: date, days: int, change: Change) -> float | None:
    then = measure.near[measure.place(day)]
    now = measure.near[measure.place(day) + days]
    return None if then is None or now is None else change(now, then)
