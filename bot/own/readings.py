"""What own rules compare with their levels: fresh values, changes over a window, missed days.

Only what the first vendor measured counts: a level belongs to the vendor it was set for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.book import Book, point
from bot.calendar import is_final
from bot.catalogue import SERIES
from bot.measures import Measures
from bot.model import Condition, Indicator, Observation, Point, Reading, Side, Span, Window
from bot.own.limits import MOST_DAYS
from bot.own.windows import SLACK_DAYS, change_unit, over

SPANS = {span[0]: span for span in Span}
PUBLISHED_WITHIN = timedelta(days=70)
"""No value is about a day that lies further from the time it is about."""
LONGEST_WINDOW = timedelta(days=MOST_DAYS + 20)
"""No less than the calendar days of any window, the longest of sessions included."""


def parse(reading: str) -> tuple[str, Window | None]:
    """The indicator and the window of `Condition.reading`."""
    indicator, _, window = reading.partition("~")
    return indicator, Window(int(window[:-1]), SPANS[window[-1]]) if window else None


class OwnReadings:
    """Present and missed values; what many windows of a series share is read once."""

    def __init__(self, indicators: Sequence[Indicator]) -> None:
        """Take all that rules may speak of."""
        self._indicators = {each.key: each for each in indicators}
        self._tails: dict[str, tuple[object, list[Point]]] = {}
        """Series -> its last points, the newest of them maybe not final, and what they rest on."""

    def fresh(
        self,
        wanted: Iterable[str],
        readings: Mapping[str, Reading],
        measures: Measures,
        now: datetime,
    ) -> dict[str, Reading]:
        """Those of the wanted readings that are in time and from the first vendor."""
        found: dict[str, Reading] = {}
        for each in wanted:
            key, window = parse(each)
            reading = readings.get(key)
            if window is not None and key in self._indicators:
                reading = self._change(self._indicators[key], window, measures.book, now)
            if reading is not None and not reading.late and not reading.degraded:
                found[each] = reading
        return found

    def missed(
        self, reading: Reading, seen: datetime, measures: Measures, now: datetime
    ) -> list[Reading]:
        """The final values between the last one that was seen and the present one, oldest first."""
        if not may_have_missed(reading, seen):
            return []
        key, window = parse(reading.indicator)
        indicator = self._indicators[key]
        after = seen - PUBLISHED_WITHIN
        if window is None:
            points = measures.points(indicator, now, after.date())
        else:
            series, vendor = _source(indicator, measures.book)
            since = (after - LONGEST_WINDOW).date()
            past = measures.book.final_points(series, vendor, now, since)
            points = _changes(indicator, window, past)
        return [
            _reading(reading, each)
            for each in points
            if seen < each.as_of < reading.as_of and each.day < reading.day
        ]

    def _change(
        self, indicator: Indicator, window: Window, book: Book, now: datetime
    ) -> Reading | None:
        """The change up to the newest value, be its day over or not."""
        series, vendor = _source(indicator, book)
        latest = book.latest(series, vendor)
        if latest is None:
            return None
        points = _needed(window, self._tail(latest, book, now))
        changes = _changes(indicator, window, points)
        if not changes or changes[-1].day != latest.day:
            return None
        late = bool(book.late(series, vendor, now))
        final = is_final(SERIES[series], latest, now)
        return _change_reading(indicator, window, changes[-1], final=final, late=late)

    def _tail(self, latest: Observation, book: Book, now: datetime) -> list[Point]:
        series, vendor = latest.series, latest.vendor
        sign = (vendor, book.revision(series, vendor), book.last_final(series, vendor, now))
        known = self._tails.get(series)
        if known is not None and known[0] == sign:
            return known[1]
        points = book.final_points(series, vendor, now, latest.day - LONGEST_WINDOW)
        if not points or latest.day > points[-1].day:
            points.append(point(latest))
        self._tails[series] = (sign, points)
        return points


def may_have_missed(reading: Reading, seen: datetime) -> bool:
    """Whether a day has ended between the last value that was seen and the present one."""
    return reading.as_of.date() > seen.date()


def _source(indicator: Indicator, book: Book) -> tuple[str, str]:
    """The series that an indicator is, and the vendor its levels are set for."""
    series = indicator.series[0]
    return series, indicator.vendor or book.primary(series) or ""


def _needed(window: Window, points: Sequence[Point]) -> Sequence[Point]:
    """Those of the points that the newest one's change is worked out from."""
    if window.span is Span.SESSIONS:
        return points[-window.amount - 1 :]
    then = points[-1].day - timedelta(days=window.amount)
    first = bisect_left(points, then - timedelta(days=SLACK_DAYS), key=lambda each: each.day)
    last = bisect_right(points, then, key=lambda each: each.day)
    return [*points[first:last], points[-1]]


def _changes(indicator: Indicator, window: Window, points: Sequence[Point]) -> list[Point]:
    """The change up to each point that has one so far before it."""
    by_day = {each.day: each for each in points}
    return [
        replace(by_day[each.day], value=each.value) for each in over(window, points, indicator.unit)
    ]


def _change_reading(
    indicator: Indicator, window: Window, newest: Point, *, final: bool, late: bool
) -> Reading:
    return Reading(
        indicator=Condition(indicator.key, Side.ABOVE, 0.0, window).reading,
        title=f"{indicator.title}, change over {window.amount} {window.span}",
        value=newest.value,
        unit=change_unit(indicator.unit),
        vendor=newest.vendor,
        day=newest.day,
        as_of=newest.as_of,
        final=final,
        late=late,
        degraded=False,
    )


def _reading(present: Reading, missed: Point) -> Reading:
    return replace(
        present,
        value=missed.value,
        vendor=missed.vendor,
        day=missed.day,
        as_of=missed.as_of,
        final=True,
        late_from=None,
        note=missed.note,
    )
