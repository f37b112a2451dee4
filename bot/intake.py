"""What the sources say, on its way into book and store: doubted, kept, and accounted for."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.book import Book, sampled_live, vendors_in_order
from bot.catalogue import SERIES
from bot.divergence import apart
from bot.doubts import Doubts
from bot.fetcher import Fetched
from bot.model import FeedHealth, Indicator
from bot.ports import Clock, Feed, History, Journal

log = logging.getLogger(__name__)

NOTICE_LASTS = timedelta(hours=3)
"""A drift that could not be seen again for so long is not spoken of any more."""
LEAST_HISTORY_DAYS = 6
"""A shorter answer to the question for all days is a cut one: no record can rest on it."""


class Intake:
    """The book as it is stored, and what is known of the past and the health of each feed."""

    def __init__(
        self,
        feeds: Sequence[Feed],
        indicators: Sequence[Indicator],
        journal: Journal,
        clock: Clock,
        *,
        holder: str,
        all_feeds: Sequence[Feed] = (),
    ) -> None:
        """Take the feeds that fill it and the indicators that need it.

        `holder` names this process in the lease. `all_feeds` are those feeds, and what is switched
        off: a level stays with the vendor it was set for, whether that one is asked or not.
        """
        ranked = all_feeds or feeds
        self.book = Book(vendors_in_order(ranked), sampled_live(ranked))
        self._feeds = feeds
        self._judged = {s for i in indicators if i.needs_history for s in i.series}
        self._journal = journal
        self._clock = clock
        self._holder = holder
        self._doubts = Doubts()
        self._health: dict[str, FeedHealth] = {}
        self._loaded: dict[tuple[str, str], bool] = {}
        """(series, feed) -> whether that feed has given the past; what has none is loaded."""

    async def load(self) -> None:
        """Read what is stored; raises StoreUnavailable."""
        pairs = dict.fromkeys((s, feed.vendor) for feed in self._feeds for s in feed.series)
        for series, vendor in pairs:
            self.book.load(await self._journal.observations(series, vendor))
        for feed in self._feeds:
            for series in feed.series:
                marked = feed.has_history and await self._journal.history(series, feed.name)
                self._loaded[series, feed.name] = bool(marked) or not feed.has_history
        self._health = dict(await self._journal.health())
        self._choose_leads()

    def asked_at(self) -> dict[str, datetime]:
        """When each feed was last asked."""
        asked = {name: _asked_at(health) for name, health in self._health.items()}
        return {name: at for name, at in asked.items() if at is not None}

    def failed(self) -> frozenset[str]:
        """The feeds whose last answer was none."""
        return frozenset(name for name, health in self._health.items() if health.error)

    def unknown(self) -> frozenset[str]:
        """The feeds that could give a past which is not loaded yet."""
        return frozenset(f.name for f in self._feeds if f.has_history and self.since(f) is None)

    def since(self, feed: Feed) -> date | None:
        """The day from which the feed is to answer; None asks for all its history.

        Never later than its own last answer: what another feed of the vendor told since says
        nothing of the days between.
        """
        if not all(self._loaded.get((series, feed.name)) for series in feed.series):
            return None
        latest = [self.book.latest(series, feed.vendor) for series in feed.series]
        days = [each.day for each in latest if each is not None]
        answered = self._health.get(feed.name, FeedHealth(feed.name)).ok_at
        if answered is not None:
            days.append(answered.date())
        return min(days, default=None)

    def asleep(self) -> frozenset[str]:
        """The series whose past is not loaded from the vendor that the rules read."""
        return frozenset(
            series
            for series in self._judged
            if not self._has_past(series, self.book.primary(series) or "")
        )

    def late(self, now: datetime) -> frozenset[str]:
        """The series whose first vendor's values are late."""
        first = ((series, self.book.primary(series)) for series in self.book.series())
        return frozenset(s for s, v in first if v is not None and self.book.late(s, v, now))

    def held(self) -> dict[str, str]:
        """Of each series of whose first vendor something is held back, what it is."""
        said = {s: self._doubts.notice(s, self.book.primary(s) or "") for s in self.book.series()}
        return {series: sentence for series, sentence in said.items() if sentence}

    def unasked(self, now: datetime) -> list[Feed]:
        """The feeds of series that look late only because nobody has asked since they were due."""
        return [feed for feed in self._feeds if self._seems_late(feed, now)]

    async def take(self, answers: Sequence[Fetched]) -> None:
        """Enter what can be used; raises StoreUnavailable or StaleLeader."""
        told = [each for answer in answers for each in answer.observations]
        entered = self.book.add(self._doubts.sift(self.book, told))
        await self._journal.remember(entered, leader=self._holder)
        for answer in answers:
            if not answer.error and answer.is_history:
                for series in answer.feed.series:
                    await self._mark(answer, series)
        self._choose_leads()
        await self._note_health(answers)

    def _has_past(self, series: str, vendor: str) -> bool:
        return any(
            self._loaded.get((series, feed.name))
            for feed in self._feeds
            if feed.vendor == vendor and series in feed.series
        )

    def _choose_leads(self) -> None:
        """Let rules that need a past read the first vendor who has given it."""
        for series in self._judged:
            known = [v for v in self.book.vendors(series) if self._has_past(series, v)]
            known = [v for v in known if self.book.latest(series, v) is not None]
            if known:
                self.book.lead(series, known[0])

    async def _mark(self, answer: Fetched, series: str) -> None:
        feed = answer.feed
        days = [each.day for each in answer.observations if each.series == series]
        if self._loaded.get((series, feed.name)):
            return
        if 0 < len(days) < LEAST_HISTORY_DAYS:
            log.warning("%s gave %d days as all its history; asking again", feed.name, len(days))
            return
        self._loaded[series, feed.name] = True
        if not days:
            return  # It has no past of this series; another start may ask again.
        history = History(min(days), max(days), len(days), self._clock())
        await self._journal.mark_history(series, feed.name, history, leader=self._holder)
        log.info(
            "loaded %s from %s: %d days, %s to %s",
            SERIES[series].title, feed.vendor, len(days), min(days), max(days),
        )  # fmt: skip

    async def _note_health(self, answers: Sequence[Fetched]) -> None:
        now = self._clock()
        noted = {}
        for answer in answers:
            name = answer.feed.name
            noted[name] = _health(self._health.get(name, FeedHealth(name)), answer, now)
        for series, vendor in dict.fromkeys(
            (s, a.feed.vendor) for a in answers for s in a.feed.series
        ):
            noted.update(self._notices(series, vendor, now))
        for name, health in noted.items():
            known = self._health.get(name)
            if health.notice and (known is None or not known.notice):
                log.warning("%s", health.notice)
        self._health.update(noted)
        await self._journal.remember_health(list(noted.values()), leader=self._holder)

    def _notices(self, series: str, vendor: str, now: datetime) -> Mapping[str, FeedHealth]:
        """What is odd about a vendor's series: a value held, a distance from the first vendor."""
        first = self.book.vendors(series)[0]
        others = self.book.vendors(series)[1:] if vendor == first else (vendor,)
        said: dict[str, str | None] = {
            f"held/{series}/{vendor}": self._doubts.notice(series, vendor)
        }
        for other in others:
            said[f"apart/{series}/{other}"] = apart(self.book, series, first, other, now)
        found = {}
        for name, notice in said.items():
            known = self._health.get(name)
            if notice or (known is not None and known.notice and self._is_over(known, notice, now)):
                found[name] = FeedHealth(name, ok_at=now, notice=notice or "")
        return found

    def _is_over(self, known: FeedHealth, notice: str | None, now: datetime) -> bool:
        """Whether what was odd is so no more, or could not be seen again for too long to say."""
        return notice == "" or known.ok_at is None or now - known.ok_at > NOTICE_LASTS

    def _seems_late(self, feed: Feed, now: datetime) -> bool:
        asked_at = _asked_at(self._health.get(feed.name, FeedHealth(feed.name)))
        for series in feed.series:
            late_from = self.book.late_from(series, feed.vendor, now)
            if late_from is None or now < late_from or not feed.plan:
                continue
            if self.book.primary(series) != feed.vendor:
                continue
            if asked_at is None or asked_at < late_from or asked_at > now:
                return True
        return False


def _asked_at(health: FeedHealth) -> datetime | None:
    return max((at for at in (health.ok_at, health.failed_at) if at is not None), default=None)


def _health(before: FeedHealth, answer: Fetched, now: datetime) -> FeedHealth:
    asked_at = answer.asked_at or now
    if answer.error:
        return replace(before, failed_at=asked_at, error=answer.error)
    return replace(before, ok_at=asked_at, error="")
