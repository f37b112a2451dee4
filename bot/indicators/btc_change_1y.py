"""What Bitcoin has gained in a year.

Formula: 100 * (price / price on the same day a year earlier - 1); up to three days before it where
that day is missing. Source: the spot exchange named beside the value.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Tone, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (prices,) = inputs
    return changes.over_a_year(prices)


INDICATOR = Indicator(
    key="btc_change_1y",
    title=N_("Bitcoin, one year"),
    unit=Unit.PCT,
    series=("btc_price",),
    derive=_derive,
    lookback_days=400,
    provisional=True,
    rules=(
        LevelRule(
            id="btc_stagnation",
            topic="stagnation",
            indicator="btc_change_1y",
            side=Side.BELOW,
            level=0.0,
            band=5.0,
            tone=Tone.BAD,
            meaning=N_(
                "Bitcoin is worth less than a year ago: who has held it for a year has "
                "gained nothing."
            ),
            resolved_meaning=N_("Bitcoin is clearly worth more than a year ago again."),
        ),
    ),
)
