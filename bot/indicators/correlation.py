"""Whether small caps and altcoins move together from day to day.

Formula: Pearson's correlation of daily log returns over the last 90 sessions that both have, at
least 60. Source: the Russell 2000's closes, and TOTAL3 at the end of the same UTC day.
"""

from collections.abc import Sequence

from bot.formulas import correlation
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    russell, total3 = inputs
    return correlation.of_returns(russell, total3)


INDICATOR = Indicator(
    key="correlation",
    title="Russell 2000 and TOTAL3, correlation",
    unit=Unit.CORRELATION,
    series=("russell_2000", "total3"),
    derive=_derive,
    lookback_days=220,
)
