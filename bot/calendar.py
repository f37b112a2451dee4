"""When a series' next value is due, and what "late" means for it: sessions, holidays, UTC days."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, financial_holidays

from bot.model import Cadence, Observation, Series

NEW_YORK = ZoneInfo("America/New_York")
OPENING = time(9, 30)
CLOSE = time(16, 0)
EARLY_CLOSE = time(13, 0)
SETTLE = timedelta(minutes=20)
"""Index vendors quote the New York close up to twenty minutes late."""
SAMPLE_GRACE = timedelta(minutes=10)
"""A sample taken just before midnight may reach us some minutes after it."""


@lru_cache(maxsize=1)
def _closed_days() -> HolidayBase:
    return financial_holidays("NYSE")


@lru_cache(maxsize=1)
def _half_days() -> HolidayBase:
    return financial_holidays("NYSE", categories=("half_day",))


@lru_cache(maxsize=32_768)
def is_session(day: date) -> bool:
    """Whether the New York Stock Exchange trades on this day."""
    return day.weekday() < 5 and day not in _closed_days()  # noqa: PLR2004 - Monday is 0.


def session_open(day: date) -> datetime:
    """The opening bell of a session, in UTC."""
    return datetime.combine(day, OPENING, NEW_YORK).astimezone(UTC)


def session_close(day: date) -> datetime:
    """The closing bell of a session, in UTC; 13:00 New York on half days."""
    bell = EARLY_CLOSE if day in _half_days() else CLOSE
    return datetime.combine(day, bell, NEW_YORK).astimezone(UTC)


def belongs(cadence: Cadence, day: date) -> bool:
    """Whether the cadence has a value for this day at all."""
    return cadence is Cadence.UTC_DAY or is_session(day)


def next_day(cadence: Cadence, day: date) -> date:
    """The day of the value that follows the one of `day`."""
    day += timedelta(days=1)
    while not belongs(cadence, day):
        day += timedelta(days=1)
    return day


def final_at(cadence: Cadence, day: date) -> datetime:
    """When the world can know the final value of `day`."""
    if cadence is Cadence.NYSE_SESSION:
        return session_close(day) + SETTLE
    return datetime.combine(day + timedelta(days=1), time(0), UTC)


def is_final(
    series: Series, observation: Observation, now: datetime, *, superseded: bool = False
) -> bool:
    """Whether an observation is its day's last word.

    A bar must have been seen after the close. A sample is its day's value once the day is over and
    we are not blind: it was taken near the day's end, it was the vendor's last word when we asked
    after it, or (`superseded`) a later day's sample has come. So an outage never turns the last
    value before it into the day's while it lasts.
    """
    due = final_at(series.cadence, observation.day)
    if series.cadence is Cadence.NYSE_SESSION:
        return observation.final and observation.observed_at >= due
    if observation.final or observation.observed_at >= due:
        return True
    near_the_end = observation.as_of >= due - timedelta(hours=series.late_after_hours)
    return now >= due + SAMPLE_GRACE and (superseded or near_the_end)


def late_at(series: Series, latest: Observation, latest_final: date | None) -> datetime:
    """When the series becomes late if nothing newer arrives.

    Bars and recorded daily values are late when the next one does not appear; a sampled value is
    late when its own time lies too far back. A weekend or a holiday is no outage.
    """
    allowance = timedelta(hours=series.late_after_hours)
    if series.cadence is Cadence.UTC_DAY and not latest.final:
        return latest.as_of + allowance
    day = next_day(series.cadence, latest_final or latest.day - timedelta(days=1))
    return final_at(series.cadence, day) + allowance


def busy(cadence: Cadence, now: datetime) -> bool:
    """Whether values of this cadence are being made about now, so that asking often is worth it."""
    if cadence is Cadence.UTC_DAY:
        return True
    today = now.astimezone(NEW_YORK).date()
    if not is_session(today):
        return False
    return session_open(today) <= now <= session_close(today) + timedelta(hours=2)
