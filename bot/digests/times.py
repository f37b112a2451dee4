"""When a chat's next digest is due, in its own time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.model import DigestTime, Preferences
from bot.model.preferences import UTC_ZONE

LATEST = timedelta(hours=12)
"""A digest that is later than this says little that is new: the next one is waited for instead."""
DAY = timedelta(days=1)
DAYS_A_WEEK = 7


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this IANA name; UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UTC_ZONE)


def next_due(asked: DigestTime, zone: str, after: datetime) -> datetime:
    """The first instant after another at which the digest is due, in UTC.

    A local time that a change of the clocks leaves out is moved forward by what was left out, and
    of one that it repeats the first counts: each local day has one digest.
    """
    local = zone_of(zone)
    # Where the clocks were set by more than hours, a day may be left out as a whole.
    first = after.astimezone(local).date() - DAY
    days = [first + n * DAY for n in range(2 * DAYS_A_WEEK + 1)]
    instants = (_instant(day, asked, local) for day in days if _is_asked(day, asked))
    return min(instant for instant in instants if instant > after)


def due_of(preferences: Preferences, after: datetime) -> datetime | None:
    """When the chat's next digest is due; None where it wants none."""
    if preferences.digest is None:
        return None
    return next_due(preferences.digest, preferences.zone, after)


def days_of(asked: DigestTime) -> int:
    """How many days a digest looks back on."""
    return 1 if asked.weekday is None else DAYS_A_WEEK


def _is_asked(day: date, asked: DigestTime) -> bool:
    return asked.weekday is None or day.weekday() == asked.weekday


def _instant(day: date, asked: DigestTime, local: ZoneInfo) -> datetime:
    at = asked.at.replace(tzinfo=None, fold=0)
    return datetime.combine(day, at, local).astimezone(UTC)
