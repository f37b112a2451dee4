"""Due sources -> observations -> evaluation -> one atomic commit; one leader at a time."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.book import Book, vendors_in_order
from bot.catalogue import SERIES
from bot.evaluation import evaluate
from bot.fetcher import Fetched, Fetcher
from bot.model import FeedHealth, Indicator, RuleState
from bot.ports import (
    Clock,
    Feed,
    History,
    Journal,
    Lease,
    StaleLeader,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

RENEW_SECONDS = 5.0
"""A third of the lease: two lost renewals are survived."""
LEAST_HISTORY_DAYS = 6
"""A shorter answer to the question for all days is a cut one: no record can rest on it."""
TICK_SECONDS = 5.0
"""How often the book is looked at even when no source is due: silence is an event too."""


class Poller:
    """Asks the sources, lets the rules see what they say, and commits what follows."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        indicators: Sequence[Indicator],
        journal: Journal,
        lease: Lease,
        clock: Clock,
        holder: str,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        """Take everything it works with; `holder` names this process in the lease."""
        self._fetcher = fetcher
        self._vendors = vendors_in_order(fetcher.feeds)
        self._indicators = indicators
        self._journal = journal
        self._lease = lease
        self._clock = clock
        self._holder = holder
        self._renew_seconds = renew_seconds
        self._health: dict[str, FeedHealth] = {}
        self._down: set[str] = set()
        """The feeds whose outage this process has told in its log."""
        self._loaded: dict[tuple[str, str], bool] = {}
        self._book: Book | None = None
        self._states: Mapping[str, RuleState] = {}
        self._leading = asyncio.Event()

    async def run(self) -> None:
        """Poll for as long as this process leads; wait for the lease when another does."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_lease())
            while True:
                await self._leading.wait()
                try:
                    await self._cycle(tasks)
                except (StaleLeader, StoreUnavailable) as error:
                    log.warning("polling pauses: %s", error)
                    self._step_down()

    async def once(self) -> Sequence[Fetched] | None:
        """Poll every source once; None when another process leads.

        Raises StoreUnavailable or StaleLeader.
        """
        if not await self._lease.acquire(self._holder):
            return None
        try:
            book = await self._load()
            answers = await self._fetcher.everything(self._since)
            # Slow sources outlast a lease that nobody renews.
            if not await self._lease.acquire(self._holder):
                return None
            await self._take_in(book, answers)
        finally:
            await self._lease.release(self._holder)
        return answers

    async def _keep_lease(self) -> None:
        try:
            while True:
                await self._renew()
                await asyncio.sleep(self._renew_seconds)
        finally:
            await self._let_go()

    async def _renew(self) -> None:
        try:
            mine = await self._lease.acquire(self._holder)
        except StoreUnavailable:
            return
        if mine and not self._leading.is_set():
            log.info("this process polls the sources")
            # What is in memory may not be what is stored.
            self._book = None
            self._leading.set()
        if not mine and self._leading.is_set():
            log.warning("another process polls the sources now")
            self._step_down()

    async def _let_go(self) -> None:
        try:
            async with asyncio.timeout(1):
                await self._lease.release(self._holder)
        except (StoreUnavailable, TimeoutError):
            log.debug("the lease runs out by itself")

    async def _cycle(self, tasks: asyncio.TaskGroup) -> None:
        book = self._book or await self._load()
        answers = await self._fetcher.answers(tasks, self._since, TICK_SECONDS)
        await self._take_in(book, answers)

    async def _take_in(self, book: Book, answers: Sequence[Fetched]) -> None:
        entered = book.add(each for answer in answers for each in answer.observations)
        await self._journal.remember(entered)
        await self._mark_history(book, answers)
        await self._note_health(answers)
        await self._evaluate(book)

    def _step_down(self) -> None:
        """Ask nobody anything until the lease is ours again, which Redis must be there to say."""
        self._leading.clear()
        self._fetcher.forget()

    async def _load(self) -> Book:
        book = Book(self._vendors)
        for series, vendors in self._vendors.items():
            for vendor in vendors:
                book.load(await self._journal.observations(series, vendor))
        for feed in self._fetcher.feeds:
            for series in feed.series:
                known = await self._journal.history(series, feed.vendor)
                self._loaded[series, feed.vendor] = known is not None or not feed.has_history
        self._states = await self._journal.states()
        self._health = dict(await self._journal.health())
        self._book = book
        return book

    def _since(self, feed: Feed) -> date | None:
        """The day from which the feed is to answer; None asks for all its history."""
        book = self._book
        if book is None or not all(self._loaded.get((key, feed.vendor)) for key in feed.series):
            return None
        latest = [book.latest(series, feed.vendor) for series in feed.series]
        return min((each.day for each in latest if each is not None), default=None)

    async def _mark_history(self, book: Book, fetched: Sequence[Fetched]) -> None:
        for answer in fetched:
            if answer.error or not answer.is_history:
                continue
            for series in answer.feed.series:
                await self._mark_series(book, answer, series)

    async def _mark_series(self, book: Book, answer: Fetched, series: str) -> None:
        vendor = answer.feed.vendor
        first, latest = book.first_day(series, vendor), book.latest(series, vendor)
        if first is None or latest is None or self._loaded.get((series, vendor)):
            return
        days = sum(1 for each in answer.observations if each.series == series)
        if days < LEAST_HISTORY_DAYS:
            log.warning("%s gave %d days as all its history; asking again", answer.feed.name, days)
            return
        history = History(first, latest.day, days, self._clock())
        await self._journal.mark_history(series, vendor, history)
        self._loaded[series, vendor] = True
        log.info(
            "loaded %s from %s: %d days, %s to %s",
            SERIES[series].title, vendor, days, first, latest.day,
        )  # fmt: skip

    async def _note_health(self, fetched: Sequence[Fetched]) -> None:
        now = self._clock()
        noted = []
        for answer in fetched:
            name = answer.feed.name
            before = self._health.get(name, FeedHealth(name))
            after = _health(before, answer, now)
            self._log_health(answer)
            self._health[name] = after
            noted.append(after)
        await self._journal.remember_health(noted)

    def _log_health(self, answer: Fetched) -> None:
        """One warning an outage and process, one line on recovery."""
        name = answer.feed.name
        if answer.error and name not in self._down:
            self._down.add(name)
            log.warning("%s fails: %s", name, answer.error)
            if answer.is_history and self._is_needed(answer.feed):
                log.warning("rules that need the history of %s sleep until it is loaded", name)
        if not answer.error and name in self._down:
            self._down.remove(name)
            log.info("%s answers again", name)

    def _is_needed(self, feed: Feed) -> bool:
        """Whether rules sleep without this feed's history."""
        return any(each.needs_history and each.series in feed.series for each in self._indicators)

    async def _evaluate(self, book: Book) -> None:
        now = self._clock()
        # We were away, or slept: before a silence is judged its source is asked.
        unasked = [feed for feed in self._fetcher.feeds if self._seems_late(book, feed, now)]
        self._fetcher.hurry(unasked)
        asleep = frozenset(
            series
            for series, vendors in self._vendors.items()
            if vendors and not self._loaded.get((series, vendors[0]))
        )
        result = evaluate(
            book,
            self._indicators,
            self._states,
            now,
            without_history=asleep,
            unasked=frozenset(series for feed in unasked for series in feed.series),
        )
        if result.changes:
            await self._journal.commit(result.changes, result.alerts, leader=self._holder, now=now)
        self._states = result.states
        for alert in result.alerts:
            log.info("%s %s: %s", alert.rule, alert.kind, alert.message.title)

    def _seems_late(self, book: Book, feed: Feed, now: datetime) -> bool:
        """Whether a series looks late, but its source was not asked since it should have come."""
        health = self._health.get(feed.name, FeedHealth(feed.name))
        asked_at = max((at for at in (health.ok_at, health.failed_at) if at), default=None)
        for series in feed.series:
            late_from = book.late_from(series, feed.vendor, now)
            if book.primary(series) == feed.vendor and late_from is not None and now >= late_from:
                return asked_at is None or asked_at < late_from
        return False


def _health(before: FeedHealth, answer: Fetched, now: datetime) -> FeedHealth:
    if answer.error:
        return replace(before, failed_at=now, error=answer.error)
    return replace(before, ok_at=now, error="")
