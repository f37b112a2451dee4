"""The book of values: every (series, vendor) by day, and which values may enter it."""

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.calendar import belongs, is_final, late_at
from bot.catalogue import SERIES
from bot.model import Cadence, Observation, Point, Series
from bot.ports import Feed

CLOCK_SKEW = timedelta(minutes=10)
"""A value dated further ahead than a badly set clock explains is not real."""


class Book:
    """All observations in memory, one a day for each (series, vendor); vendors are never mixed."""

    def __init__(self, vendors: Mapping[str, Sequence[str]]) -> None:
        """Take each series' vendors, the one its levels are set for first."""
        self._vendors = vendors
        self._days: dict[tuple[str, str], dict[date, Observation]] = {}
        self._order: dict[tuple[str, str], list[date]] = {}

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

    def primary(self, series: str) -> str | None:
        """The vendor whose values the rules read."""
        vendors = self._vendors.get(series, ())
        return vendors[0] if vendors else None

    def vendors(self, series: str) -> Sequence[str]:
        """All vendors of a series, in the order in which they stand in for each other."""
        return self._vendors.get(series, ())

    def latest(self, series: str, vendor: str) -> Observation | None:
        """The newest day's observation, final or not."""
        order = self._order.get((series, vendor))
        return self._days[series, vendor][order[-1]] if order else None

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

    def late_from(self, series: str, vendor: str, now: datetime) -> datetime | None:
        """When the series becomes, or became, late by its own calendar; None without any value."""
        latest = self.latest(series, vendor)
        if latest is None:
            return None
        return late_at(SERIES[series], latest, self._last_final(series, vendor, now))

    def late(self, series: str, vendor: str, now: datetime) -> bool | None:
        """Whether the series is late by its own calendar; None while it has no value at all."""
        since = self.late_from(series, vendor, now)
        return None if since is None else now >= since

    def value(self, series: str, vendor: str, day: date) -> float | None:
        """The value of one day."""
        observation = self._days.get((series, vendor), {}).get(day)
        return None if observation is None else observation.value

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
        if known.as_of > observation.as_of or (known.final and not observation.final):
            return False
        if series.cadence is Cadence.NYSE_SESSION and not is_final(
            series, known, known.observed_at
        ):
            return True
        return (known.as_of, known.value) != (observation.as_of, observation.value)

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


def point(observation: Observation) -> Point:
    """An observation as the rules see it."""
    return Point(observation.day, observation.value, observation.vendor, observation.as_of)


def plausible(observation: Observation) -> bool:
    """Whether a value can be real: known series, finite, in bounds, on a day that has values."""
    series: Series | None = SERIES.get(observation.series)
    return (
        series is not None
        and math.isfinite(observation.value)
        and series.lowest <= observation.value <= series.highest
        and belongs(series.cadence, observation.day)
        and observation.as_of <= observation.observed_at + CLOCK_SKEW
    )


def vendors_in_order(feeds: Sequence[Feed]) -> dict[str, tuple[str, ...]]:
    """Each series' vendors, the one its levels are set for first."""
    ranked = sorted(feeds, key=lambda feed: feed.rank)
    return {
        series: tuple(dict.fromkeys(feed.vendor for feed in ranked if series in feed.series))
        for series in dict.fromkeys(series for feed in ranked for series in feed.series)
    }
