"""Open Bitcoin perpetual contracts on Binance, in BTC, so that the price does not move it.

Source: Binance.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="binance_open_interest",
    title=N_("Binance open interest, Bitcoin perpetual"),
    unit=Unit.BTC,
    series=("binance_open_interest",),
)
