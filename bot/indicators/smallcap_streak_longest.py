"""The longest streak of sessions on which small caps beat large caps.

Formula: the maximum of the streak over all sessions known so far; of equals, the first. Source: the
price indices since 1987, without dividends.
"""

from collections.abc import Sequence

from bot.formulas import strength
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    russell, large_caps = inputs
    return strength.longest_streak(russell, large_caps)


INDICATOR = Indicator(
    key="smallcap_streak_longest",
    title=N_("Longest lead of small caps"),
    unit=Unit.SESSIONS,
    series=("russell_2000", "sp_500"),
    derive=_derive,
)
