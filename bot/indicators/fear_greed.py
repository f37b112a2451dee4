"""The mood of the crypto market, from 0 (extreme fear) to 100 (extreme greed).

Source: alternative.me, a value a day.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="fear_greed",
    title=N_("Fear & Greed Index"),
    unit=Unit.SCORE,
    series=("fear_greed",),
)
