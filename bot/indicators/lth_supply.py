"""Bitcoin that has not moved for at least 155 days: long-term holders.

Source: the chain, through the vendor named beside the value.
"""

from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="lth_supply",
    title="Bitcoin with long-term holders",
    unit=Unit.BTC,
    series=("lth_supply",),
)
