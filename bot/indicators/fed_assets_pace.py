"""How fast the Federal Reserve shrinks its balance sheet: the pace of QT, or of QE below 0.

Formula: -(assets - assets 13 weeks earlier) / 1e9 * 4.348 / 13, in bn USD a month. Source: the
H.4.1 release (WALCL).
"""

from collections.abc import Sequence

from bot.formulas import fed
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (assets,) = inputs
    return fed.pace(assets)


INDICATOR = Indicator(
    key="fed_assets_pace",
    title=N_("Fed assets, pace of shrinking"),
    unit=Unit.USD_BN_A_MONTH,
    series=("fed_assets",),
    derive=_derive,
    lookback_days=120,
)
