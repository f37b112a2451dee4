"""Whether small caps and altcoins move together from day to day.

Formula: Pearson's correlation of daily log returns over the last 90 sessions that both have, at
least 60. Source: the Russell 2000's closes, and TOTAL3 at the end of the same UTC day.
"""

from collections.abc import Sequence

from bot.formulas import correlation
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    russell, total3 = inputs
    return correlation.of_returns(russell, total3)


INDICATOR = Indicator(
    key="correlation",
    title=N_("Russell 2000 and TOTAL3, correlation"),
    unit=Unit.CORRELATION,
    series=("russell_2000", "total3"),
    derive=_derive,
    lookback_days=220,
    rules=(
        LevelRule(
            id="correlation",
            topic="correlation",
            indicator="correlation",
            side=Side.ABOVE,
            level=0.5,
            band=0.1,
            confirmations=1,
            inclusive=True,
            meaning=N_(
                "Small caps and altcoins move together from day to day, as they did on "
                "one day in five. It has been high without any altseason, so it says that "
                "they share a mood, not that one leads."
            ),
            resolved_meaning=N_(
                "They move apart again: the days of one say little of the days of the other."
            ),
        ),
    ),
)
