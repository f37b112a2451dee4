"""The chat platforms of this process, side by side: one that fails stops no other."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from bot.delivery.keeping import Keeper
from bot.delivery.outage import CHECK_SECONDS
from bot.delivery.pacing import Pace
from bot.delivery.reception import Answer, FrontDesk, Suggest, nothing
from bot.delivery.sender import Sender
from bot.ports import (
    UNMETERED,
    Adapter,
    Boards,
    DeliveryError,
    Forgetting,
    Lease,
    Meters,
    Outbox,
    Pictures,
    PlatformRefused,
    StoreUnavailable,
    Subscriptions,
)

log = logging.getLogger(__name__)


PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
"""Before an adapter that broke listens again; the pauses double."""
STEADY_SECONDS = 600.0
"""Whoever listened so long before breaking begins again with the shortest pause."""
RENEW_SECONDS = 3.0
RELEASE_SECONDS = 1.0


class Platforms:
    """Listens to and delivers on each platform until told to stop.

    Any number of processes may deliver on a platform, but only the holder of its lease listens:
    a platform says each thing once.
    """

    def __init__(
        self,
        adapters: Sequence[Adapter],
        *,
        answer: Answer,
        subscriptions: Subscriptions,
        outbox: Outbox,
        leases: Callable[[str], Lease],
        holder: str,
        stopping: asyncio.Event,
        suggest: Suggest = nothing,
        pictures: Pictures | None = None,
        boards: Boards | None = None,
        forgetting: Forgetting | None = None,
        keepers: Sequence[Keeper] = (),
        meters: Meters = UNMETERED,
    ) -> None:
        """Take the adapters, who answers commands, where alerts wait, and who may listen.

        `leases` gives a platform's lease by its name, and `holder` names this process. `stopping`
        is also set here, when every platform has refused us. The `keepers` work on each platform
        while we listen to it, so that no two processes do the same. Without `pictures` no chart
        is drawn.
        """
        self._adapters = adapters
        self._leases = leases
        self._holder = holder
        self._outbox = outbox
        self._pictures = pictures
        self._stopping = stopping
        self._keepers = keepers
        self._meters = meters
        self._refusals: dict[str, str] = {}
        self._senders_stop = {adapter.name: asyncio.Event() for adapter in adapters}
        self._paces = {each.name: Pace(each.name, each.limits, outbox) for each in adapters}
        self._desks = {
            name: FrontDesk(
                answer,
                subscriptions,
                outbox,
                pace,
                suggest=suggest,
                pictures=pictures,
                boards=boards,
                forgetting=forgetting,
            )
            for name, pace in self._paces.items()
        }

    @property
    def refusal(self) -> str | None:
        """Why nothing is left to do, when every platform has refused us."""
        if self._adapters and len(self._refusals) == len(self._adapters):
            return "; ".join(self._refusals.values())
        return None

    async def listen(self, adapter: Adapter) -> None:
        """Answer commands while no other process does.

        A refused token ends the platform, the last one ends the process.
        """
        try:
            await self._listen_under_lease(adapter)
        except PlatformRefused as refusal:
            self._end(adapter, refusal)

    def _end(self, adapter: Adapter, refusal: PlatformRefused) -> None:
        if adapter.name not in self._refusals:
            log.error("%s", refusal)
        self._refusals[adapter.name] = str(refusal)
        self._senders_stop[adapter.name].set()
        if self.refusal is not None:
            self._stopping.set()

    async def _listen_under_lease(self, adapter: Adapter) -> None:
        lease = self._leases(adapter.name)
        try:
            while True:
                await self._wait_for(lease, adapter.name)
                async with asyncio.TaskGroup() as tasks:
                    listening = tasks.create_task(self._keep_listening(adapter))
                    pace = self._paces[adapter.name]
                    keeping = [tasks.create_task(keep(adapter, pace)) for keep in self._keepers]
                    await self._keep(lease, listening)
                    for task in keeping:
                        task.cancel()
                    if listening.done():
                        return
                    log.warning("another process listens to %s now", adapter.name)
                    listening.cancel()
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(RELEASE_SECONDS):
                    await lease.release(self._holder)

    async def _wait_for(self, lease: Lease, platform: str) -> None:
        told = False
        while not await self._is_mine(lease, otherwise=False):
            if not told:
                log.info("another process listens to %s; this one only delivers", platform)
            told = True
            await asyncio.sleep(RENEW_SECONDS)

    async def _keep(self, lease: Lease, listening: asyncio.Task[None]) -> None:
        """Renew the lease until it is lost, or there is nothing to hear any more."""
        while await self._is_mine(lease, otherwise=True):
            await asyncio.wait((listening,), timeout=RENEW_SECONDS)
            if listening.done():
                return

    async def _is_mine(self, lease: Lease, *, otherwise: bool) -> bool:
        try:
            return await lease.acquire(self._holder)
        except StoreUnavailable:
            # Nobody else can take it now: whoever listens goes on.
            return otherwise

    async def _keep_listening(self, adapter: Adapter) -> None:
        loop = asyncio.get_running_loop()
        pause = PAUSE_SECONDS
        while True:
            began = loop.time()
            try:
                return await adapter.listen(self._desks[adapter.name])
            except PlatformRefused:
                raise
            except Exception:  # A bug in one chat library must not end the whole process.
                if loop.time() - began > STEADY_SECONDS:
                    pause = PAUSE_SECONDS
                log.exception("%s broke and listens again in %.0f s", adapter.name, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def deliver(self, adapter: Adapter) -> None:
        """Carry alerts until the process stops or the platform has refused us.

        A process that only delivers has not shown its token yet: it must not take what others can
        deliver.
        """
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await adapter.check()
        except PlatformRefused as refusal:
            self._end(adapter, refusal)
            return
        except (DeliveryError, TimeoutError) as trouble:
            log.debug("%s gives no sign of life yet: %s", adapter.name, trouble)
        pace = self._paces[adapter.name]
        sender = Sender(self._outbox, adapter, pace, self._pictures, meters=self._meters)
        stop = self._senders_stop[adapter.name]
        async with asyncio.TaskGroup() as tasks:
            relay = tasks.create_task(self._relay_stop(stop))
            await sender.run(stop)
            relay.cancel()

    async def _relay_stop(self, sender_stop: asyncio.Event) -> None:
        await self._stopping.wait()
        sender_stop.set()
