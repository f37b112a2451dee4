"""What the Russell 2000 has gained in three weeks of trading.

Formula: 100 * (close / close 15 sessions earlier - 1). Source: the index closes.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (russell,) = inputs
    return changes.over_sessions(russell, sessions=15)


INDICATOR = Indicator(
    key="russell_change_15_sessions",
    title="Russell 2000, 15 sessions",
    unit=Unit.PCT,
    series=("russell_2000",),
    derive=_derive,
    lookback_days=40,
    provisional=True,
)
