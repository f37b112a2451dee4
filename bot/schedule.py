"""When a feed is to be asked next: its plan against the clock of New York and of the world."""

from datetime import UTC, datetime, timedelta

from bot.calendar import NEW_YORK, globex_from, is_session, next_day, session_close, session_open
from bot.model import Cadence
from bot.ports import At, Every, Hours, Plan

AFTER_CLOSE = timedelta(minutes=30)
"""How long after the closing bell late quotes still move."""


def next_due(plan: Plan, asked: datetime) -> datetime | None:
    """The first time after `asked` at which the plan wants another request; None if it never does.

    Times are UTC and aware.
    """
    times = [
        _next_within_hours(part, asked) if isinstance(part, Every) else _next_time(part, asked)
        for part in plan
    ]
    return min(times, default=None)


def _next_within_hours(part: Every, asked: datetime) -> datetime:
    due = asked + part.interval
    match part.hours:
        case Hours.ALWAYS:
            return due
        case Hours.SESSION:
            return _within_session(due)
        case Hours.GLOBEX:
            return globex_from(due)


def _within_session(due: datetime) -> datetime:
    """The time itself within a session, else the next opening bell."""
    day = due.astimezone(NEW_YORK).date()
    if is_session(day) and due <= session_close(day) + AFTER_CLOSE:
        return max(due, session_open(day))
    return session_open(next_day(Cadence.NYSE_SESSION, day))


def _next_time(part: At, asked: datetime) -> datetime:
    day = asked.astimezone(part.zone).date()
    while True:
        if day.weekday() in part.weekdays and day.day in part.month_days:
            for at in sorted(part.times):
                moment = datetime.combine(day, at, part.zone).astimezone(UTC)
                if moment > asked:
                    return moment
        day += timedelta(days=1)
