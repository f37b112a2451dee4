"""How far the Federal Reserve's balance sheet has moved in a quarter.

Formula: assets less assets exactly 13 weeks earlier. Source: the H.4.1 release (WALCL).
"""

from collections.abc import Sequence

from bot.formulas import fed
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (assets,) = inputs
    return fed.change(assets)


INDICATOR = Indicator(
    key="fed_assets_change_13w",
    title="Fed assets, 13 weeks",
    unit=Unit.USD,
    series=("fed_assets",),
    derive=_derive,
    lookback_days=120,
)
