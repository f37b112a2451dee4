"""How many tokens CoinMarketCap began to track within 30 days.

More tokens share the same money. Source: CoinMarketCap.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="new_tokens_30d",
    title=N_("New tokens in 30 days"),
    unit=Unit.TOKENS,
    series=("new_tokens_30d",),
)
