"""How many bitcoin long-term holders have gained in 30 days.

Formula: supply less supply exactly 30 days earlier; a step of more than 150,000 BTC in a day is
pointed out, as it is likely custody. Coins count that have not moved for 155 days. Source: the
chain.
"""

from collections.abc import Sequence

from bot.formulas import supplies
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (supply,) = inputs
    return supplies.change(supply)


INDICATOR = Indicator(
    key="holder_change_30d",
    title=N_("Long-term holders, 30 days"),
    unit=Unit.BTC,
    series=("lth_supply",),
    derive=_derive,
    lookback_days=45,
)
