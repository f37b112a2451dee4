"""IWM, the largest fund on the Russell 2000, in USD a share and without dividends added back.

It is shown under its own name and never stands in for the index. Source: the index vendor.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="iwm",
    title=N_("IWM, the largest Russell 2000 fund"),
    unit=Unit.USD,
    series=("iwm",),
)
