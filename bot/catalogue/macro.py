"""The Federal Reserve's balance sheet and rate, and inflation."""

from bot.language import N_
from bot.model import Bound, Cadence, Series, Unit

SERIES = (
    Series(
        key="fed_assets",
        title=N_("Fed assets"),
        unit=Unit.USD,
        cadence=Cadence.WEDNESDAY,
        late_after_hours=24.0,
        lowest=1e11,
        highest=1e14,
        step=Bound(pct=13.0),
    ),
    Series(
        key="fed_soma",
        title=N_("Fed securities holdings (SOMA)"),
        unit=Unit.USD,
        cadence=Cadence.WEDNESDAY,
        late_after_hours=72.0,
        lowest=1e11,
        highest=1e14,
        step=Bound(pct=13.0),
    ),
    Series(
        key="fed_funds",
        title=N_("Effective fed funds rate"),
        unit=Unit.PCT,
        cadence=Cadence.NYSE_NEXT_MORNING,
        late_after_hours=96.0,
        lowest=-2.0,
        highest=30.0,
        step=Bound(points=1.5),
        apart=Bound(points=0.05),
    ),
    Series(
        key="cpi",
        title=N_("Consumer prices, seasonally adjusted"),
        unit=Unit.POINTS,
        cadence=Cadence.MONTH,
        late_after_hours=72.0,
        lowest=50.0,
        highest=5000.0,
        step=Bound(pct=3.0),
        apart=Bound(pct=0.1),
    ),
    Series(
        key="cpi_nsa",
        title=N_("Consumer prices, not adjusted"),
        unit=Unit.POINTS,
        cadence=Cadence.MONTH,
        late_after_hours=72.0,
        lowest=50.0,
        highest=5000.0,
        step=Bound(pct=3.0),
        apart=Bound(pct=0.1),
    ),
)
"""Fed assets moved by 12.6 % in the week of 25 March 2020, the most since 2008, and the CPI by
1.8 % in a month."""
