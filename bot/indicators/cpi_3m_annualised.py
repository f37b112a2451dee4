"""Inflation of the last three months, as if it went on for a year.

Formula: 100 * ((index / index three months earlier)^4 - 1). A month whose base was never published
has none. Source: the Bureau of Labor Statistics (CPIAUCSL).
"""

from collections.abc import Sequence

from bot.formulas import inflation
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (prices,) = inputs
    return inflation.quarter_annualised(prices)


INDICATOR = Indicator(
    key="cpi_3m_annualised",
    title=N_("Inflation, three months annualised"),
    unit=Unit.PCT,
    series=("cpi",),
    derive=_derive,
    lookback_days=250,
)
