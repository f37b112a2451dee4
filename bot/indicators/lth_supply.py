"""Bitcoin that has not moved for at least 155 days: long-term holders.

Source: the chain, through the vendor named beside the value.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="lth_supply",
    title=N_("Bitcoin with long-term holders"),
    unit=Unit.BTC,
    series=("lth_supply",),
)
