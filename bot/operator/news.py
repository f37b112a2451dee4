"""What is new since the operator's chat was told last: levels compared, and not edges caught.

Whatever was, and is over before it is told, is no news; so a storm is one message, and what
happened while nobody looked is found afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.holders import began_at
from bot.ports import BlindSeries, DeadLetter, FailingFeed, GivenUp, Roles, Seen, Told

FAILING_LONG = timedelta(days=1)
"""A feed that has failed for so long is told; for less, others stand in, or its series go blind."""
APART = timedelta(minutes=5)
MOST_AN_HOUR = 6
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
OWN_JOB = "operator:"
"""How the ids of our own letters begin: that one of them was given up is told to nobody."""


@dataclass(frozen=True, slots=True)
class Change:
    """Another process has some roles now, or none has them."""

    roles: tuple[str, ...]
    before: str
    """"" where none had them."""
    now: str
    """"" where none has them."""
    ended_at: datetime | None = None
    """When the one before ended in order; None: it fell silent."""


@dataclass(frozen=True, slots=True)
class NewlyDead:
    """Letters that were given up since."""

    platform: str
    letters: tuple[DeadLetter, ...]
    """Newest first."""
    at_least: bool
    """There may be more of them than these."""
    count: int
    """How many dead letters there are in all."""


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told, by kind."""

    changes: tuple[Change, ...] = ()
    blind: Mapping[str, BlindSeries] = field(default_factory=dict)
    """By series."""
    seeing: tuple[str, ...] = ()
    failing: Mapping[str, FailingFeed] = field(default_factory=dict)
    """By feed."""
    answering: tuple[str, ...] = ()
    dead: tuple[NewlyDead, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        kinds = (self.changes, self.blind, self.seeing, self.failing, self.answering, self.dead)
        return any(kinds)


def followed(told: Told, seen: Seen) -> Told:
    """What is noted and not told: since when feeds fail, and roles whose new holder is no news."""
    failing = {feed: told.failing.get(feed, each.at) for feed, each in seen.failing.items()}
    leaders = dict(told.leaders)
    for role, holder in seen.roles.leaders.items():
        if holder and not _is_news(leaders.get(role), holder, seen.roles):
            leaders[role] = holder
    return replace(told, failing=failing, leaders=leaders)


def news(told: Told, seen: Seen) -> tuple[News, Told]:
    """What is new, and what will have been told then; `told` has followed what is seen."""
    long = {feed for feed, each in seen.failing.items() if _is_long(told, feed, each)}
    dead = [_dead(platform, each, told) for platform, each in seen.dead.items()]
    found = News(
        _changes(told, seen.roles),
        {series: each for series, each in seen.blind.items() if series not in told.blind},
        tuple(series for series in told.blind if series not in seen.blind),
        {feed: seen.failing[feed] for feed in sorted(long) if feed not in told.failing_long},
        tuple(feed for feed in told.failing_long if feed not in seen.failing),
        tuple(each for each in dead if each.letters),
    )
    changed = {role: each.now for each in found.changes for role in each.roles}
    kept = {feed for feed in told.failing_long if feed in seen.failing}
    after = replace(
        told,
        blind=tuple(sorted(seen.blind)),
        failing_long=tuple(sorted(long | kept)),
        leaders={**told.leaders, **changed},
        dead={**told.dead, **{each.platform: each.letters[0].at for each in found.dead}},
    )
    return found, after


def may_tell(told: Told, now: datetime) -> bool:
    """Whether another message disturbs nobody: some minutes after the last, a few an hour."""
    lately = [at for at in told.messages if now - at < timedelta(hours=1)]
    return len(lately) < MOST_AN_HOUR and all(abs(now - at) >= APART for at in lately)


def sent(told: Told, now: datetime) -> Told:
    """With a message more."""
    return replace(told, messages=(*told.messages, now)[-MOST_AN_HOUR:])


def _is_long(told: Told, feed: str, failing: FailingFeed) -> bool:
    """By its own failures, and not by the clock: whoever is asked no more fails no longer."""
    return failing.at - told.failing.get(feed, failing.at) >= FAILING_LONG


def _is_news(before: str | None, now: str, roles: Roles) -> bool:
    """Whether it is news that a process has a role which another one had, or none.

    It is none who is the first, nor who began after the one before had ended in order: whoever
    stopped that one knows.
    """
    if before is None or before == now:
        return False
    if not before or before not in roles.ended:
        return True
    if not now:
        return False
    began = began_at(now)
    return began is None or began < roles.ended[before]


def _changes(told: Told, roles: Roles) -> tuple[Change, ...]:
    """The roles that changed hands together as one change."""
    found: dict[tuple[str, str], list[str]] = {}
    for role, now in roles.leaders.items():
        before = told.leaders.get(role)
        if before is not None and _is_news(before, now, roles):
            found.setdefault((before, now), []).append(role)
    return tuple(
        Change(tuple(changed), before, now, roles.ended.get(before))
        for (before, now), changed in found.items()
    )


def _dead(platform: str, pile: GivenUp, told: Told) -> NewlyDead:
    since = told.dead.get(platform, LONG_AGO)
    foreign = [each for each in pile.newest if not each.job.startswith(OWN_JOB)]
    letters = tuple(each for each in foreign if each.at > since)
    more = len(pile.newest) < pile.count and _all_are_new(pile.newest, since)
    return NewlyDead(platform, letters, more, pile.count)


def _all_are_new(newest: Sequence[DeadLetter], since: datetime) -> bool:
    return all(each.at > since for each in newest)
