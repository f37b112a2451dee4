"""Ethereum's share of all crypto market value.

Vendors count different coins, so levels of two vendors do not compare. Source: the market-cap
vendor named beside the value.
"""

from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="eth_dominance",
    title="Ethereum dominance",
    unit=Unit.PCT,
    series=("eth_dominance",),
)
