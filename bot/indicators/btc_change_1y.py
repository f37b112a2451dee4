"""What Bitcoin has gained in a year.

Formula: 100 * (price / price on the same day a year earlier - 1); up to three days before it where
that day is missing. Source: the spot exchange named beside the value.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (prices,) = inputs
    return changes.over_a_year(prices)


INDICATOR = Indicator(
    key="btc_change_1y",
    title="Bitcoin, one year",
    unit=Unit.PCT,
    series=("btc_price",),
    derive=_derive,
    lookback_days=400,
    provisional=True,
)
