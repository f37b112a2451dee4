"""How many bitcoin addresses with 1,000 BTC or more have gained in 30 days.

Formula: supply less supply exactly 30 days earlier; a step of more than 150,000 BTC in a day is
pointed out, as it is likely custody. Exchanges and custodians are among the addresses. Source: the
chain.
"""

from collections.abc import Sequence

from bot.formulas import supplies
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (supply,) = inputs
    return supplies.change(supply)


INDICATOR = Indicator(
    key="whale_change_30d",
    title=N_("Whales, 30 days"),
    unit=Unit.BTC,
    series=("whale_supply",),
    derive=_derive,
    lookback_days=45,
)
