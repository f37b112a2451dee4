"""How unusual the 30-day change of addresses with 1,000 BTC or more is.

Formula: the change less its mean over the 365 days before, in their standard deviations; from at
least 300 values. Exchanges and custodians are among the addresses. Source: the chain.
"""

from collections.abc import Sequence

from bot.formulas import supplies
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (supply,) = inputs
    return supplies.deviations(supply)


INDICATOR = Indicator(
    key="whale_accumulation",
    title="Whales, 30 days against the past year",
    unit=Unit.DEVIATIONS,
    series=("whale_supply",),
    derive=_derive,
    lookback_days=450,
)
