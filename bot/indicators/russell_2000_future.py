"""Small caps outside trading hours: the E-mini future on the Russell 2000 (RTY).

It trades on its own basis and rolls every quarter, so it is never measured against the index.
Source: the exchange, through the index vendor.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="russell_2000_future",
    title=N_("E-mini Russell 2000 future"),
    unit=Unit.POINTS,
    series=("russell_2000_future",),
)
