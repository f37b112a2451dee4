"""Whether the rotation is broad: the blue chips that beat Bitcoin less the long tail that does.

Formula: score of ranks 1 to 10 less score of ranks 51 to 100, on days both have. Above 0 only the
largest coins lead; below 0 it has reached the small ones. Source: our own season indices.
"""

from collections.abc import Sequence

from bot.formulas.runs import common
from bot.language import N_
from bot.model import Indicator, Measure, Point, Unit


def _derive(inputs: Sequence[Sequence[Point]]) -> Sequence[Measure]:
    blue_chips, long_tail = inputs
    both = common(blue_chips, long_tail)
    return [Measure(pair.day, pair.first - pair.second) for pair in both]


INDICATOR = Indicator(
    key="own_season_breadth",
    title=N_("Blue chips less long tail"),
    unit=Unit.PP,
    series=("own_season_blue_chips", "own_season_long_tail"),
    derive=_derive,
    lookback_days=10,
    provisional=True,
)
