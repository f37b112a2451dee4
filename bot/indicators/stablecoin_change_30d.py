"""How much money has come into stablecoins in 30 days.

Formula: 100 * (supply / supply exactly 30 days earlier - 1). Source: DefiLlama.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (supply,) = inputs
    return changes.over_days(supply, 30, changes.in_percent)


INDICATOR = Indicator(
    key="stablecoin_change_30d",
    title="Stablecoin supply, 30 days",
    unit=Unit.PCT,
    series=("stablecoin_supply",),
    derive=_derive,
    lookback_days=45,
)
