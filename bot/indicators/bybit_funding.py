"""What longs pay shorts on Bybit, in percent an interval.

Source: Bybit.
"""

from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="bybit_funding",
    title="Bybit funding, Bitcoin perpetual",
    unit=Unit.PCT,
    series=("bybit_funding",),
)
