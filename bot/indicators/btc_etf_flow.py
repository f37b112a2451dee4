"""What went into the American spot Bitcoin funds in a session, net of what came out.

Source: the flow vendor named beside the value, complete the next morning.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="btc_etf_flow",
    title=N_("Bitcoin ETF net flow"),
    unit=Unit.USD,
    series=("btc_etf_flow",),
)
