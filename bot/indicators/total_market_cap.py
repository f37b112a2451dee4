"""The market value of all crypto coins together.

Vendors count different coins, so levels of two vendors do not compare. Source: the market-cap
vendor named beside the value.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="total_market_cap",
    title=N_("Total crypto market cap"),
    unit=Unit.USD,
    series=("total_market_cap",),
)
