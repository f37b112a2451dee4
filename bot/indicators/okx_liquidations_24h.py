"""Positions OKX closed by force within 24 hours, in USD.

One exchange is a fraction of the market, and is named so. Source: OKX.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="okx_liquidations_24h",
    title=N_("OKX liquidations, 24 hours"),
    unit=Unit.USD,
    series=("okx_liquidations_24h",),
)
