"""What indicators have read on the days that are over, worked out from what is stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.book import Book, vendors_in_order
from bot.measures import Measures
from bot.model import Indicator, Observation, Point
from bot.ports import Clock, Feed, Journal

FRESH = timedelta(minutes=10)
"""For so long a past that was worked out is not worked out again."""
MOST_KEPT = 12
"""Forty years of sessions take two megabytes: no more than so many pasts are kept in memory."""


@dataclass(frozen=True, slots=True)
class _Known:
    points: Sequence[Point]
    at: datetime


class StoredPast:
    """Reads the past from the journal, for handlers."""

    def __init__(
        self,
        journal: Journal,
        indicators: Sequence[Indicator],
        feeds: Sequence[Feed],
        clock: Clock,
        *,
        all_feeds: Sequence[Feed] = (),
    ) -> None:
        """Take the store, what can be asked for, who is asked, and the time.

        `all_feeds` are those, and what is switched off: a level stays with the vendor it was set
        for, whether that one is asked or not.
        """
        self._journal = journal
        self._indicators = {each.key: each for each in indicators}
        self._judged = {s for each in indicators if each.needs_history for s in each.series}
        self._feeds = feeds
        self._vendors = vendors_in_order(all_feeds or feeds)
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._working = asyncio.Lock()

    async def points(
        self, indicator: str, *, not_before: datetime | None = None
    ) -> Sequence[Point]:
        """The final daily values of its first vendors, oldest first; empty where there are none.

        They may be some minutes old, but were read `not_before` that instant. Raises
        StoreUnavailable, and KeyError for what is no indicator.
        """
        wanted = self._indicators[indicator]
        known = self._fresh(indicator, not_before)
        if known is None:
            # One at a time: whoever asks for the same meanwhile finds it done.
            async with self._working:
                known = self._fresh(indicator, not_before) or await self._work_out(wanted)
        return known.points

    async def recent(self, indicator: str, since: date) -> Sequence[Point]:
        """The same values from a day on; only the days that they need are read, and none is kept.

        Raises StoreUnavailable, and KeyError for what is no indicator.
        """
        wanted = self._indicators[indicator]
        first_day = since
        if wanted.derive is not None:
            # Without a lookback one value needs all there is.
            lookback = wanted.lookback_days
            first_day = date.min if lookback is None else since - timedelta(days=lookback + 1)
        stored = [await self._stored(wanted, series, first_day) for series in wanted.series]
        if not all(stored):
            return ()
        points = await asyncio.to_thread(_points, wanted, stored, self._clock())
        return [point for point in points if point.day >= since]

    def _fresh(self, indicator: str, not_before: datetime | None) -> _Known | None:
        known = self._known.get(indicator)
        if known is None or (not_before is not None and known.at < not_before):
            return None
        return known if self._clock() - known.at < FRESH else None

    async def _work_out(self, indicator: Indicator) -> _Known:
        now = self._clock()
        stored = [await self._stored(indicator, series) for series in indicator.series]
        points: Sequence[Point] = ()
        if all(stored):
            points = await asyncio.to_thread(_points, indicator, stored, now)
        known = _Known(points, now)
        if points:  # What is not there yet may be loaded any minute.
            self._known.pop(indicator.key, None)
            self._known[indicator.key] = known
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]
        return known

    async def _stored(
        self, indicator: Indicator, series: str, since: date | None = None
    ) -> Sequence[Observation]:
        """What the vendor told whose values the rules read, or only that from a day on."""
        vendors = self._vendors.get(series, ())
        if series in self._judged and not indicator.vendor:
            for vendor in vendors:
                if await self._has_past(series, vendor):
                    stored = await self._journal.observations(series, vendor, since)
                    if stored:
                        return stored
        first = indicator.vendor or next(iter(vendors), "")
        if not any(feed.vendor == first and series in feed.series for feed in self._feeds):
            return ()
        return await self._journal.observations(series, first, since)

    async def _has_past(self, series: str, vendor: str) -> bool:
        """Whether one of its feeds has given its past, or has none to give."""
        feeds = [each for each in self._feeds if each.vendor == vendor and series in each.series]
        for feed in feeds:
            if not feed.has_history or await self._journal.history(series, feed.name):
                return True
        return False


def _points(
    indicator: Indicator, stored: Sequence[Sequence[Observation]], now: datetime
) -> Sequence[Point]:
    book = Book({told[0].series: (told[0].vendor,) for told in stored})
    for told in stored:
        book.load(told)
    return tuple(Measures(book).points(indicator, now, None))
