"""The share of the top 50 coins that beat Bitcoin over 90 days, as Blockchaincenter counts them.

It is shown beside the index of the top 100, and no level is watched on it. Source:
Blockchaincenter.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="altcoin_season_index_blockchaincenter",
    title=N_("Altcoin Season Index, Blockchaincenter"),
    unit=Unit.SCORE,
    series=("altcoin_season_index",),
    vendor="Blockchaincenter",
)
