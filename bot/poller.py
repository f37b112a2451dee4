"""Due sources -> observations -> evaluation -> one atomic commit; one leader at a time."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.evaluation import evaluate
from bot.fetcher import Fetched, Fetcher
from bot.intake import Intake
from bot.logs.told_once import ToldOnce
from bot.measures import Measures
from bot.model import Alert, Indicator, Reading, RuleState
from bot.own_watch import OwnWatch
from bot.ports import (
    UNMETERED,
    Clock,
    Feed,
    Journal,
    Lease,
    Meters,
    OwnIndex,
    StaleLeader,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

RENEW_SECONDS = 5.0
"""A third of the lease: two lost renewals are survived."""
TICK_SECONDS = 5.0
"""How often the book is looked at even when no source is due: silence is an event too."""
TOLD_KEPT = 200
"""So many of the last alerts are corrected when the value they told is revised."""

Progress = Callable[[Fetched, int, int], None]
"""(answer, answered so far, asked in all): called as a feed's past has been taken in."""


class Poller:
    """Asks the sources, lets the rules see what they say, and commits what follows."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        indicators: Sequence[Indicator],
        journal: Journal,
        lease: Lease,
        own: OwnIndex,
        clock: Clock,
        holder: str,
        all_feeds: Sequence[Feed] = (),
        renew_seconds: float = RENEW_SECONDS,
        meters: Meters = UNMETERED,
    ) -> None:
        """Take everything it works with; `holder` names this process in the lease.

        `all_feeds` are the fetcher's, and those that are switched off.
        """
        self._all_feeds = all_feeds
        self._fetcher = fetcher
        self._indicators = indicators
        self._journal = journal
        self._lease = lease
        self._own = OwnWatch(own, indicators, holder)
        self._clock = clock
        self._holder = holder
        self._renew_seconds = renew_seconds
        self._meters = meters
        self._down: dict[str, tuple[str, str, str]] = {}
        """Of each feed that fails its outage: the feed that it was told of, its source, the error.
        """
        self._intake: Intake | None = None
        self._measures: Measures | None = None
        self._states: Mapping[str, RuleState] = {}
        self._readings: dict[str, Reading] = {}
        """The last ones that are stored."""
        self._shown: Mapping[str, Reading] = {}
        """Those that can be worked out now."""
        self._told: list[Alert] = []
        self._leading = asyncio.Event()
        self._leads: bool | None = None
        """What the log said last; None: nothing yet."""
        self._pause = ToldOnce(log)

    async def run(self) -> None:
        """Poll for as long as this process leads; wait for the lease when another does."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_lease())
            while True:
                await self._leading.wait()
                try:
                    await self._cycle(tasks)
                    self._pause.over("polling goes on")
                except (StaleLeader, StoreUnavailable) as error:
                    self._pause.met(error, "polling pauses: %s", error)
                    self._step_down()

    @property
    def leads(self) -> bool:
        """Whether this process polls at present."""
        return self._leading.is_set()

    async def once(self) -> Sequence[Fetched] | None:
        """Poll every source once; None when another process leads.

        Raises StoreUnavailable or StaleLeader.
        """
        if not await self._lease.acquire(self._holder):
            return None
        try:
            intake = await self._load()
            answers = await self._fetcher.everything(intake.since)
            # Slow sources outlast a lease that nobody renews, and so does writing a long past.
            if not await self._lease.acquire(self._holder):
                return None
            await self._enter(intake, answers)
            if not await self._lease.acquire(self._holder):
                return None
            await self._evaluate(intake)
        finally:
            await self._lease.release(self._holder)
        return answers

    async def backfill(self, progress: Progress) -> Sequence[Fetched] | None:
        """Load every past that is not loaded yet; None when another process leads.

        What has been taken in stays, whatever comes later: called again, it goes on from there.
        Raises StoreUnavailable or StaleLeader.
        """
        if not await self._lease.acquire(self._holder):
            return None
        answers: list[Fetched] = []
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(self._keep_lease())
            intake = await self._load()
            asked = len(intake.unknown())

            async def take(answer: Fetched) -> None:
                await self._take_in(intake, [answer])
                answers.append(answer)
                progress(answer, len(answers), asked)

            await self._fetcher.past(intake.since, take)
            keeping.cancel()
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
        self._tell_role(leads=mine)
        if mine and not self._leading.is_set():
            # What is in memory may not be what is stored.
            self._intake = None
            self._leading.set()
        if not mine and self._leading.is_set():
            self._step_down()

    def _tell_role(self, *, leads: bool) -> None:
        """One line each time it changes; an outage after which it is the same changes nothing."""
        if leads and not self._leads:
            log.info("this process polls the sources", extra={"holder": self._holder})
        if not leads and self._leading.is_set():
            log.warning("another process polls the sources now")
        elif not leads and self._leads is not False:
            log.info("another process polls the sources; this one stands by")
        self._leads = leads

    async def _let_go(self) -> None:
        try:
            async with asyncio.timeout(1):
                await self._lease.release(self._holder)
        except (StoreUnavailable, TimeoutError):
            log.debug("the lease runs out by itself")

    async def _cycle(self, tasks: asyncio.TaskGroup) -> None:
        intake = self._intake or await self._load()
        answers = await self._fetcher.answers(tasks, intake.since, TICK_SECONDS)
        await self._take_in(intake, answers)

    async def _load(self) -> Intake:
        intake = Intake(
            self._fetcher.feeds,
            self._indicators,
            self._journal,
            self._clock,
            holder=self._holder,
            all_feeds=self._all_feeds,
        )
        await intake.load()
        self._states = await self._journal.states()
        self._readings = dict(await self._journal.readings())
        self._told = list(await self._journal.recent_alerts())
        self._own.forget()
        self._fetcher.resume(intake.asked_at(), failed=intake.failed(), unknown=intake.unknown())
        self._intake, self._measures = intake, Measures(intake.book)
        return intake

    async def _take_in(self, intake: Intake, answers: Sequence[Fetched]) -> None:
        await self._enter(intake, answers)
        await self._evaluate(intake)

    async def _enter(self, intake: Intake, answers: Sequence[Fetched]) -> None:
        for answer in answers:
            self._meters.answered(answer.feed.name, answer.trouble)
            self._log_health(answer)
        await intake.take(answers)
        await self._show(self._measures or Measures(intake.book))

    def _step_down(self) -> None:
        """Ask nobody anything until the lease is ours again, which Redis must be there to say."""
        self._leading.clear()
        self._fetcher.forget()

    def _log_health(self, answer: Fetched) -> None:
        """One warning an outage and process, one line on recovery.

        What a source answers to several of its feeds alike is one outage, over with the last.
        """
        name = answer.feed.name
        if answer.error and name not in self._down:
            trouble = (name.partition("/")[0], answer.error)
            same = [each for each in self._down.values() if each[1:] == trouble]
            self._down[name] = same[0] if same else (name, *trouble)
            level = logging.DEBUG if same else logging.WARNING
            log.log(level, "%s fails: %s", name, answer.error, extra={"feed": name})
            if answer.is_history and self._is_needed(answer.feed):
                log.info("rules that need the history of %s sleep until it is loaded", name)
        if not answer.error and name in self._down:
            outage = self._down.pop(name)
            if outage not in self._down.values():
                log.info("%s answers again", outage[0], extra={"feed": outage[0]})

    def _is_needed(self, feed: Feed) -> bool:
        """Whether rules sleep without this feed's history."""
        needed = {s for each in self._indicators if each.needs_history for s in each.series}
        return not needed.isdisjoint(feed.series)

    async def _evaluate(self, intake: Intake) -> None:
        now = self._clock()
        measures = self._measures or Measures(intake.book)
        # We were away, or slept: before a silence is judged its source is asked.
        unasked = intake.unasked(now)
        self._fetcher.hurry(unasked)
        self._fetcher.back_up(intake.late(now))
        result = evaluate(
            measures,
            self._indicators,
            self._states,
            now,
            told=self._told,
            without_history=intake.asleep(),
            unasked=frozenset(series for feed in unasked for series in feed.series),
            held=intake.held(),
        )
        # Told of only once both are written, so that a chat hears all of one poll together.
        await self._own.see(measures, self._shown, now)
        if result.changes or result.alerts:
            await self._journal.commit(result.changes, result.alerts, leader=self._holder, now=now)
        await self._own.announce()
        self._states = result.states
        self._told = [*reversed(result.alerts), *self._told][:TOLD_KEPT]
        for alert in result.alerts:
            about = {"rule": alert.rule, "kind": alert.kind.value, "alert": alert.id}
            log.info("%s %s: %s", alert.rule, alert.kind, alert.message.title, extra=about)

    async def _show(self, measures: Measures) -> None:
        """Store what indicators read now: no message says a number that is not stored."""
        readings = measures.readings(self._indicators, self._clock())
        # Whether a reading is late, whoever shows it works out for himself.
        news = [r for r in readings.values() if not _same(self._readings.get(r.indicator), r)]
        await self._journal.remember_readings(news, leader=self._holder)
        self._readings.update(readings)
        self._shown = readings


def _same(before: Reading | None, after: Reading) -> bool:
    return before is not None and replace(before, late=after.late) == after
