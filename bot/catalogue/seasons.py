"""Altcoin season indices: the published ones, and our own from the same rule."""

from bot.language import N_
from bot.model import Bound, Cadence, Series, Unit

SERIES = (
    Series(
        key="altcoin_season_index",
        title=N_("Altcoin Season Index"),
        unit=Unit.SCORE,
        cadence=Cadence.UTC_DAY,
        late_after_hours=3.0,
        lowest=0.0,
        highest=100.0,
        step=Bound(points=25.0),
        apart=Bound(points=10.0),
    ),
    Series(
        key="own_season_50",
        title=N_("Our season index, top 50"),
        unit=Unit.SCORE,
        cadence=Cadence.UTC_DAY,
        late_after_hours=8.0,
        lowest=0.0,
        highest=100.0,
        step=Bound(points=25.0),
    ),
    Series(
        key="own_season_100",
        title=N_("Our season index, top 100"),
        unit=Unit.SCORE,
        cadence=Cadence.UTC_DAY,
        late_after_hours=8.0,
        lowest=0.0,
        highest=100.0,
        step=Bound(points=25.0),
    ),
    Series(
        key="own_season_blue_chips",
        title=N_("Blue chips that beat Bitcoin, ranks 1 to 10"),
        unit=Unit.SCORE,
        cadence=Cadence.UTC_DAY,
        late_after_hours=8.0,
        lowest=0.0,
        highest=100.0,
    ),
    Series(
        key="own_season_long_tail",
        title=N_("Long tail that beats Bitcoin, ranks 51 to 100"),
        unit=Unit.SCORE,
        cadence=Cadence.UTC_DAY,
        late_after_hours=8.0,
        lowest=0.0,
        highest=100.0,
    ),
)
"""Shares of coins lie within 0 and 100. A published index moves by up to 20 points in a day."""
