"""How far the Russell 2000 is from its record close.

Formula: 100 * (close / highest earlier close - 1): below 0 under the record, above 0 on a day that
sets a new one. Source: the index closes since 1987.
"""

from collections.abc import Sequence

from bot.formulas import records
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (russell,) = inputs
    return records.distance_to_record(russell)


INDICATOR = Indicator(
    key="russell_distance_to_record",
    title=N_("Russell 2000, distance to its record"),
    unit=Unit.PCT,
    series=("russell_2000",),
    derive=_derive,
    provisional=True,
)
