"""Who holds how much Bitcoin: the change over 30 days, and how unusual it is."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import sqrt

from bot.formulas.changes import day_pairs
from bot.formulas.exact import spread, sums, whole
from bot.formulas.runs import runs
from bot.model import Measure, Point

CHANGE_DAYS = 30
YEAR = timedelta(days=365)
LEAST_CHANGES = 300
"""Fewer changes than this in a year do not say what is usual."""
CUSTODY_BTC = 150_000.0
CUSTODY_NOTE = "moved by more than 150,000 BTC in a day: likely custody moves, verify"


def change(supply: Sequence[Point]) -> list[Measure]:
    """The change in BTC against exactly 30 days earlier."""
    moved = _custody_days(supply)
    return [
        Measure(now.day, now.value - then.value, _note(now.day, moved))
        for then, now in day_pairs(supply, CHANGE_DAYS)
    ]


def deviations(supply: Sequence[Point]) -> list[Measure]:
    """How many standard deviations the 30-day change lies from its mean of the 365 days before.

    The day itself is not part of what it is measured against. Without 300 earlier changes, or
    where they do not differ, there is no measure.
    """
    measures = []
    for run in runs(supply):
        measures += _deviations(change(run))
    return measures


def _deviations(changes: Sequence[Measure]) -> list[Measure]:
    days = [each.day for each in changes]
    exact = [whole(each.value) for each in changes]
    totals, squares = sums(exact), sums(value * value for value in exact)
    measures = []
    for end, now in enumerate(changes):
        start = bisect_left(days, now.day - YEAR)
        count, total = end - start, totals[end] - totals[start]
        spreads = spread(count, total, squares[end] - squares[start])
        if count >= LEAST_CHANGES and spreads:
            deviation = sqrt(spreads / (count * (count - 1)))
            score = (count * exact[end] - total) / count / deviation
            measures.append(Measure(now.day, score, now.note))
    return measures


def _custody_days(supply: Sequence[Point]) -> list[date]:
    """The days that ended a step of more than 150,000 BTC a day."""
    return [
        now.day
        for then, now in pairwise(supply)
        if abs(now.value - then.value) > CUSTODY_BTC * (now.day - then.day).days
    ]


def _note(day: date, moved: Sequence[date]) -> str:
    """What to be told when such a step lies within the change that ends on this day."""
    before = bisect_right(moved, day)
    recent = before > 0 and (day - moved[before - 1]).days < CHANGE_DAYS
    return CUSTODY_NOTE if recent else ""
