"""Reads what decides whether the bot is well, in bounded time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.model import FeedHealth, Indicator
from bot.ports import Every, Feed, Journal, Signs, StoreUnavailable
from bot.vitals.pulse import Pulse, Vitals

LONGEST_LOOK_SECONDS = 3.0
"""A store that takes longer is as good as away: who asks whether we are well is answered soon."""


class StoredVitals:
    """Looks at the store for all that is known of the whole bot, whatever this process does."""

    def __init__(
        self,
        signs: Signs,
        journal: Journal,
        *,
        feeds: Sequence[Feed],
        indicators: Sequence[Indicator],
        platforms: Sequence[str],
        delivers: frozenset[str] = frozenset(),
        poll_seconds: float | None = None,
    ) -> None:
        """Take whom to ask, and what is asked, watched, stored and served.

        `poll_seconds` replaces every feed's own cadence, as it does for whoever polls.
        """
        self._signs = signs
        self._journal = journal
        self._planned = [_at_pace(feed, poll_seconds) for feed in feeds if feed.plan]
        self._needed = {series for each in indicators if each.rules for series in each.series}
        self._platforms = tuple(platforms)
        self._delivers = delivers

    async def look(self) -> Vitals:
        """How things are now; a store that is away is found and told, not raised."""
        loop = asyncio.get_running_loop()
        trouble = "Redis does not answer."
        try:
            async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                began = loop.time()
                leader = await self._signs.leader()
                took = loop.time() - began
                # From here on it may also be that what is stored cannot be read.
                trouble = "Redis does not give what it holds."
                health = await self._journal.health()
                queues = {name: await self._signs.queue(name) for name in self._platforms}
        except (StoreUnavailable, TimeoutError):
            return Vitals(trouble, delivers=self._delivers)
        pulses = tuple(self._pulse(feed, health) for feed in self._planned)
        return Vitals("", took, leader, pulses, queues, self._delivers)

    def _pulse(self, feed: Feed, health: Mapping[str, FeedHealth]) -> Pulse:
        known = health.get(feed.name, FeedHealth(feed.name))
        return Pulse(
            feed.name,
            feed.plan,
            known.ok_at,
            known.failed_at,
            is_failing=bool(known.error),
            is_needed=not self._needed.isdisjoint(feed.series),
        )


def _at_pace(feed: Feed, poll_seconds: float | None) -> Feed:
    if poll_seconds is None:
        return feed
    return replace(feed, plan=(Every(timedelta(seconds=poll_seconds)),))
