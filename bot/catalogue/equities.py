"""American shares: small caps and the large ones they are measured against."""

from bot.language import N_
from bot.model import Bound, Cadence, Series, Unit

SERIES = (
    Series(
        key="russell_2000",
        title=N_("Russell 2000"),
        unit=Unit.POINTS,
        cadence=Cadence.NYSE_SESSION,
        late_after_hours=3.0,
        lowest=50.0,
        highest=100000.0,
        step=Bound(pct=15.0),
        far=Bound(pct=25.0),
        apart=Bound(pct=0.1),
    ),
    Series(
        key="russell_2000_high",
        title=N_("Russell 2000 intraday high"),
        unit=Unit.POINTS,
        cadence=Cadence.NYSE_SESSION,
        late_after_hours=3.0,
        lowest=50.0,
        highest=100000.0,
        step=Bound(pct=15.0),
        far=Bound(pct=25.0),
    ),
    Series(
        key="russell_2000_future",
        title=N_("E-mini Russell 2000 future"),
        unit=Unit.POINTS,
        cadence=Cadence.GLOBEX,
        late_after_hours=1.0,
        lowest=50.0,
        highest=100000.0,
        step=Bound(pct=15.0),
        far=Bound(pct=25.0),
    ),
    Series(
        key="sp_500",
        title=N_("S&P 500"),
        unit=Unit.POINTS,
        cadence=Cadence.NYSE_SESSION,
        late_after_hours=3.0,
        lowest=50.0,
        highest=200000.0,
        step=Bound(pct=15.0),
        far=Bound(pct=25.0),
        apart=Bound(pct=0.1),
    ),
    Series(
        key="iwm",
        title=N_("IWM, the largest Russell 2000 fund"),
        unit=Unit.USD,
        cadence=Cadence.NYSE_SESSION,
        late_after_hours=3.0,
        lowest=5.0,
        highest=10000.0,
        step=Bound(pct=15.0),
        far=Bound(pct=25.0),
        apart=Bound(pct=0.5),
    ),
)
"""A price index that reads 0 is a missing value. The longest steps since 1987: Russell 14.3 % in a
day, S&P 20.5 %; a longer one needs a second look, and one of more than 25 % another vendor or
another day. Vendors quote the same index to the cent."""
