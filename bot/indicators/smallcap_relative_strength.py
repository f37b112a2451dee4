"""What small caps have gained on large caps in 60 sessions.

Formula: 100 * (R / R 60 sessions earlier) - 100, where R is the Russell 2000 over the S&P 500.
Smoother than the streak. Source: the price indices, without dividends.
"""

from collections.abc import Sequence

from bot.formulas import strength
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    russell, large_caps = inputs
    return strength.relative_strength(russell, large_caps, sessions=60)


INDICATOR = Indicator(
    key="smallcap_relative_strength",
    title=N_("Small caps against large caps, 60 sessions"),
    unit=Unit.PCT,
    series=("russell_2000", "sp_500"),
    derive=_derive,
    lookback_days=120,
)
