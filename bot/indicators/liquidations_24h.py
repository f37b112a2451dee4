"""Positions all exchanges closed by force within 24 hours, in USD.

Source: a vendor that adds up the exchanges, named beside the value.
"""

from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="liquidations_24h",
    title="Liquidations on all exchanges, 24 hours",
    unit=Unit.USD,
    series=("liquidations_24h",),
)
