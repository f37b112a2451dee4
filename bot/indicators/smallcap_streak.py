"""For how many sessions in a row small caps have beaten large caps.

Formula: sessions in a row with the Russell 2000's percent return above the S&P 500's, on the
sessions both have; equal returns break it. It is counted over 400 days, while the longest since
1987 took 16 sessions. Source: the price indices, without dividends.
"""

from collections.abc import Sequence

from bot.formulas import strength
from bot.language import N_
from bot.model import Indicator, LevelRule, Measure, Point, Side, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    russell, large_caps = inputs
    return strength.streak(russell, large_caps)


INDICATOR = Indicator(
    key="smallcap_streak",
    title=N_("Small caps ahead of large caps"),
    unit=Unit.SESSIONS,
    series=("russell_2000", "sp_500"),
    derive=_derive,
    lookback_days=400,
    rules=(
        LevelRule(
            id="smallcap_streak",
            topic="strength",
            indicator="smallcap_streak",
            side=Side.ABOVE,
            level=10.0,
            band=9.0,
            confirmations=1,
            inclusive=True,
            meaning=N_(
                "Small caps have beaten large caps for ten sessions running, which has "
                "happened about once in five years since 1987. It says who leads, not "
                "what comes next."
            ),
            resolved_meaning=N_(
                "The run is over: large caps did at least as well on this session."
            ),
        ),
    ),
)
