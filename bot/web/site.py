"""Everything that the world is shown, gathered from what is stored: nothing of chats is in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import recorded
from bot.messages.sources import Sources
from bot.model import Indicator, Snapshot
from bot.outlook import StoredOutlook
from bot.ports import Records, Source
from bot.recorded import Numbered
from bot.web.courses import Courses, Drawn


@dataclass(frozen=True, slots=True)
class Site:
    """What there is to show at one instant."""

    snapshot: Snapshot
    alerts: tuple[Numbered, ...]
    """All that are recorded, newest first."""
    sources: Sources
    indicators: Sequence[Indicator]
    drawn: Drawn


class StoredSite:
    """Reads what is shown from the store."""

    def __init__(
        self,
        outlook: StoredOutlook,
        records: Records,
        courses: Courses,
        indicators: Sequence[Indicator],
        sources: Sequence[Source],
    ) -> None:
        """Take what reads the present, the alerts and the past, what is watched, who is asked."""
        self._outlook = outlook
        self._records = records
        self._courses = courses
        self._indicators = indicators
        self._sources = sources

    async def look(self, now: datetime) -> Site:
        """Everything as it stands now; raises StoreUnavailable."""
        snapshot = await self._outlook.snapshot(now)
        alerts = await self._records.recent_alerts()
        return Site(
            snapshot,
            recorded.numbered(alerts),
            Sources(self._sources, await self._records.health(), now),
            self._indicators,
            await self._courses.drawn(snapshot, alerts),
        )
