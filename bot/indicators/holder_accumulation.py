"""How unusual the 30-day change of long-term holders is.

Formula: the change less its mean over the 365 days before, in their standard deviations; from at
least 300 values. Coins count that have not moved for 155 days. Source: the chain.
"""

from collections.abc import Sequence

from bot.formulas import supplies
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (supply,) = inputs
    return supplies.deviations(supply)


INDICATOR = Indicator(
    key="holder_accumulation",
    title="Long-term holders, 30 days against the past year",
    unit=Unit.DEVIATIONS,
    series=("lth_supply",),
    derive=_derive,
    lookback_days=450,
)
