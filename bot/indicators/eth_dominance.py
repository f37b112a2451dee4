"""Ethereum's share of all crypto market value.

Vendors count different coins, so levels of two vendors do not compare. Source: the market-cap
vendor named beside the value.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="eth_dominance",
    title=N_("Ethereum dominance"),
    unit=Unit.PCT,
    series=("eth_dominance",),
)
