"""Headline inflation: over a year, on prices as they are.

Formula: 100 * (index / index of the same month a year earlier - 1). A month whose base was never
published has none. Source: the Bureau of Labor Statistics (CPIAUCNS).
"""

from collections.abc import Sequence

from bot.formulas import inflation
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (prices,) = inputs
    return inflation.year_on_year(prices)


INDICATOR = Indicator(
    key="cpi_headline_yoy",
    title=N_("Headline inflation, one year"),
    unit=Unit.PCT,
    series=("cpi_nsa",),
    derive=_derive,
    lookback_days=500,
)
