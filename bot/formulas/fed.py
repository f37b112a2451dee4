"""The Federal Reserve's balance sheet over thirteen weeks."""

from collections.abc import Sequence

from bot.formulas.changes import day_pairs, in_units, over_days
from bot.formulas.words import BILLION
from bot.model import Measure, Point

WEEKS = 13
DAYS = 7 * WEEKS
WEEKS_A_MONTH = 4.348


def change(assets: Sequence[Point]) -> list[Measure]:
    """The change in USD against the Wednesday thirteen weeks earlier."""
    return over_days(assets, DAYS, in_units)


def pace(assets: Sequence[Point]) -> list[Measure]:
    """How fast it shrinks, in bn USD a month: positive is tightening, negative is easing."""
    return [
        Measure(now.day, _pace(then.value - now.value), _word(then.value - now.value))
        for then, now in day_pairs(assets, DAYS)
    ]


def _pace(shrunk_by: float) -> float:
    return shrunk_by / BILLION * (WEEKS_A_MONTH / WEEKS)


def _word(shrunk_by: float) -> str:
    if shrunk_by == 0.0:
        return "unchanged"
    return "shrinking" if shrunk_by > 0.0 else "growing"
