"""What longs pay shorts on Binance, in percent an interval.

Source: Binance.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="binance_funding",
    title=N_("Binance funding, Bitcoin perpetual"),
    unit=Unit.PCT,
    series=("binance_funding",),
)
