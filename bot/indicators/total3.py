"""TOTAL3: the market value of all coins but Bitcoin and Ethereum.

Formula: total market cap less the caps of both. Charts that sum only 125 coins show another level
with the same trend. Source: the market-cap vendor named beside the value.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="total3",
    title=N_("TOTAL3, all coins but Bitcoin and Ethereum"),
    unit=Unit.USD,
    series=("total3",),
)
