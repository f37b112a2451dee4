"""What longs pay shorts on OKX, in percent an interval.

Source: OKX.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="okx_funding",
    title=N_("OKX funding, Bitcoin perpetual"),
    unit=Unit.PCT,
    series=("okx_funding",),
)
