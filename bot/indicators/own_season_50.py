"""The share of the top 50 coins that beat Bitcoin over 90 days, counted by ourselves.

Formula: 100 * coins ahead / coins counted, without stablecoins and copies of other assets. Source:
the listings of the market-cap vendor.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="own_season_50",
    title=N_("Our season index, top 50"),
    unit=Unit.SCORE,
    series=("own_season_50",),
)
