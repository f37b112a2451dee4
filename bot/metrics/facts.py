"""What the store says of the whole bot, read in bounded time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import RuleState, Snapshot
from bot.outlook import StoredOutlook
from bot.ports import Clock, Journal, StoreUnavailable
from bot.vitals import LONGEST_LOOK_SECONDS, StoredVitals, Vitals


@dataclass(frozen=True, slots=True)
class Facts:
    """One look; without a `snapshot` the store is away, and `vitals` say so."""

    at: datetime
    vitals: Vitals
    snapshot: Snapshot | None = None
    states: Mapping[str, RuleState] = field(default_factory=dict)


class StoredFacts:
    """Looks at the store for all that metrics tell of it."""

    def __init__(
        self, vitals: StoredVitals, outlook: StoredOutlook, journal: Journal, clock: Clock
    ) -> None:
        """Take who looks at what, and the time."""
        self._vitals = vitals
        self._outlook = outlook
        self._journal = journal
        self._clock = clock

    async def look(self) -> Facts:
        """How things are now; a store that is away is told, not raised."""
        vitals, now = await self._vitals.look(), self._clock()
        if vitals.trouble:
            return Facts(now, vitals)
        try:
            async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                snapshot = await self._outlook.snapshot(now)
                return Facts(now, vitals, snapshot, await self._journal.states())
        except (StoreUnavailable, TimeoutError):
            return Facts(now, Vitals("Redis does not give what it holds."))
