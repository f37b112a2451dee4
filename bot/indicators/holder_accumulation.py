"""How unusual the 30-day change of long-term holders is.

Formula: the change less its mean over the 365 days before, in their standard deviations; from at
least 300 values. Coins count that have not moved for 155 days. Source: the chain.
"""

from collections.abc import Sequence

from bot.formulas import supplies
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (supply,) = inputs
    return supplies.deviations(supply)


INDICATOR = Indicator(
    key="holder_accumulation",
    title=N_("Long-term holders, 30 days against the past year"),
    unit=Unit.DEVIATIONS,
    series=("lth_supply",),
    derive=_derive,
    lookback_days=450,
    rules=(
        LevelRule(
            id="holder_accumulation_up",
            topic="whales",
            indicator="holder_accumulation",
            side=Side.ABOVE,
            level=2.0,
            band=1.0,
            confirmations=1,
            meaning=N_(
                "Long-term holders have added more in 30 days than is usual: beyond two "
                "standard deviations of the past year."
            ),
            resolved_meaning=N_("The accumulation is back within what is usual."),
        ),
        LevelRule(
            id="holder_accumulation_down",
            topic="whales",
            indicator="holder_accumulation",
            side=Side.BELOW,
            level=-2.0,
            band=1.0,
            confirmations=1,
            meaning=N_(
                "Long-term holders have given away more in 30 days than is usual: beyond "
                "two standard deviations of the past year."
            ),
            resolved_meaning=N_("The distribution is back within what is usual."),
        ),
    ),
)
