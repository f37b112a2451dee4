"""The change an own rule may watch: over so many sessions or days, in percent or in pp."""

from collections.abc import Sequence
from datetime import timedelta

from bot.formulas import changes
from bot.formulas.runs import runs
from bot.model import Measure, Point, Span, Unit, Window

SLACK_DAYS = 3
"""Exchanges close: for a day without a value one up to this much earlier stands in."""
IN_POINTS = frozenset({Unit.PCT, Unit.PP})
"""Of a percentage a change is told in percentage points, so that nobody takes one for the other."""


def change_unit(unit: Unit) -> Unit:
    """What a change of values in this unit is measured in."""
    return Unit.PP if unit in IN_POINTS else Unit.PCT


def over(window: Window, points: Sequence[Point], unit: Unit) -> list[Measure]:
    """The change up to each daily value that has one so far before it, oldest first.

    `points` in `unit`, oldest first. Nothing is a percentage of zero or of less.
    """
    pairs = _sessions_apart if window.span is Span.SESSIONS else _days_apart
    in_points = unit in IN_POINTS
    change = changes.in_units if in_points else changes.in_percent
    return [
        Measure(now.day, change(now.value, then.value))
        for then, now in pairs(points, window.amount)
        if in_points or then.value > 0
    ]


def _sessions_apart(points: Sequence[Point], sessions: int) -> list[tuple[Point, Point]]:
    return [pair for run in runs(points) for pair in zip(run, run[sessions:], strict=False)]


def _days_apart(points: Sequence[Point], days: int) -> list[tuple[Point, Point]]:
    by_day = {point.day: point for point in points}
    pairs = []
    for now in points:
        near = (now.day - timedelta(days=days + back) for back in range(SLACK_DAYS + 1))
        then = next((by_day[day] for day in near if day in by_day), None)
        if then is not None:
            pairs.append((then, now))
    return pairs
