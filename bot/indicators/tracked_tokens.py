"""How many tokens on decentralised exchanges CoinMarketCap tracks.

It counts what one vendor tracks, which is not what exists. Source: CoinMarketCap.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="tracked_tokens",
    title=N_("Tokens tracked on decentralised exchanges"),
    unit=Unit.TOKENS,
    series=("tracked_tokens",),
)
