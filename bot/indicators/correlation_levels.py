"""Whether small caps and altcoins stand high and low together.

Formula: Pearson's correlation of the values themselves over the last 90 sessions that both have, at
least 60. Shared trends inflate it: it is shown beside the correlation of returns, never alerted on.
Source: the Russell 2000's closes, and TOTAL3 at the end of the same UTC day.
"""

from collections.abc import Sequence

from bot.formulas import correlation
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    russell, total3 = inputs
    return correlation.of_levels(russell, total3)


INDICATOR = Indicator(
    key="correlation_levels",
    title=N_("Russell 2000 and TOTAL3, correlation of levels"),
    unit=Unit.CORRELATION,
    series=("russell_2000", "total3"),
    derive=_derive,
    lookback_days=220,
)
