"""Consumer prices in American cities, seasonally adjusted; 1982-84 = 100.

There is no index for October 2025. Source: the Bureau of Labor Statistics (CPIAUCSL).
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="cpi",
    title=N_("Consumer prices, seasonally adjusted"),
    unit=Unit.POINTS,
    series=("cpi",),
)
