"""The securities in the Federal Reserve's open market account, in USD, on Wednesdays.

It leaves out loans and other facilities. Source: the New York Fed.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="fed_soma",
    title=N_("Fed securities holdings (SOMA)"),
    unit=Unit.USD,
    series=("fed_soma",),
)
