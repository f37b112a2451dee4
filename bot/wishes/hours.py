"""Times of day: quiet hours, and when a digest comes."""

import re
from datetime import time

from bot.commands import UserError
from bot.language import N_, _
from bot.model import DigestTime, QuietHours

OFF = frozenset({"off", "none", "no", "never"})
"""How people say that they want none of it."""
WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
TYPED_WEEKDAYS = tuple(day.lower() for day in WEEKDAYS)
SHORTEST_WEEKDAY = 3
MORNING = time(8)
"""When a digest comes of which only the day was named."""
NOON = 12
_CLOCK = r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?\s*(?P<half>am|pm)?"
CLOCK = re.compile(_CLOCK)
_DASH = re.compile(r"-|–|—|\bto\b|\btill\b|\buntil\b")


def clock(typed: str) -> time | None:
    """A time of day: 22:00, 7, 7.30, 10pm; None for anything else."""
    found = CLOCK.fullmatch(typed.strip())
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= NOON:
            return None
        hour = hour % NOON + (NOON if found["half"] == "pm" else 0)
    hour = 0 if (hour, minute) == (24, 0) else hour
    try:
        return time(hour, minute)
    except ValueError:
        return None


def quiet_hours(typed: str) -> QuietHours | None:
    """22:00-07:00, 10pm to 7am; None for off."""
    if typed in OFF:
        return None
    ends = [clock(each) for each in _DASH.split(typed.removeprefix("from ").strip())]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:  # noqa: PLR2004 - it has two ends.
        raise UserError(
            _("I do not understand the hours {typed}: write them like 22:00-07:00, or off.").format(
                typed=typed[:32]
            )
        )
    if ends[0] == ends[1]:
        raise UserError(
            _("Quiet hours that end when they begin are none: write them like 22:00-07:00, or off.")
        )
    return QuietHours(ends[0], ends[1])


def quiet_typed(quiet: QuietHours | None) -> str:
    """Quiet hours as they are read back."""
    return f"{quiet.begin:%H:%M}-{quiet.end:%H:%M}" if quiet else "off"


def digest_time(typed: str) -> DigestTime | None:
    """Daily 08:00, weekly monday 08:00, monday; None for off."""
    if typed in OFF:
        return None
    words = typed.replace(",", " ").split()
    often = words[0] if words and words[0] in ("daily", "weekly") else ""
    rest = [word for word in words[bool(often) :] if word not in ("at", "on", "every")]
    weekday = _weekday(rest[0]) if rest else None
    at = clock(" ".join(rest[weekday is not None :])) if len(rest) > (weekday is not None) else None
    understood = at is not None or len(rest) == (weekday is not None)
    if not understood or not words or (often == "daily" and weekday is not None):
        raise UserError(
            _(
                "I do not understand when {typed} is: write daily 08:00, weekly monday 08:00, "
                "or off."
            ).format(typed=typed[:32])
        )
    if often == "weekly" and weekday is None:
        weekday = 0
    return DigestTime(at or MORNING, weekday)


def digest_typed(digest: DigestTime | None) -> str:
    """The time of a digest as it is read back."""
    if digest is None:
        return "off"
    if digest.weekday is None:
        return f"daily {digest.at:%H:%M}"
    return f"weekly {TYPED_WEEKDAYS[digest.weekday]} {digest.at:%H:%M}"


def digest_said(digest: DigestTime) -> str:
    """The time of a digest for a reader: every Monday at 08:00."""
    if digest.weekday is None:
        return _("every day at {time}").format(time=f"{digest.at:%H:%M}")
    day = _(WEEKDAYS[digest.weekday])
    return _("every {weekday} at {time}").format(weekday=day, time=f"{digest.at:%H:%M}")


def _weekday(word: str) -> int | None:
    if len(word) < SHORTEST_WEEKDAY:
        return None
    return next((n for n, day in enumerate(TYPED_WEEKDAYS) if day.startswith(word)), None)
