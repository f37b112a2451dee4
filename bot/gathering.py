"""Gathers what digests tell from what is stored."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import recorded
from bot.commands import Services
from bot.digests.contents import Facts, digest_of, watched
from bot.digests.steps import CHANGES, Usual, usual, usual_step
from bot.digests.times import days_of
from bot.language import speaking
from bot.messages.digest import digest
from bot.model import Condition, Indicator, KeptRule, Message, Point
from bot.own.distance import Standing, presents
from bot.own.windows import over
from bot.ports import DueDigest

FRESH = timedelta(minutes=10)
"""For so long digests rest on what was gathered once."""
MOST_MESSAGES = 64
Key = tuple[frozenset[str], str, str, tuple[KeptRule, ...]]


async def gathered(days: int, topics: Collection[str], services: Services, now: datetime) -> Facts:
    """What all digests on these topics share that look back on so many days.

    Raises StoreUnavailable.
    """
    since = now - timedelta(days=days)
    snapshot = await services.outlook.snapshot(now)
    every = recorded.numbered(await services.records.recent_alerts())
    told = tuple(each for each in every if each.alert.decided_at > since)
    found = {}
    for each in watched(services.indicators, topics):
        points = await services.past.points(each.key)
        found[each.key] = await asyncio.to_thread(usual, points, since)
    return Facts(days, since, snapshot, told, found)


async def composed(
    facts: Facts,
    topics: Collection[str],
    kept: Sequence[KeptRule],
    zone: str,
    services: Services,
) -> Message:
    """The digest of a chat that hears these topics and has these own alerts.

    In the language that is spoken. Raises StoreUnavailable.
    """
    indicators = services.indicators
    standings, own = await _standings(kept, facts, services)
    told = digest_of(facts, indicators, sorted(topics), standings, own)
    return digest(told, indicators, zone)


async def _standings(
    kept: Sequence[KeptRule], facts: Facts, services: Services
) -> tuple[list[Standing], dict[str, Usual]]:
    """Where own alerts stand, and how what they compare moves as a rule."""
    known = {each.key: each for each in services.indicators}
    conditions = {c for each in kept for c in each.rule.conditions if c.indicator in known}
    pasts = {c.indicator: await services.past.points(c.indicator) for c in conditions}
    readings = {each.indicator: each for each in facts.snapshot.readings}
    found = presents(conditions, known, readings, pasts)
    standings = [
        Standing(each, tuple(found.get(condition) for condition in each.rule.conditions))
        for each in kept
    ]
    return standings, {c.reading: _usual(c, known[c.indicator], pasts) for c in conditions}


def _usual(
    condition: Condition, indicator: Indicator, pasts: Mapping[str, Sequence[Point]]
) -> Usual:
    points = pasts[condition.indicator]
    if condition.window is None:
        return Usual(usual_step([each.value for each in points[-CHANGES - 1 :]]), None)
    reach = CHANGES + 2 * condition.window.amount
    changes = over(condition.window, points[-reach:], indicator.unit)
    return Usual(usual_step([each.value for each in changes]), None)


@dataclass(slots=True)
class _Shared:
    """What was gathered once, and the messages that were made of it."""

    facts: Facts
    at: datetime
    messages: dict[Key, Message] = field(default_factory=dict)


class DigestDesk:
    """Makes digests for many chats: what they share is gathered once, and the same made once."""

    def __init__(self, services: Services) -> None:
        """Take what is read."""
        self._services = services
        self._shared: dict[int, _Shared] = {}
        """By how many days are looked back on."""

    async def digest(self, due: DueDigest, now: datetime) -> Message:
        """The digest of one chat, in its language; of all topics if it hears none.

        Raises StoreUnavailable.
        """
        asked, preferences = due.preferences.digest, due.preferences
        days = 1 if asked is None else days_of(asked)
        shared = await self._gathered(days, now)
        topics = due.topics or frozenset(self._services.topics)
        kept = tuple(await self._services.own.kept(due.chat)) if due.has_own else ()
        key = (topics, preferences.spoken, preferences.zone, kept)
        known = shared.messages.get(key)
        if known is None:
            with speaking(preferences.spoken):
                zone, facts = preferences.zone, shared.facts
                known = await composed(facts, topics, kept, zone, self._services)
            shared.messages[key] = known
            if len(shared.messages) > MOST_MESSAGES:
                del shared.messages[next(iter(shared.messages))]
        return known

    async def _gathered(self, days: int, now: datetime) -> _Shared:
        shared = self._shared.get(days)
        if shared is None or not timedelta(0) <= now - shared.at < FRESH:
            facts = await gathered(days, self._services.topics, self._services, now)
            shared = self._shared[days] = _Shared(facts, now)
        return shared
