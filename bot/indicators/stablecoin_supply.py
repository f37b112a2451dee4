"""Stablecoins in circulation, in USD: money that waits inside crypto.

Formula: the circulating value over all pegs. Source: DefiLlama, daily.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="stablecoin_supply",
    title=N_("Stablecoin supply"),
    unit=Unit.USD,
    series=("stablecoin_supply",),
)
