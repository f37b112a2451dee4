"""The share of coins ranked 1 to 10 that beat Bitcoin over 90 days.

Formula: 100 * coins ahead / coins counted, without stablecoins and copies of other assets. Source:
the listings of the market-cap vendor.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="own_season_blue_chips",
    title=N_("Blue chips that beat Bitcoin, ranks 1 to 10"),
    unit=Unit.SCORE,
    series=("own_season_blue_chips",),
)
