"""For how many sessions in a row small caps have beaten large caps.

Formula: sessions in a row with the Russell 2000's percent return above the S&P 500's, on the
sessions both have; equal returns break it. Source: the price indices, without dividends.
"""

from collections.abc import Sequence

from bot.formulas import strength
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    russell, large_caps = inputs
    return strength.streak(russell, large_caps)


INDICATOR = Indicator(
    key="smallcap_streak",
    title="Small caps ahead of large caps",
    unit=Unit.SESSIONS,
    series=("russell_2000", "sp_500"),
    derive=_derive,
)
