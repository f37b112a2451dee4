"""How far Bitcoin dominance has moved in 30 days.

Formula: dominance less dominance exactly 30 days earlier, in percentage points. Source: the vendor
of the dominance itself; two vendors are never mixed.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (dominance,) = inputs
    return changes.over_days(dominance, 30, changes.in_units)


INDICATOR = Indicator(
    key="btc_dominance_change_30d",
    title=N_("Bitcoin dominance, 30 days"),
    unit=Unit.PP,
    series=("btc_dominance",),
    derive=_derive,
    lookback_days=45,
    provisional=True,
)
