"""When a series' next value is due, and what "late" means: sessions, holidays, days, releases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, financial_holidays

from bot.model import Cadence, Observation, Series

NEW_YORK = ZoneInfo("America/New_York")
OPENING = time(9, 30)
CLOSE = time(16, 0)
EARLY_CLOSE = time(13, 0)
GLOBEX_OPENS, GLOBEX_CLOSES = time(18), time(17)
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
AWAKE = timedelta(minutes=30)
"""Quotes of an index come up to twenty minutes late, and every five."""
SETTLE = timedelta(minutes=20)
"""Index vendors quote the New York close up to twenty minutes late."""
SAMPLE_GRACE = timedelta(minutes=10)
"""A sample taken just before midnight may reach us some minutes after it."""
NEXT_MORNING = time(12, 0)
"""Fund flows of a session are complete by then, in UTC."""
BALANCE_SHEET = time(16, 30)
"""The Federal Reserve's weekly release (H.4.1), in New York."""
PRICES = time(8, 30)
PRICES_DAY = 12
"""The consumer price index comes out at this time in New York, about this day of the month."""
NEVER_PUBLISHED = frozenset({date(2025, 10, 1)})
"""No prices were collected in the shutdown of October 2025: that month has no index."""


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


@lru_cache(maxsize=32_768)
def session_close(day: date) -> datetime:
    """The closing bell of a session, in UTC; 13:00 New York on half days."""
    bell = EARLY_CLOSE if day in _half_days() else CLOSE
    return datetime.combine(day, bell, NEW_YORK).astimezone(UTC)


def globex_from(moment: datetime) -> datetime:
    """The moment itself while futures trade, else their next opening, in UTC.

    They trade from Sunday 18:00 to Friday 17:00 New York, with a break from 17:00 to 18:00.
    """
    local = moment.astimezone(NEW_YORK)
    weekday, at = local.weekday(), local.time()
    weekend = (
        weekday == SATURDAY
        or (weekday == FRIDAY and at >= GLOBEX_CLOSES)
        or (weekday == SUNDAY and at < GLOBEX_OPENS)
    )
    if not weekend and not GLOBEX_CLOSES <= at < GLOBEX_OPENS:
        return moment
    day = local.date()
    while weekend and day.weekday() != SUNDAY:
        day += timedelta(days=1)
    return _in_new_york(day, GLOBEX_OPENS)


def belongs(cadence: Cadence, day: date) -> bool:
    """Whether the cadence has a value for this day at all."""
    match cadence:
        case Cadence.NYSE_SESSION | Cadence.NYSE_NEXT_MORNING | Cadence.GLOBEX:
            return is_session(day)
        case Cadence.UTC_DAY | Cadence.UTC_MORNING:
            return True
        case Cadence.WEDNESDAY:
            return day.weekday() == 2  # noqa: PLR2004 - Monday is 0.
        case Cadence.MONTH:
            return day.day == 1 and day not in NEVER_PUBLISHED


def next_day(cadence: Cadence, day: date) -> date:
    """The day of the value that follows the one of `day`."""
    day += timedelta(days=1)
    while not belongs(cadence, day):
        day += timedelta(days=1)
    return day


def _on_or_after(day: date, fits: Callable[[date], bool]) -> date:
    while not fits(day):
        day += timedelta(days=1)
    return day


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5  # noqa: PLR2004 - Monday is 0.


def _in_new_york(day: date, at: time) -> datetime:
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


@lru_cache(maxsize=65_536)
def final_at(cadence: Cadence, day: date) -> datetime:
    """When the world can know the final value of `day`."""
    return _KNOWN[cadence](day)


def _in_utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, UTC)


def _balance_sheet_of(wednesday: date) -> datetime:
    return _in_new_york(_on_or_after(wednesday + timedelta(days=1), is_session), BALANCE_SHEET)


def _prices_of(month: date) -> datetime:
    next_month = (month + timedelta(days=31)).replace(day=PRICES_DAY)
    return _in_new_york(_on_or_after(next_month, _is_weekday), PRICES)


_KNOWN: dict[Cadence, Callable[[date], datetime]] = {
    Cadence.NYSE_SESSION: lambda day: session_close(day) + SETTLE,
    Cadence.NYSE_NEXT_MORNING: lambda day: _in_utc(day + timedelta(days=1), NEXT_MORNING),
    Cadence.GLOBEX: lambda day: _in_new_york(day, GLOBEX_CLOSES),
    Cadence.UTC_MORNING: lambda day: _in_utc(day, time(0)),
    Cadence.UTC_DAY: lambda day: _in_utc(day + timedelta(days=1), time(0)),
    Cadence.WEDNESDAY: _balance_sheet_of,
    Cadence.MONTH: _prices_of,
}


def drowsy(series: Series, latest: Observation, now: datetime) -> bool:
    """Whether an index stands still while its market trades: another vendor's quote says more.

    It is not late yet: what counts of a session is its close.
    """
    if series.cadence is not Cadence.NYSE_SESSION:
        return False
    today = now.astimezone(NEW_YORK).date()
    if not is_session(today) or not session_open(today) + AWAKE < now < session_close(today):
        return False
    return now - latest.as_of > AWAKE


def is_final(
    series: Series, observation: Observation, now: datetime, *, superseded: bool = False
) -> bool:
    """Whether an observation is its day's last word.

    A bar must have been seen after the close. Of what is published once, the vendor's word counts.
    A sample is its day's value once the day is over and we are not blind: it was taken near the
    day's end, it was the vendor's last word when we asked after it, or (`superseded`) a later day's
    sample has come. So an outage never turns the last value before it into the day's while it
    lasts.
    """
    due = final_at(series.cadence, observation.day)
    if series.cadence is Cadence.NYSE_SESSION:
        return observation.final and observation.observed_at >= due
    if observation.final or series.cadence is not Cadence.UTC_DAY:
        return observation.final
    if observation.observed_at >= due:
        return True
    near_the_end = observation.as_of >= due - timedelta(hours=series.late_after_hours)
    return now >= due + SAMPLE_GRACE and (superseded or near_the_end)


def late_at(series: Series, latest: Observation, latest_final: date | None) -> datetime:
    """When the series becomes late if nothing newer arrives.

    Bars and recorded daily values are late when the next one does not appear; a sampled value is
    late when its own time lies too far back. A weekend or a holiday is no outage.
    """
    allowance = timedelta(hours=series.late_after_hours)
    if series.cadence is Cadence.GLOBEX:
        due = latest.as_of + allowance
        opens = globex_from(due)
        return due if opens == due else opens + allowance
    if series.cadence is Cadence.UTC_DAY and not latest.final:
        return latest.as_of + allowance
    day = next_day(series.cadence, latest_final or latest.day - timedelta(days=1))
    return final_at(series.cadence, day) + allowance
