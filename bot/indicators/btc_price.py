"""Bitcoin in USD; the day closes at 00:00 UTC.

Source: a spot exchange, named beside the value.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="btc_price",
    title=N_("Bitcoin price"),
    unit=Unit.USD,
    series=("btc_price",),
)
