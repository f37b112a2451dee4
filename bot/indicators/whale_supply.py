"""Bitcoin on addresses that hold 1,000 or more.

Exchanges and fund custodians are among them: the change says more than the level. Source: the
chain, through the vendor named beside the value.
"""

from bot.language import N_
from bot.model import Indicator, Unit

INDICATOR = Indicator(
    key="whale_supply",
    title=N_("Bitcoin on addresses with 1,000 or more"),
    unit=Unit.BTC,
    series=("whale_supply",),
)
