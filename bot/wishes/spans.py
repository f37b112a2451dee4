"""For how long, and until when."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from bot.commands import UserError
from bot.language import _
from bot.own.options import FEW, MINUTES
from bot.wishes.hours import clock

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=30)
_DAY_FIRST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[t ])")


def length(typed: str) -> timedelta | None:
    """A length of time: 1h, 90 minutes, 2 days, a week, 1h 30m; None for anything else."""
    rest, minutes = typed.strip(), 0.0
    if not rest:
        return None
    while rest:
        few = FEW.match(rest)
        size = MINUTES.get(few["unit"].rstrip("s") or few["unit"]) if few else None
        if few is None or size is None:
            return None
        count = few["count"] or "1"
        minutes += size * (float(count) if count[0].isdigit() else 1)
        rest = rest[few.end() :].strip()
    # Far too long is as wrong as one day too long, and fits in a timedelta.
    return timedelta(minutes=min(minutes, LONGEST / SHORTEST + 1))


def end_of(span: timedelta, now: datetime) -> datetime:
    """The whole minute in which so long has passed; raises UserError out of bounds."""
    if not SHORTEST <= span <= LONGEST:
        raise UserError(
            _("I mute for 1 minute up to {days} days; always mutes for good.").format(
                days=LONGEST.days
            )
        )
    end = now + span
    whole = end.replace(second=0, microsecond=0)
    return whole if whole == end else whole + timedelta(minutes=1)


def instant(typed: str, now: datetime, zone: tzinfo) -> datetime | None:
    """An instant: 2026-11-30T12:00Z, 2026-11-30 12:00, 2026-11-30, or 08:00 for the next one.

    What names no zone is meant in `zone`. None for what names no instant.
    """
    at = clock(typed)
    if at is not None:
        today = now.astimezone(zone).date()
        ends = (
            datetime.combine(today + timedelta(days=ahead), at, zone).astimezone(UTC)
            for ahead in (0, 1, 2)
        )
        return next(end for end in ends if end > now)
    if not _DAY_FIRST.match(typed):
        return None
    try:
        read = datetime.fromisoformat(typed.upper())
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(
            _("There is no time {typed}: write it like 2026-11-30T12:00Z, or 08:00.").format(
                typed=typed[:32]
            )
        ) from None


def instant_typed(moment: datetime) -> str:
    """An instant as it is read back: 2026-11-30T12:00Z."""
    there = moment.astimezone(UTC).replace(tzinfo=None)
    exact = there.second or there.microsecond
    return f"{there.isoformat() if exact else there.isoformat(timespec='minutes')}Z"
