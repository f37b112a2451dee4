"""The machine's clock beside others', and the rules by which times become local."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.fetcher import CLOCK_SKEW_SECONDS
from bot.ports import Finding, fail, ok, warn

ODD_SECONDS = 5.0
"""A clock that somebody keeps strays less."""
SET_IT = "Let NTP set the clock: timedatectl set-ntp true."
NEWER = "Upgrade the package tzdata, and the system's if it has one."
NEW_YORK = "America/New_York"
SUMMER, WINTER = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
HOURS_IN_NEW_YORK = (-4, -5)
CHANGED_LATELY = {"Asia/Almaty": 5, "America/Asuncion": -3}
"""Zones that moved in 2024, and their hours in winter of 2026: data that is older has others."""


def examine(
    ahead_seconds: Sequence[float], ahead_of_store: float | None, now: datetime
) -> Iterator[Finding]:
    """Take by how many seconds our clock is ahead of each provider's, and of Redis's."""
    if ahead_seconds:
        yield _skew("clock", f"{len(ahead_seconds)} sources", median(ahead_seconds))
    else:
        yield warn("clock", "no source answered to compare it with", "See why none answers.")
    if ahead_of_store is not None:
        yield _skew("clock of the store", "Redis", ahead_of_store)
    yield _zones(now)


def _skew(subject: str, others: str, ahead: float) -> Finding:
    """Positive where ours is ahead."""
    side = "ahead of" if ahead > 0 else "behind"
    found = f"within {ODD_SECONDS:.0f} s of {others}"
    seconds = round(ahead, 1)
    if abs(ahead) > ODD_SECONDS:
        found = f"{abs(ahead):.0f} s {side} {others}"
    if abs(ahead) > CLOCK_SKEW_SECONDS:
        return fail(subject, found, SET_IT, ahead_seconds=seconds)
    if abs(ahead) > ODD_SECONDS:
        return warn(subject, found, SET_IT, ahead_seconds=seconds)
    return ok(subject, found, ahead_seconds=seconds)


def _zones(now: datetime) -> Finding:
    try:
        release = version("tzdata")
    except PackageNotFoundError:
        release = "unknown"
    try:
        zone = ZoneInfo(NEW_YORK)
        old = [name for name, hours in CHANGED_LATELY.items() if _hours(name, WINTER) != hours]
    except ZoneInfoNotFoundError:
        return fail("time zones", "there is no time-zone data", NEWER)
    if tuple(_hours(NEW_YORK, at) for at in (SUMMER, WINTER)) != HOURS_IN_NEW_YORK:
        return fail("time zones", "New York's clock changes are not known", NEWER, tzdata=release)
    if old:
        found = f"the data is older than 2024: {', '.join(old)} is wrong"
        return warn("time zones", found, NEWER, tzdata=release)
    local = now.astimezone(zone)
    return ok("time zones", f"{local:%H:%M %Z} in New York, tzdata {release}", tzdata=release)


def _hours(name: str, at: datetime) -> float:
    offset = at.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    return offset / timedelta(hours=1)
