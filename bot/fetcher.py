"""Which feeds are due, and what they answer: cadences, fallbacks, one error a feed at most."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.model import Observation
from bot.ports import Clock, Every, Feed, Http, SourceError, Trouble
from bot.schedule import next_due

FETCH_SECONDS = 120.0
"""The most that one feed may take; a long history is several requests, politely spaced."""
RETRY_HISTORY = timedelta(minutes=1)
RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(hours=6)
"""How soon a feed that failed is asked again, doubling, where its own plan would wait longer."""
CLOCK_SKEW_SECONDS = 60.0
JITTER = 0.1
LONGEST_STRAY_SECONDS = 1_200.0
"""A share of the interval, but of no more than this, by which a request strays from its plan."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One feed's answer: observations, or why there are none."""

    feed: Feed
    since: date | None
    observations: Sequence[Observation] = ()
    error: str = ""
    trouble: Trouble | None = None
    """Of an `error`, its kind."""
    asked_at: datetime | None = None
    """When the request was sent, by the clock of that moment."""

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
        self._failures: Counter[str] = Counter()
        self._well: set[str] = set()
        """The feeds whose last answer was one."""
        self._running: dict[str, asyncio.Task[Fetched]] = {}
        self._rest_unplanned()

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
            planned = [f for f in self.feeds if f.plan or (f.has_history and since(f) is None)]
            self._start(tasks, planned, since)
            while self._running:
                await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
                collected += self._collect(tasks, since)
        return collected

    def resume(
        self,
        asked: Mapping[str, datetime],
        *,
        failed: Collection[str] = (),
        unknown: Collection[str] = (),
    ) -> None:
        """Go on from when each feed was last asked, by this process or one before it.

        The `failed` ones are tried again soon; the `unknown` ones, whose past is not loaded yet,
        are asked at once, and so are those that a wrong clock says were asked in the future.
        """
        for feed in self.feeds:
            at = asked.get(feed.name)
            if feed.name in unknown:
                continue
            if not feed.plan:
                self._due[feed.name] = float("inf")
            elif at is not None and at <= self._clock() and self._poll_seconds is None:
                self._asked[feed.name] = at.timestamp()
                due = self._planned(feed, at)
                if feed.name in failed:
                    due = min(due, (at + RETRY).timestamp())
                self._due.setdefault(feed.name, due)

    def back_up(self, late: Collection[str]) -> None:
        """Ask those who can stand in where the first vendor's values of a series are late."""
        for feed in self.feeds:
            behind = any(series in late and feed.rank_of(series) for series in feed.series)
            if behind and feed.stands_by and self._has_rested(feed):
                self._due[feed.name] = float("-inf")

    async def past(self, since: Since, take: Callable[[Fetched], Awaitable[None]]) -> None:
        """Ask every feed whose past is not known, side by side; hands over each answer."""
        wanted = [feed for feed in self.feeds if feed.has_history and since(feed) is None]
        async with asyncio.TaskGroup() as tasks:
            started = [tasks.create_task(self._fetch(feed, None)) for feed in wanted]
            for answer in asyncio.as_completed(started):
                await take(await answer)

    def hurry(self, feeds: Sequence[Feed]) -> None:
        """Ask these as soon as possible; those without a plan of their own stay at rest."""
        for feed in feeds:
            if feed.plan and feed.name not in self._running:
                self._due[feed.name] = float("-inf")

    def forget(self) -> None:
        """Drop what was under way, and ask everything anew next time."""
        for task in self._running.values():
            task.cancel()
        self._running.clear()
        self._due.clear()
        self._rest_unplanned()

    def _rest_unplanned(self) -> None:
        """A feed without a plan is a fallback, or there for the past alone."""
        for feed in self.feeds:
            if not feed.plan and not feed.has_history:
                self._due[feed.name] = float("inf")

    def _start(self, tasks: asyncio.TaskGroup, feeds: Sequence[Feed], since: Since) -> None:
        now = self._now()
        for feed in feeds:
            self._asked[feed.name] = now
            self._due[feed.name] = self._next(feed)
            self._running[feed.name] = tasks.create_task(self._fetch(feed, since(feed)))

    def _collect(self, tasks: asyncio.TaskGroup, since: Since) -> list[Fetched]:
        answers = [task.result() for task in self._running.values() if task.done()]
        for answer in answers:
            del self._running[answer.feed.name]
            if answer.error:
                self._well.discard(answer.feed.name)
                self._retry_sooner(answer)
                self._start(tasks, self._standby(answer), since)
            else:
                self._well.add(answer.feed.name)
                self._failures.pop(answer.feed.name, None)
        return answers

    def _standby(self, failed: Fetched) -> list[Feed]:
        """The fallbacks to ask at once because a vendor before them failed."""
        return [
            feed
            for feed in self.feeds
            if feed.stands_by
            and feed.name not in self._running
            and any(self._is_needed(feed, failed.feed, series) for series in failed.feed.series)
            and self._has_rested(feed)
        ]

    def _is_needed(self, feed: Feed, failed: Feed, series: str) -> bool:
        """Whether the feed comes after the failed one, and nobody before it gives the series."""
        if series not in feed.series or feed.rank_of(series) <= failed.rank_of(series):
            return False
        before = (
            other.name
            for other in self.feeds
            if series in other.series and other.rank_of(series) < feed.rank_of(series)
        )
        return self._well.isdisjoint(before)

    def _has_rested(self, feed: Feed) -> bool:
        """Whether a fallback was left alone for long enough since it was asked last."""
        rest = self._poll_seconds or feed.standby_every.total_seconds()
        return abs(self._now() - self._asked.get(feed.name, float("-inf"))) >= rest

    def _retry_sooner(self, failed: Fetched) -> None:
        """Ask again before the plan would, and sooner still where a past is missing."""
        name = failed.feed.name
        wait = min(RETRY * 2.0 ** min(self._failures[name], 8), LONGEST_RETRY)
        self._failures[name] += 1
        if failed.is_history:
            wait = min(wait, RETRY_HISTORY * 2.0 ** min(self._failures[name] - 1, 6))
        if failed.feed.plan or failed.is_history:
            seconds = self._poll_seconds or wait.total_seconds()
            self._due[name] = min(self._due[name], self._now() + seconds)

    async def _fetch(self, feed: Feed, since: date | None) -> Fetched:
        sent = self._clock()
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                observations = await feed.fetch(self._http, sent, since)
        except SourceError as error:
            said, trouble = str(error), error.trouble
        except TimeoutError:
            said, trouble = f"no answer within {FETCH_SECONDS:.0f} s", Trouble.UNANSWERED
        except Exception as bug:  # One provider's nonsense must not end the others.
            log.exception("%s cannot be read", feed.name)
            said, trouble = f"our own fault: {type(bug).__name__}", Trouble.OUR_FAULT
        else:
            return Fetched(feed, since, observations, asked_at=sent)
        return Fetched(feed, since, error=said, trouble=trouble, asked_at=sent)

    def _is_due(self, feed: Feed) -> bool:
        now = self._now()
        waits = self._due.get(feed.name, float("-inf")) > now
        # The clock was put back: what was planned by the wrong one counts for nothing.
        waits = waits and self._asked.get(feed.name, now) <= now + CLOCK_SKEW_SECONDS
        return not waits and feed.name not in self._running

    def _next(self, feed: Feed) -> float:
        """When a feed that is asked now is to be asked again."""
        if self._poll_seconds is not None:
            return self._now() + self._poll_seconds if feed.plan else float("inf")
        return self._planned(feed, self._clock())

    def _planned(self, feed: Feed, asked: datetime) -> float:
        due = next_due(feed.plan, asked)
        if due is None:
            return float("inf")
        # Jitter keeps a fleet of bots from asking in the same second; never before a fixed time.
        often = all(isinstance(part, Every) for part in feed.plan)
        earliest, latest = (-JITTER, JITTER) if often else (0.0, JITTER)
        stray = random.uniform(earliest, latest)  # noqa: S311 - no secret.
        return due.timestamp() + stray * min((due - asked).total_seconds(), LONGEST_STRAY_SECONDS)

    def _now(self) -> float:
        """Wall time, so that plans hold through a sleep of the machine; a fixed pace needs none."""
        return self._clock().timestamp() if self._poll_seconds is None else _monotonic()

    def _pause_seconds(self) -> float:
        idle = [due for name, due in self._due.items() if name not in self._running]
        return max(min(idle, default=float("inf")) - self._now(), 0.0)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()
