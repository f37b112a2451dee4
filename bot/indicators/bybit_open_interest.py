"""Open Bitcoin perpetual contracts on Bybit, in BTC, so that the price does not move it.

Source: Bybit.
"""

from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="bybit_open_interest",
    title="Bybit open interest, Bitcoin perpetual",
    unit=Unit.BTC,
    series=("bybit_open_interest",),
)
