"""TOTAL3 without stablecoins: what is left of it that can rise.

Formula: TOTAL3 less the market cap of all stablecoins. Source: the market-cap vendor named beside
the value.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="total3_ex_stablecoins",
    title=N_("TOTAL3 without stablecoins"),
    unit=Unit.USD,
    series=("total3_ex_stablecoins",),
)
