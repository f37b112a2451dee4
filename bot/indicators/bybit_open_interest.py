"""Open Bitcoin perpetual contracts on Bybit, in BTC, so that the price does not move it.

Source: Bybit.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="bybit_open_interest",
    title=N_("Bybit open interest, Bitcoin perpetual"),
    unit=Unit.BTC,
    series=("bybit_open_interest",),
)
