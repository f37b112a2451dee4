"""All the Federal Reserve owns, in USD, on Wednesdays.

Source: the H.4.1 release (WALCL), published on Thursday.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="fed_assets",
    title=N_("Fed assets"),
    unit=Unit.USD,
    series=("fed_assets",),
)
