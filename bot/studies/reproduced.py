"""How an alert can be made again from recorded values."""

from collections.abc import Sequence
from datetime import date

from bot.calendar import final_at
from bot.catalogue import SERIES
from bot.model import Alert, Indicator, Kind

NEEDS = {
    "phase": ("russell_2000", "btc_dominance", "altcoin_season_index"),
    "breakout_follow_up": ("russell_2000",),
}
"""The series on which a rule rests that reads more than its indicator's, or less."""


def replayed_on(alert: Alert, indicators: Sequence[Indicator]) -> date:
    """The day on which a replay tells it: when the world could know the value that decided."""
    by_key = {each.key: each for each in indicators}
    if alert.kind in (Kind.STALE, Kind.RECOVERED) or alert.indicator not in by_key:
        return alert.decided_at.date()  # Silence is noticed when it is noticed.
    series = by_key[alert.indicator].series
    return max(final_at(SERIES[key].cadence, alert.day) for key in series).date()


def needed(alert: Alert, indicators: Sequence[Indicator]) -> tuple[str, ...]:
    """The series that a recording must hold for it."""
    own = next((each.series for each in indicators if each.key == alert.indicator), ())
    return NEEDS.get(alert.rule) or own or (alert.indicator,)
