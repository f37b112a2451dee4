"""What longs pay shorts on Bybit, in percent an interval.

Source: Bybit.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="bybit_funding",
    title=N_("Bybit funding, Bitcoin perpetual"),
    unit=Unit.PCT,
    series=("bybit_funding",),
)
