"""How often a rule would have fired on the days that are over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.model import Indicator, Measure, OwnRule, Point, Saying, Window
from bot.own import watch
from bot.own.windows import over

KEPT_DAYS = timedelta(days=10)
"""In a rule of several conditions a value counts for so long after its day: over a weekend, say."""
DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Firings:
    """The days on which a rule would have fired, and the span of the days it was looked at on."""

    first_day: date
    last_day: date
    days: int
    fired: tuple[date, ...]
    began_true: bool = False
    """It was true on the first of these days already, which is no firing."""

    @property
    def years(self) -> float:
        """The span in years."""
        return (self.last_day - self.first_day).days / DAYS_A_YEAR


def firings(
    rule: OwnRule,
    pasts: Mapping[str, Sequence[Point]],
    indicators: Mapping[str, Indicator],
) -> Firings | None:
    """What the rule would have told on daily values, or None where there are none.

    `pasts` by indicator, oldest first. The days are those on which every condition has a value.
    """
    every = replace(rule, once=False, remind=None, step=None, until=None)
    measures = {
        each.reading: _measures(pasts[each.indicator], each.window, indicators[each.indicator])
        for each in every.conditions
    }
    lines = [watch.rearm_line(indicators[each.indicator], each) for each in every.conditions]
    days = _days(measures)
    if not days:
        return None
    fired = []
    first_day, first = days[0]
    held = [watch.holds(each, first[each.reading]) for each in every.conditions]
    state = watch.begin(every, held, _midnight(first_day))
    before = first
    for day, values in days[1:]:
        due = None if state.firing else state.due
        if due is not None and due < _midnight(day):
            # What holds until then has held long enough before this day's value comes.
            after, said = watch.look(every, state, watch.Moment(before, due), lines)
            state = after or state
            if said is Saying.FIRED:
                fired.append(due.date())
        before = values
        after, said = watch.look(every, state, watch.Moment(values, _midnight(day)), lines)
        state = after or state
        if said is Saying.FIRED:
            fired.append(day)
    return Firings(first_day, days[-1][0], len(days), tuple(fired), all(held))


def _measures(
    points: Sequence[Point], window: Window | None, indicator: Indicator
) -> list[Measure]:
    if window is None:
        return [Measure(point.day, point.value) for point in points]
    return over(window, points, indicator.unit)


def _days(measures: Mapping[str, Sequence[Measure]]) -> list[tuple[date, dict[str, float]]]:
    """The days on which all readings have a value, their own or one of shortly before."""
    by_day: dict[date, dict[str, float]] = {}
    for reading, values in measures.items():
        for measure in values:
            by_day.setdefault(measure.day, {})[reading] = measure.value
    newest: dict[str, tuple[date, float]] = {}
    days = []
    for day in sorted(by_day):
        newest |= {reading: (day, value) for reading, value in by_day[day].items()}
        known = {reading: v for reading, (at, v) in newest.items() if day - at <= KEPT_DAYS}
        if len(known) == len(measures):
            days.append((day, known))
    return days


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)
