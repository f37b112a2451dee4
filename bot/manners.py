"""When an alert is told: now, once quiet hours or a mute are over, or never.

Quiet hours hold back what the chat did not call urgent; mutes hold back whatever they name, and go
before. What a chat asked for at a time, its digests, and what stands in for another chat that
cannot be reached, are not alerts of this chat: neither holds them back.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.model import Kind, Mute, Preferences, QuietHours
from bot.ports import Hold

OWN = "own"
"""What stands for all alerts of one's own among topics."""
RECOVERS = "recovers"
"""The condition of a mute that ends with what it silences."""
MUTED, QUIET = "muted", "quiet"
"""Why something was held: "muted", or "quiet 22:00 07:00"."""
LOOK_AGAIN = timedelta(hours=1)
"""What waits for a condition is looked at so often, should nobody have said that it came true."""
NOT_ALERTS = ("digest:", "relay:", "operator:")
"""How the ids begin of what comes at a time that the chat chose, of what another chat cannot be
told, and of what whoever runs the bot wants to hear of it."""
RECOVERIES = frozenset({Kind.RESOLVED, Kind.RECOVERED, Kind.INVALIDATED, Kind.RECLAIMED})
"""The kinds that say that what a rule told before is over."""

_OWN_JOB = re.compile(r"own:.*?:(\d+):\d{4}-\d\d-\d\dT")


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about, as far as anybody mutes or hurries it."""

    topic: str
    """`own` for an alert of the chat's own."""
    rule: str
    """A preset rule's id, or the number of an alert of one's own."""
    recovers: bool = False
    """It says that what the rule told before is over."""


def subject(job: str, topic: str) -> Subject | None:
    """What a letter is about; None of one that is no alert of this chat.

    Ids are <rule>:<day>:<kind>, perhaps with more behind it, or own:<platform>:<member>:<number>:
    <time>:<saying>.
    """
    if job.startswith(NOT_ALERTS):
        return None
    own = _OWN_JOB.match(job)
    if own:
        return Subject(OWN, own[1])
    rule, *more = job.split(":")
    # What was found late is a recovery like any other; the correction of one is none.
    kind = [each for each in more if each != Kind.LATE][-1:]
    return Subject(topic or OWN, rule, recovers=not RECOVERIES.isdisjoint(kind))


def held_back(
    letters: Sequence[tuple[str, str]], preferences: Preferences, now: datetime
) -> tuple[Hold, ...]:
    """Those of some letters, each a job and its topic, that are not told now; in their order."""
    holds = [_hold(job, subject(job, topic), preferences, now) for job, topic in letters]
    return tuple(hold for hold in holds if hold is not None)


def _hold(job: str, about: Subject | None, preferences: Preferences, now: datetime) -> Hold | None:
    if about is None:
        return None
    mutes = [
        mute for mute in preferences.mutes if _silences(mute, about) and not _is_over(mute, now)
    ]
    if any(mute.until is None and not mute.condition for mute in mutes):
        return Hold(job, None, MUTED)
    if mutes:
        return Hold(job, max(_look_at(mute, now) for mute in mutes), MUTED)
    quiet = preferences.quiet
    end = None if quiet is None else quiet_until(quiet, preferences.zone, now)
    if quiet is None or end is None or about.topic in preferences.urgent:
        return None
    return Hold(job, end, f"{QUIET} {quiet.begin:%H:%M} {quiet.end:%H:%M}")


def is_muted(about: Subject, preferences: Preferences, now: datetime) -> bool:
    """Whether the chat wants to hear nothing of this at present."""
    return any(_silences(mute, about) and not _is_over(mute, now) for mute in preferences.mutes)


def _look_at(mute: Mute, now: datetime) -> datetime:
    again = now + LOOK_AGAIN if mute.condition else mute.until
    return min(each for each in (again, mute.until) if each is not None)


def _silences(mute: Mute, about: Subject) -> bool:
    if mute.rule:
        return mute.rule == about.rule
    return not mute.topic or mute.topic == about.topic


def _is_over(mute: Mute, now: datetime) -> bool:
    return mute.until is not None and mute.until <= now


def ended(
    mutes: Sequence[Mute], letters: Collection[tuple[str, str]], now: datetime
) -> tuple[Mute, ...]:
    """The mutes whose time is over, or that one of the letters, each a job and its topic, ends."""
    recoveries = [
        about
        for job, topic in letters
        if (about := subject(job, topic)) is not None and about.recovers
    ]
    return tuple(
        mute
        for mute in mutes
        if _is_over(mute, now)
        or (mute.condition == RECOVERS and any(_silences(mute, about) for about in recoveries))
    )


def quiet_until(quiet: QuietHours, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours end that it is now, by the clocks of the zone; None outside of them.

    A local time that does not exist is when the clocks have passed it. Of one that comes twice,
    quiet hours begin at the first and end at the second.
    """
    if quiet.begin == quiet.end:
        return None
    place = known_zone(zone)
    today = now.astimezone(place).date()
    for days in (-1, 0, 1):
        first = today + timedelta(days=days)
        last = first + timedelta(days=quiet.end < quiet.begin)
        begin = _instant(datetime.combine(first, quiet.begin), place, last=False)
        end = _instant(datetime.combine(last, quiet.end), place, last=True)
        if begin <= now < end:
            return end
    return None


@lru_cache(maxsize=1000)
def known_zone(name: str) -> ZoneInfo:
    """The zone of a name; UTC where this machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _instant(wall: datetime, zone: ZoneInfo, *, last: bool) -> datetime:
    """When clocks show a local time, or pass it where they leave it out."""
    one = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    other = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if other >= one:
        return other if last else one
    return _leap(zone, other, one)


def _leap(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the zone's clocks change, between two instants."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
