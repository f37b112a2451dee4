"""How much money has come into stablecoins in 30 days.

Formula: 100 * (supply / supply exactly 30 days earlier - 1). Source: DefiLlama.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Tone, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (supply,) = inputs
    return changes.over_days(supply, 30, changes.in_percent)


INDICATOR = Indicator(
    key="stablecoin_change_30d",
    title=N_("Stablecoin supply, 30 days"),
    unit=Unit.PCT,
    series=("stablecoin_supply",),
    derive=_derive,
    lookback_days=45,
    rules=(
        LevelRule(
            id="stablecoin_growth_up",
            topic="liquidity",
            indicator="stablecoin_change_30d",
            side=Side.ABOVE,
            level=2.0,
            band=1.0,
            confirmations=1,
            inclusive=True,
            meaning=N_("Stablecoins grow by 2 % in a month: new money waits inside crypto."),
            resolved_meaning=N_("The growth has faded: less than 1 % in a month."),
        ),
        LevelRule(
            id="stablecoin_growth_down",
            topic="liquidity",
            indicator="stablecoin_change_30d",
            side=Side.BELOW,
            level=-1.0,
            band=1.0,
            confirmations=1,
            inclusive=True,
            tone=Tone.BAD,
            meaning=N_("Stablecoins shrink by 1 % in a month: money leaves crypto."),
            resolved_meaning=N_(
                "The shrinking is over: there are more stablecoins than a month ago."
            ),
        ),
    ),
)
