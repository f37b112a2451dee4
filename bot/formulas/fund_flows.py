"""Fund flows: sums over sessions, to date, and the regime they make.

A session without a value is missing, not zero: no sum is ever made over it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from math import fsum
from typing import NamedTuple

from bot.calendar import next_day
from bot.formulas.runs import runs
from bot.formulas.words import billions_text, day_text
from bot.model import Cadence, Measure, Point

FIRST_SESSION = date(2024, 1, 11)
"""The funds began to trade: no earlier session is missing."""
REGIME_SESSIONS = 20
REGIME_USD = 1e9
STABLE_SESSIONS = 5
NAMED_SESSIONS = 2
"""Up to so many missing sessions are named; more are counted."""


class Regime(StrEnum):
    """Which way the money goes, once it has gone far enough."""

    INFLOW = "inflow"
    OUTFLOW = "outflow"


class RegimeDay(NamedTuple):
    """A session's 20-session sum, and the regime since the day it began."""

    day: date
    total: float
    regime: Regime | None
    since: date | None
    positive: int
    """For how many sessions in a row the sum has been above 0."""
    known: int
    """For how many sessions in a row the sum is known."""


def _session_after(day: date) -> date:
    return next_day(Cadence.NYSE_NEXT_MORNING, day)


def _unbroken(flows: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """The flows cut wherever a session is missing."""
    start = 0
    for end in range(1, len(flows) + 1):
        if end == len(flows) or flows[end].day != _session_after(flows[end - 1].day):
            yield flows[start:end]
            start = end


def sums(flows: Sequence[Point], sessions: int) -> list[Measure]:
    """The sum of the last so many sessions, where none of them is missing."""
    return [
        Measure(stretch[end - 1].day, fsum(flow.value for flow in stretch[end - sessions : end]))
        for stretch in _unbroken(flows)
        for end in range(sessions, len(stretch) + 1)
    ]


def month_to_date(flows: Sequence[Point]) -> list[Measure]:
    """The sum since the month began."""
    return _to_date(flows, lambda day: day.replace(day=1))


def year_to_date(flows: Sequence[Point]) -> list[Measure]:
    """The sum since the year began."""
    return _to_date(flows, lambda day: day.replace(month=1, day=1))


def _to_date(flows: Sequence[Point], began: Callable[[date], date]) -> list[Measure]:
    measures: list[Measure] = []
    period: date | None = None
    values: list[float] = []
    missing: list[date] = []
    due = FIRST_SESSION
    for flow in flows:
        if began(flow.day) != period:
            period, values, missing = began(flow.day), [], []
            due = max(FIRST_SESSION, _session_after(_day_before(period)))
        while due < flow.day:
            missing.append(due)
            due = _session_after(due)
        due = _session_after(flow.day)
        values.append(flow.value)
        measures.append(Measure(flow.day, fsum(values), _through(flow.day, missing)))
    return measures


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _through(day: date, missing: Sequence[date]) -> str:
    note = f"through {day_text(day)}"
    if not missing:
        return note
    if len(missing) <= NAMED_SESSIONS:
        return f"{note}; without {' and '.join(day_text(each) for each in missing)}"
    return f"{note}; {len(missing)} sessions are missing"


def regimes(flows: Sequence[Point]) -> list[RegimeDay]:
    """The regime on each session with a 20-session sum; it changes at 1 bn USD, either way.

    It outlives a missing session, but not a gap of more than ten days.
    """
    days = []
    for run in runs(flows):
        regime: Regime | None = None
        since: date | None = None
        for stretch in _unbroken(run):
            positive = 0
            for known, total in enumerate(sums(stretch, REGIME_SESSIONS), start=1):
                entered = _entered(total.value) or regime
                since = total.day if entered is not regime else since
                regime = entered
                positive = positive + 1 if total.value > 0.0 else 0
                days.append(RegimeDay(total.day, total.value, regime, since, positive, known))
    return days


def _entered(total: float) -> Regime | None:
    if abs(total) <= REGIME_USD:
        return None
    return Regime.INFLOW if total > 0.0 else Regime.OUTFLOW


def stabilised(flows: Sequence[Point]) -> list[Measure]:
    """1 outside an outflow regime once the 20-session sum was above 0 for five sessions, else 0.

    There is no measure before the first regime, nor while too few sums are known to tell.
    """
    measures = []
    for day in regimes(flows):
        if day.regime is None or day.since is None:
            continue
        stable = day.regime is not Regime.OUTFLOW and day.positive >= STABLE_SESSIONS
        could_be = day.regime is not Regime.OUTFLOW and day.positive == day.known
        if stable or not could_be:
            note = (
                f"20-session sum {billions_text(day.total)}; "
                f"regime {day.regime} since {day_text(day.since)}"
            )
            measures.append(Measure(day.day, float(stable), note))
    return measures
