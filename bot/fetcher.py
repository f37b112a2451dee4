"""Which feeds are due, and what they answer: cadences, fallbacks, one error a feed at most."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.calendar import busy
from bot.catalogue import SERIES
from bot.model import Observation
from bot.ports import Clock, Feed, Http, SourceError

FETCH_SECONDS = 30.0
QUIET_EVERY = timedelta(hours=1)
"""How often a closed market is asked."""
RETRY_HISTORY = timedelta(minutes=1)
STANDBY_EVERY = timedelta(minutes=15)
"""How often a fallback is asked while the vendor before it fails."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One feed's answer: observations, or why there are none."""

    feed: Feed
    since: date | None
    observations: Sequence[Observation] = ()
    error: str = ""

    @property
    def is_history(self) -> bool:
        """Whether the feed was asked for all its past."""
        return self.feed.has_history and self.since is None


Since = Callable[[Feed], date | None]
"""The day from which a feed is to answer; None asks for all its history."""


class Fetcher:
    """Asks every feed when it is due, and fallbacks at once when the vendor before them fails.

    Feeds run side by side: one that hangs delays none of the others.
    """

    def __init__(
        self, feeds: Sequence[Feed], http: Http, clock: Clock, poll_seconds: float | None
    ) -> None:
        """Take the feeds; `poll_seconds` replaces every feed's own cadence."""
        self.feeds = feeds
        self._http = http
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._due: dict[str, float] = {}
        self._asked: dict[str, float] = {}
        self._running: dict[str, asyncio.Task[Fetched]] = {}

    async def answers(
        self, tasks: asyncio.TaskGroup, since: Since, within_seconds: float
    ) -> list[Fetched]:
        """Start what is due, and return what has answered, if anything does within that time."""
        self._start(tasks, [feed for feed in self.feeds if self._is_due(feed)], since)
        pause = min(self._pause_seconds(), within_seconds)
        if not self._running:
            await asyncio.sleep(pause)
            return []
        await asyncio.wait(
            self._running.values(), timeout=pause, return_when=asyncio.FIRST_COMPLETED
        )
        return self._collect(tasks, since)

    async def everything(self, since: Since) -> list[Fetched]:
        """Ask every feed once, fallbacks where they are needed, and wait for all of them."""
        collected = []
        async with asyncio.TaskGroup() as tasks:
            self._start(tasks, self.feeds, since)
            while self._running:
                await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
                collected += self._collect(tasks, since)
        return collected

    def hurry(self, feeds: Sequence[Feed]) -> None:
        """Ask these as soon as possible."""
        for feed in feeds:
            self._due[feed.name] = float("-inf")

    def forget(self) -> None:
        """Drop what was under way, and ask everything anew next time."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self._due.clear()

    def _start(self, tasks: asyncio.TaskGroup, feeds: Sequence[Feed], since: Since) -> None:
        now = _monotonic()
        for feed in feeds:
            self._asked[feed.name] = now
            self._due[feed.name] = now + self._interval(feed)
            self._running[feed.name] = tasks.create_task(self._fetch(feed, since(feed)))

    def _collect(self, tasks: asyncio.TaskGroup, since: Since) -> list[Fetched]:
        answers = [task.result() for task in self._running.values() if task.done()]
        for answer in answers:
            del self._running[answer.feed.name]
            if answer.error:
                self._start(tasks, self._standby(answer), since)
                self._retry_history_soon(answer)
        return answers

    def _standby(self, failed: Fetched) -> list[Feed]:
        """The fallbacks to ask at once because a vendor before them failed."""
        patience = self._poll_seconds or STANDBY_EVERY.total_seconds()
        return [
            feed
            for feed in self.feeds
            if feed.rank > failed.feed.rank
            and feed.name not in self._running
            and set(feed.series) & set(failed.feed.series)
            and _monotonic() - self._asked.get(feed.name, float("-inf")) >= patience
        ]

    def _retry_history_soon(self, failed: Fetched) -> None:
        if failed.is_history:
            soon = _monotonic() + RETRY_HISTORY.total_seconds()
            self._due[failed.feed.name] = min(self._due[failed.feed.name], soon)

    async def _fetch(self, feed: Feed, since: date | None) -> Fetched:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                observations = await feed.fetch(self._http, self._clock(), since)
        except SourceError as error:
            return Fetched(feed, since, error=str(error))
        except TimeoutError:
            return Fetched(feed, since, error=f"no answer within {FETCH_SECONDS:.0f} s")
        except Exception as bug:  # One provider's nonsense must not end the others.
            log.exception("%s cannot be read", feed.name)
            return Fetched(feed, since, error=f"our own fault: {type(bug).__name__}")
        return Fetched(feed, since, observations)

    def _is_due(self, feed: Feed) -> bool:
        waits = self._due.get(feed.name, float("-inf")) > _monotonic()
        return not waits and feed.name not in self._running

    def _interval(self, feed: Feed) -> float:
        if self._poll_seconds is not None:
            return self._poll_seconds
        every = feed.every
        if not any(busy(SERIES[series].cadence, self._clock()) for series in feed.series):
            every = max(every, QUIET_EVERY)
        # Jitter keeps a fleet of bots from asking in the same second.
        return every.total_seconds() * random.uniform(0.9, 1.1)  # noqa: S311 - no secret.

    def _pause_seconds(self) -> float:
        idle = [due for name, due in self._due.items() if name not in self._running]
        return max(min(idle, default=float("inf")) - _monotonic(), 0.0)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
