"""What indicators read now: worked out from the book, vendor by vendor, and never spliced."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice, product
from types import MappingProxyType

from bot.book import Book, point
from bot.calendar import is_final
from bot.catalogue import SERIES
from bot.model import BOTH, Indicator, Measure, Point, Reading, RuleState

MOST_COMBINATIONS = 12
"""Of several series with several vendors each, so many combinations are tried."""

Vendors = tuple[str, ...]
"""One vendor for each series that an indicator reads."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """An indicator's newest value, the time it is about, and whether its inputs are final."""

    measure: Measure
    as_of: datetime
    final: bool


class Measures:
    """Readings of one book; what has not changed since is not worked out again."""

    def __init__(
        self, book: Book, foreseen: Mapping[str, Sequence[Point]] = MappingProxyType({})
    ) -> None:
        """Take the book they are worked out from.

        `foreseen` are the values that indicators will have, worked out at once by who replays a
        recording; each is seen only when the book has reached its day.
        """
        self.book = book
        self._foreseen = {
            key: ([each.day for each in points], points) for key, points in foreseen.items()
        }
        self._known: dict[tuple[str, Vendors], tuple[object, _Worked | None]] = {}
        self._pulses: dict[str, object] = {}
        self._told: dict[tuple[str, tuple[date, ...]], tuple[object, tuple[float | None, ...]]] = {}

    def readings(self, indicators: Sequence[Indicator], now: datetime) -> dict[str, Reading]:
        """Each indicator's reading, where it has one."""
        found = {each.key: self.reading(each, now) for each in indicators}
        return {key: reading for key, reading in found.items() if reading is not None}

    def reading(self, indicator: Indicator, now: datetime) -> Reading | None:
        """The reading from the first vendors that are in time, else from the first ones.

        Vendors from whose newest values it cannot be worked out, say for a hole in the window, come
        after those from whose it can.
        """
        first: Reading | None = None
        for vendors in self._combinations(indicator, now):
            found = self.reading_of(indicator, vendors, now)
            if found is not None and not self._lags(indicator, vendors, found, now):
                return found if first is None or first.late or not found.late else first
            first = first or found
        return first

    def reading_of(self, indicator: Indicator, vendors: Vendors, now: datetime) -> Reading | None:
        """The reading from these vendors, or None while they cannot give one."""
        worked = self._worked(indicator, vendors, now)
        if worked is None:
            return None
        pairs = list(zip(indicator.series, vendors, strict=True))
        late = [self.book.late_from(series, vendor, now) for series, vendor in pairs]
        late_from = min((moment for moment in late if moment is not None), default=None)
        return Reading(
            indicator=indicator.key,
            title=indicator.title,
            value=worked.measure.value,
            unit=indicator.unit,
            vendor=BOTH.join(dict.fromkeys(vendors)),
            day=worked.measure.day,
            as_of=worked.as_of,
            final=worked.final,
            late=late_from is not None and now >= late_from,
            degraded=any(vendor != self._first(indicator, series) for series, vendor in pairs),
            late_from=late_from,
            note=worked.measure.note,
        )

    def first_vendors(self, indicator: Indicator) -> Vendors | None:
        """The vendors whose values the rules read; None where a series has none."""
        vendors = [indicator.vendor or self.book.primary(s) for s in indicator.series]
        return tuple(filter(None, vendors)) if all(vendors) else None

    def points(self, indicator: Indicator, now: datetime, after: date | None) -> list[Point]:
        """The final daily values of the days after `after`, oldest first, from the first vendors.

        What is worked out from several series carries the newest of their times.
        """
        vendors = self.first_vendors(indicator)
        if vendors is None:
            return []
        pairs = list(zip(indicator.series, vendors, strict=True))
        if indicator.derive is None:
            return self.book.final_points(*pairs[0], now, after)
        if indicator.key in self._foreseen:
            reached = [self.book.last_final(*pair, now) for pair in pairs]
            days, points = self._foreseen[indicator.key]
            return list(points[_place(days, after) : _place(days, _earliest(reached))])
        start = None
        if after is not None and indicator.lookback_days is not None:
            start = after - timedelta(days=indicator.lookback_days)
        inputs = [self.book.final_points(*pair, now, start) for pair in pairs]
        measures = indicator.derive(inputs) if all(inputs) else ()
        vendor = BOTH.join(dict.fromkeys(vendors))
        known = [[point.day for point in points] for points in inputs]
        return [
            Point(each.day, each.value, vendor, _as_of(inputs, known, each.day), each.note)
            for each in measures
            if after is None or each.day > after
        ]

    def late(self, indicator: Indicator, now: datetime) -> bool:
        """Whether one of the series it is worked out from is late at its first vendor."""
        vendors = self.first_vendors(indicator) or ()
        pairs = zip(indicator.series, vendors, strict=bool(vendors))
        return any(self.book.late(*pair, now) for pair in pairs)

    def moved(
        self, indicator: Indicator, states: Sequence[RuleState | None], now: datetime
    ) -> bool:
        """Whether its rules have anything to see that they had not when this was last asked."""
        vendors = self.first_vendors(indicator)
        if vendors is None:
            return False
        pairs = list(zip(indicator.series, vendors, strict=True))
        late = self.late(indicator, now)
        # What is worked out rests on days that are over: a look at today's changes nothing.
        entries = self.book.revision if indicator.derive is None else self.book.settled
        pulse = (
            late,
            vendors,
            [entries(*pair) for pair in pairs],
            [self.book.last_final(*pair, now) for pair in pairs],
        )
        same = self._pulses.get(indicator.key) == pulse
        self._pulses[indicator.key] = pulse
        # While the first vendor is late, others may stand in for it.
        stands_still = same and not (late and indicator.derive is None)
        begun = all(states) or not any(pulse[2])
        return not (stands_still and begun)

    def told(
        self, indicator: Indicator, vendor: str, days: Sequence[date], now: datetime
    ) -> tuple[float | None, ...]:
        """What this vendor says now of each of these days; None where it says nothing of one."""
        if indicator.derive is None:
            return tuple(self.book.value(indicator.series[0], vendor, day) for day in days)
        vendors = self.first_vendors(indicator)
        if vendors is None or BOTH.join(dict.fromkeys(vendors)) != vendor:
            return (None,) * len(days)
        pairs = zip(indicator.series, vendors, strict=True)
        sign = [self.book.settled(*pair) for pair in pairs]
        known = self._told.get((indicator.key, tuple(days)))
        if known is not None and known[0] == sign:
            return known[1]
        points = self.points(indicator, now, min(days) - timedelta(days=1))
        by_day = {point.day: point.value for point in points}
        values = tuple(by_day.get(day) for day in days)
        self._told[indicator.key, tuple(days)] = (sign, values)
        return values

    def _lags(
        self, indicator: Indicator, vendors: Vendors, reading: Reading, now: datetime
    ) -> bool:
        """Whether there are newer final values than the reading's."""
        pairs = zip(indicator.series, vendors, strict=True)
        newest = [self.book.last_final(*pair, now) for pair in pairs]
        return all(day is not None and day > reading.day for day in newest)

    def _first(self, indicator: Indicator, series: str) -> str:
        return indicator.vendor or next(iter(self.book.vendors(series)), "")

    def _combinations(self, indicator: Indicator, now: datetime) -> Iterator[Vendors]:
        """Vendors that have values, those in time before those that are late."""
        choices = []
        for series in indicator.series:
            vendors = (indicator.vendor,) if indicator.vendor else self.book.vendors(series)
            choices.append([v for v in vendors if self.book.latest(series, v) is not None])
        if not all(choices):
            return
        pairs = list(zip(indicator.series, choices, strict=True))
        if not any(self._rank(series, vendors[0], now)[0] for series, vendors in pairs):
            # As on most days: nobody else has to be looked at.
            yield tuple(vendors[0] for vendors in choices)
        yield from islice(
            product(*(self._in_time_first(*p, now) for p in pairs)), MOST_COMBINATIONS
        )

    def _in_time_first(self, series: str, vendors: list[str], now: datetime) -> list[str]:
        ranks = {vendor: self._rank(series, vendor, now) for vendor in vendors}
        return sorted(vendors, key=lambda vendor: ranks[vendor])

    def _rank(self, series: str, vendor: str, now: datetime) -> tuple[bool, bool]:
        """Those in time before the late ones, and those awake before the drowsy ones."""
        late = bool(self.book.late(series, vendor, now))
        return late or self.book.drowsy(series, vendor, now), late

    def _worked(self, indicator: Indicator, vendors: Vendors, now: datetime) -> _Worked | None:
        pairs = list(zip(indicator.series, vendors, strict=True))
        looks = indicator.derive is None or indicator.provisional
        entries = self.book.revision if looks else self.book.settled
        sign = (
            now.date(),
            [entries(*pair) for pair in pairs],
            [self.book.last_final(*pair, now) for pair in pairs],
        )
        known = self._known.get((indicator.key, vendors))
        if known is not None and known[0] == sign:
            return known[1]
        worked = self._work_out(indicator, vendors, now)
        self._known[indicator.key, vendors] = (sign, worked)
        return worked

    def _work_out(self, indicator: Indicator, vendors: Vendors, now: datetime) -> _Worked | None:
        pairs = list(zip(indicator.series, vendors, strict=True))
        if indicator.derive is None:
            latest = self.book.latest(*pairs[0])
            if latest is None:
                return None
            final = is_final(SERIES[latest.series], latest, now)
            return _Worked(Measure(latest.day, latest.value, latest.note), latest.as_of, final)
        after = self._before_lookback(indicator, pairs)
        inputs = [self._points(indicator, *pair, now, after) for pair in pairs]
        measures = indicator.derive(inputs) if all(inputs) else ()
        if not measures:
            return None
        newest = measures[-1]
        used = [_last_by(points, newest.day) for points in inputs]
        as_of = max(each.as_of for each in used if each is not None)
        final = not indicator.provisional or all(
            (last := self.book.last_final(*pair, now)) is not None and last >= newest.day
            for pair in pairs
        )
        return _Worked(newest, as_of, final)

    def _before_lookback(
        self, indicator: Indicator, pairs: Sequence[tuple[str, str]]
    ) -> date | None:
        """The day after which the inputs count; None: all of them."""
        newest = [latest.day for pair in pairs if (latest := self.book.latest(*pair)) is not None]
        if indicator.lookback_days is None or not newest:
            return None
        return min(newest) - timedelta(days=indicator.lookback_days + 1)

    def _points(
        self, indicator: Indicator, series: str, vendor: str, now: datetime, after: date | None
    ) -> list[Point]:
        points = self.book.final_points(series, vendor, now, after)
        latest = self.book.latest(series, vendor) if indicator.provisional else None
        if latest is not None and (not points or latest.day > points[-1].day):
            points.append(point(latest))
        return points


def _place(days: Sequence[date], day: date | None) -> int:
    """Where the days after this one begin."""
    return 0 if day is None else bisect_right(days, day)


def _earliest(days: Sequence[date | None]) -> date | None:
    """The earliest of the days; None if one of them is not there yet."""
    known = [day for day in days if day is not None]
    return min(known) if len(known) == len(days) else None


def _as_of(
    inputs: Sequence[Sequence[Point]], days: Sequence[Sequence[date]], day: date
) -> datetime:
    """The newest time of the inputs' last values up to a day."""
    places = (bisect_right(each, day) for each in days)
    used = zip(inputs, places, strict=True)
    return max(points[place - 1].as_of for points, place in used if place)


def _last_by(points: Sequence[Point], day: date) -> Point | None:
    return next((each for each in reversed(points) if each.day <= day), None)
