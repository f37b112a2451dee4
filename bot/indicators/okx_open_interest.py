"""Open Bitcoin perpetual contracts on OKX, in BTC, so that the price does not move it.

Source: OKX.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="okx_open_interest",
    title=N_("OKX open interest, Bitcoin perpetual"),
    unit=Unit.BTC,
    series=("okx_open_interest",),
)
