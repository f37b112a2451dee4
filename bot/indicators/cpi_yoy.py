"""Inflation over a year, on seasonally adjusted prices.

Formula: 100 * (index / index of the same month a year earlier - 1). A month whose base was never
published has none. Source: the Bureau of Labor Statistics (CPIAUCSL).
"""

from collections.abc import Sequence

from bot.formulas import inflation
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Tone, Unit

BAND_PP = 0.2
"""About what one month changes."""


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (prices,) = inputs
    return inflation.year_on_year(prices)


INDICATOR = Indicator(
    key="cpi_yoy",
    title=N_("Inflation, one year"),
    unit=Unit.PCT,
    series=("cpi",),
    derive=_derive,
    lookback_days=500,
    rules=(
        LevelRule(
            id="inflation_3_up",
            topic="inflation",
            indicator="cpi_yoy",
            side=Side.ABOVE,
            level=3.0,
            band=BAND_PP,
            confirmations=1,
            inclusive=True,
            tone=Tone.BAD,
            meaning=N_("Prices rise by 3 % a year or more: room for lower rates shrinks."),
            resolved_meaning=N_("Inflation is clearly below 3 % again."),
        ),
        LevelRule(
            id="inflation_3_down",
            topic="inflation",
            indicator="cpi_yoy",
            side=Side.BELOW,
            level=3.0,
            band=BAND_PP,
            confirmations=1,
            meaning=N_("Prices rise by less than 3 % a year: room for lower rates grows."),
            resolved_meaning=N_("Inflation is clearly above 3 % again."),
        ),
        LevelRule(
            id="inflation_2_up",
            topic="inflation",
            indicator="cpi_yoy",
            side=Side.ABOVE,
            level=2.0,
            band=BAND_PP,
            confirmations=1,
            inclusive=True,
            tone=Tone.BAD,
            meaning=N_("Prices rise by 2 % a year or more: room for lower rates shrinks."),
            resolved_meaning=N_("Inflation is clearly below 2 % again."),
        ),
        LevelRule(
            id="inflation_2_down",
            topic="inflation",
            indicator="cpi_yoy",
            side=Side.BELOW,
            level=2.0,
            band=BAND_PP,
            confirmations=1,
            meaning=N_("Prices rise by less than 2 % a year: room for lower rates grows."),
            resolved_meaning=N_("Inflation is clearly above 2 % again."),
        ),
    ),
)
