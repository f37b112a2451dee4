"""The book of values: every (series, vendor) by day, and which values may enter it."""

import math
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from statistics import median

from bot.calendar import belongs, drowsy, final_at, is_final, late_at
from bot.catalogue import SERIES
from bot.model import Cadence, Observation, Point, Series
from bot.ports import Feed

CLOCK_SKEW = timedelta(minutes=10)
"""A value dated further ahead than a badly set clock explains is not real."""
COMMON_DAYS = 7
LEAST_COMMON_DAYS = 3
RECENT_DAYS = 60
"""Two vendors' usual distance from each other is taken over the last so many common days, no fewer
than so many, and none further back than that."""


class Book:
    """All observations in memory, one a day for each (series, vendor); vendors are never mixed."""

    def __init__(
        self,
        vendors: Mapping[str, Sequence[str]],
        live: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        """Take each series' vendors, the one its levels are set for first.

        `live` names the (series, vendor) that are sampled all day: there, a finished day alone is
        no present value.
        """
        self._vendors = vendors
        self._live = live
        self._leads: dict[str, str] = {}
        self._days: dict[tuple[str, str], dict[date, Observation]] = {}
        self._order: dict[tuple[str, str], list[date]] = {}
        self._revisions: Counter[tuple[str, str]] = Counter()
        self._settled: Counter[tuple[str, str]] = Counter()

    def load(self, observations: Iterable[Observation]) -> None:
        """Take over what was accepted before, as it stands in the store."""
        for observation in observations:
            self._put(observation)

    def add(self, observations: Iterable[Observation]) -> list[Observation]:
        """Enter what is plausible and new; returns what was entered."""
        entered = []
        for observation in observations:
            if plausible(observation) and self._is_news(observation):
                self._put(observation)
                entered.append(observation)
        return entered

    def lead(self, series: str, vendor: str) -> None:
        """Let the rules read this vendor, as those before it have no past to judge by."""
        self._leads[series] = vendor

    def primary(self, series: str) -> str | None:
        """The vendor whose values the rules read."""
        vendors = self._vendors.get(series, ())
        return self._leads.get(series) or (vendors[0] if vendors else None)

    def series(self) -> Sequence[str]:
        """Every series that somebody can tell of."""
        return tuple(self._vendors)

    def vendors(self, series: str) -> Sequence[str]:
        """All vendors of a series, in the order in which they stand in for each other."""
        return self._vendors.get(series, ())

    def latest(self, series: str, vendor: str) -> Observation | None:
        """The newest day's observation, final or not."""
        order = self._order.get((series, vendor))
        return self._days[series, vendor][order[-1]] if order else None

    def revision(self, series: str, vendor: str) -> int:
        """Counts the entries so far: as long as it stands still, nothing has changed."""
        return self._revisions[series, vendor]

    def settled(self, series: str, vendor: str) -> int:
        """Counts the entries so far that are more than a look at a day which is not over."""
        return self._settled[series, vendor]

    def first_day(self, series: str, vendor: str) -> date | None:
        """The oldest day known."""
        order = self._order.get((series, vendor))
        return order[0] if order else None

    def final_points(
        self, series: str, vendor: str, now: datetime, after: date | None
    ) -> list[Point]:
        """Final values of the days after `after`, oldest first."""
        order = self._order.get((series, vendor), [])
        start = 0 if after is None else bisect_right(order, after)
        days = self._days.get((series, vendor), {})
        kind = SERIES[series]
        return [
            point(days[day])
            for day in order[start:]
            if is_final(kind, days[day], now, superseded=day < order[-1])
        ]

    def stand_in_points(
        self, series: str, vendor: str, now: datetime, after: date | None
    ) -> list[Point]:
        """A fallback's final values after `after`, put on the scale of the primary vendor.

        Empty while the two have no day in common to learn their usual distance from.
        """
        primary = self.primary(series)
        offset = None if primary is None else self.usual_distance(series, primary, vendor, now)
        if primary is None or offset is None:
            return []
        return [
            replace(p, value=p.value + offset, raw=p.value, stands_in_for=primary)
            for p in self.final_points(series, vendor, now, after)
        ]

    def usual_distance(self, series: str, one: str, other: str, now: datetime) -> float | None:
        """The median of `one` minus `other` over their last common days; None with too few."""
        second = self._days.get((series, other), {})
        distances: list[float] = []
        for day in reversed(self._order.get((series, one), [])[-RECENT_DAYS:]):
            if day not in second:
                continue
            if self._is_final(series, one, day, now) and self._is_final(series, other, day, now):
                distances.append(self._days[series, one][day].value - second[day].value)
            if len(distances) == COMMON_DAYS:
                break
        return median(distances) if len(distances) >= LEAST_COMMON_DAYS else None

    def _is_final(self, series: str, vendor: str, day: date, now: datetime) -> bool:
        observation = self._days.get((series, vendor), {}).get(day)
        if observation is None:
            return False
        superseded = day < self._order[series, vendor][-1]
        return is_final(SERIES[series], observation, now, superseded=superseded)

    def values_up_to(self, series: str, vendor: str, day: date, count: int) -> list[Observation]:
        """The last so many observations of the days up to this one, oldest first."""
        order = self._order.get((series, vendor), [])
        place = bisect_right(order, day)
        days = self._days.get((series, vendor), {})
        return [days[each] for each in order[max(0, place - count) : place]]

    def on_or_before(self, series: str, vendor: str, day: date) -> Observation | None:
        """The newest observation of this day or of one before it."""
        order = self._order.get((series, vendor), [])
        place = bisect_right(order, day)
        return self._days[series, vendor][order[place - 1]] if place else None

    def late_from(self, series: str, vendor: str, now: datetime) -> datetime | None:
        """When the series becomes, or became, late by its own calendar; None without any value."""
        latest = self.latest(series, vendor)
        if latest is None:
            return None
        if (series, vendor) in self._live:
            latest = replace(latest, final=False)
        return late_at(SERIES[series], latest, self._last_final(series, vendor, now))

    def late(self, series: str, vendor: str, now: datetime) -> bool | None:
        """Whether the series is late by its own calendar; None while it has no value at all."""
        since = self.late_from(series, vendor, now)
        return None if since is None else now >= since

    def drowsy(self, series: str, vendor: str, now: datetime) -> bool:
        """Whether the vendor stands still while the market trades."""
        latest = self.latest(series, vendor)
        return latest is not None and drowsy(SERIES[series], latest, now)

    def value(self, series: str, vendor: str, day: date) -> float | None:
        """The value of one day."""
        observation = self._days.get((series, vendor), {}).get(day)
        return None if observation is None else observation.value

    def last_final(self, series: str, vendor: str, now: datetime) -> date | None:
        """The newest day whose value is final."""
        return self._last_final(series, vendor, now) if (series, vendor) in self._days else None

    def _last_final(self, series: str, vendor: str, now: datetime) -> date | None:
        days = self._days[series, vendor]
        for day in reversed(self._order[series, vendor]):
            if is_final(SERIES[series], days[day], now):
                return day
        return None

    def _is_news(self, observation: Observation) -> bool:
        series = SERIES[observation.series]
        latest = self.latest(observation.series, observation.vendor)
        is_sample = series.cadence is Cadence.UTC_DAY and not observation.final
        if is_sample and latest is not None and observation.as_of < latest.as_of:
            return False  # A stale cache's answer: what came before is no news.
        known = self._days.get((observation.series, observation.vendor), {}).get(observation.day)
        if known is None:
            return True
        if known.final != observation.final:
            return observation.final  # A day's last word beats every look at it, whatever its time.
        if known.as_of > observation.as_of:
            return False
        if series.cadence is Cadence.NYSE_SESSION and not is_final(
            series, known, known.observed_at
        ):
            return True
        told = (observation.as_of, observation.value, observation.note)
        return (known.as_of, known.value, known.note) != told

    def _put(self, observation: Observation) -> None:
        key = (observation.series, observation.vendor)
        days = self._days.setdefault(key, {})
        order = self._order.setdefault(key, [])
        if observation.day not in days:
            if not order or observation.day > order[-1]:
                order.append(observation.day)
            else:
                insort(order, observation.day)
        days[observation.day] = observation
        self._revisions[key] += 1
        over = final_at(SERIES[observation.series].cadence, observation.day)
        if observation.final or observation.observed_at >= over:
            self._settled[key] += 1


def point(observation: Observation) -> Point:
    """An observation as the rules see it."""
    return Point(
        observation.day,
        observation.value,
        observation.vendor,
        observation.as_of,
        observation.note,
    )


def plausible(observation: Observation) -> bool:
    """Whether a value can be real: known series, finite, in bounds, on a day that has values."""
    series: Series | None = SERIES.get(observation.series)
    return (
        series is not None
        and math.isfinite(observation.value)
        and series.lowest <= observation.value <= series.highest
        and not (series.never_zero and observation.value == 0.0)
        and belongs(series.cadence, observation.day)
        and observation.as_of <= observation.observed_at + CLOCK_SKEW
    )


def sampled_live(feeds: Sequence[Feed]) -> frozenset[tuple[str, str]]:
    """The (series, vendor) that a feed tells of all day, whatever else gives their past."""
    live = (feed for feed in feeds if feed.plan and not feed.has_history)
    return frozenset((series, feed.vendor) for feed in live for series in feed.series)


def vendors_in_order(feeds: Sequence[Feed]) -> dict[str, tuple[str, ...]]:
    """Each series' vendors, the one its levels are set for first."""
    found: dict[str, dict[str, int]] = {}
    for feed in feeds:
        for series in feed.series:
            found.setdefault(series, {}).setdefault(feed.vendor, feed.rank_of(series))
    return {
        series: tuple(sorted(vendors, key=vendors.__getitem__)) for series, vendors in found.items()
    }
