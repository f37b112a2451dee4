"""What longs pay shorts on Binance, in percent an interval.

Source: Binance.
"""

from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="binance_funding",
    title="Binance funding, Bitcoin perpetual",
    unit=Unit.PCT,
    series=("binance_funding",),
)
