"""What the Russell 2000 has gained this year.

Formula: 100 * (close / last close of the year before - 1). Source: the index closes.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (russell,) = inputs
    return changes.year_to_date(russell)


INDICATOR = Indicator(
    key="russell_change_year_to_date",
    title=N_("Russell 2000, year to date"),
    unit=Unit.PCT,
    series=("russell_2000",),
    derive=_derive,
    lookback_days=400,
    provisional=True,
)
