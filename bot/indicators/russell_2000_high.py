"""Small caps, intraday: the highest price of each session.

A high above the record is provisional until the close says so. Source: the index vendor.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="russell_2000_high",
    title=N_("Russell 2000 intraday high"),
    unit=Unit.POINTS,
    series=("russell_2000_high",),
)
