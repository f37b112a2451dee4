"""What the Russell 2000 has gained in three weeks of trading.

Formula: 100 * (close / close 15 sessions earlier - 1). Source: the index closes.
"""

from collections.abc import Sequence

from bot.formulas import changes
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    (russell,) = inputs
    return changes.over_sessions(russell, sessions=15)


INDICATOR = Indicator(
    key="russell_change_15_sessions",
    title=N_("Russell 2000, 15 sessions"),
    unit=Unit.PCT,
    series=("russell_2000",),
    derive=_derive,
    lookback_days=40,
    provisional=True,
    rules=(
        LevelRule(
            id="smallcap_rally",
            topic="strength",
            indicator="russell_change_15_sessions",
            side=Side.ABOVE,
            level=9.0,
            band=5.0,
            confirmations=1,
            inclusive=True,
            meaning=N_(
                "Small caps have risen fast for three weeks: appetite for risk, and often "
                "a rebound after a fall."
            ),
            resolved_meaning=N_("The rally has run out: less than 4 % is left over three weeks."),
        ),
    ),
)
