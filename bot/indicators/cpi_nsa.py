"""Consumer prices in American cities, not adjusted; 1982-84 = 100.

The headline rate is counted on it. There is no index for October 2025. Source: the Bureau of Labor
Statistics (CPIAUCNS).
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="cpi_nsa",
    title=N_("Consumer prices, not adjusted"),
    unit=Unit.POINTS,
    series=("cpi_nsa",),
)
