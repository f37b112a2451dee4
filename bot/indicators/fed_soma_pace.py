"""How fast the Federal Reserve shrinks its securities: the pace of QT, or of QE below 0.

Formula: -(holdings - holdings 13 weeks earlier) / 1e9 * 4.348 / 13, in bn USD a month. Source: the
New York Fed; loans and other facilities are left out.
"""

from collections.abc import Sequence

from bot.formulas import fed
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (holdings,) = inputs
    return fed.pace(holdings)


INDICATOR = Indicator(
    key="fed_soma_pace",
    title=N_("Fed securities, pace of shrinking"),
    unit=Unit.USD_BN_A_MONTH,
    series=("fed_soma",),
    derive=_derive,
    lookback_days=120,
)
