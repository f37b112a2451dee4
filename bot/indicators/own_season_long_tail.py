"""The share of coins ranked 51 to 100 that beat Bitcoin over 90 days.

Formula: 100 * coins ahead / coins counted, without stablecoins and copies of other assets. Source:
the listings of the market-cap vendor.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="own_season_long_tail",
    title=N_("Long tail that beats Bitcoin, ranks 51 to 100"),
    unit=Unit.SCORE,
    series=("own_season_long_tail",),
)
