"""How far the Federal Reserve's balance sheet has moved in a quarter.

Formula: assets less assets exactly 13 weeks earlier. Source: the H.4.1 release (WALCL).
"""

from collections.abc import Sequence

from bot.formulas import fed
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Tone, Unit

TURN_USD = 25e9
"""Less is noise: a single week has moved by up to 67 bn USD."""


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (assets,) = inputs
    return fed.change(assets)


INDICATOR = Indicator(
    key="fed_assets_change_13w",
    title=N_("Fed assets, 13 weeks"),
    unit=Unit.USD,
    series=("fed_assets",),
    derive=_derive,
    lookback_days=120,
    rules=(
        LevelRule(
            id="fed_liquidity_up",
            topic="liquidity",
            indicator="fed_assets_change_13w",
            side=Side.ABOVE,
            level=TURN_USD,
            band=2 * TURN_USD,
            confirmations=1,
            meaning=N_(
                "The Federal Reserve's balance sheet grows over a quarter: money is being added."
            ),
            resolved_meaning=N_("It no longer grows: over a quarter the balance sheet has shrunk."),
        ),
        LevelRule(
            id="fed_liquidity_down",
            topic="liquidity",
            indicator="fed_assets_change_13w",
            side=Side.BELOW,
            level=-TURN_USD,
            band=2 * TURN_USD,
            confirmations=1,
            tone=Tone.BAD,
            meaning=N_(
                "The Federal Reserve's balance sheet shrinks over a quarter: money is "
                "being withdrawn."
            ),
            resolved_meaning=N_(
                "It no longer shrinks: over a quarter the balance sheet has grown."
            ),
        ),
    ),
)
