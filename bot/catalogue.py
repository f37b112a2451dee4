"""The series the product knows: unit, calendar, and the bounds of what can be real."""

from bot.model import Cadence, Series, Unit

SERIES: dict[str, Series] = {
    series.key: series
    for series in (
        Series(
            key="russell_2000",
            title="Russell 2000",
            unit=Unit.POINTS,
            cadence=Cadence.NYSE_SESSION,
            late_after_hours=3.0,
            lowest=50.0,
            highest=100_000.0,
        ),
        Series(
            key="sp_500",
            title="S&P 500",
            unit=Unit.POINTS,
            cadence=Cadence.NYSE_SESSION,
            late_after_hours=3.0,
            lowest=50.0,
            highest=200_000.0,
        ),
        Series(
            key="btc_dominance",
            title="Bitcoin dominance",
            unit=Unit.PCT,
            cadence=Cadence.UTC_DAY,
            late_after_hours=1.0,
            lowest=20.0,
            highest=100.0,
        ),
        Series(
            key="altcoin_season_index",
            title="Altcoin Season Index",
            unit=Unit.SCORE,
            cadence=Cadence.UTC_DAY,
            late_after_hours=3.0,
            lowest=0.0,
            highest=100.0,
        ),
    )
}
"""By key. Plausibility: dominance has never been below 32 %, while a fraction, or Ethereum's share
under Bitcoin's name, would be below 20; an index of shares of coins lies within 0 and 100; a price
index that reads 0 is a missing value."""
