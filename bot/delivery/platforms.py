"""The chat platforms of this process, side by side: one that fails stops no other."""

import asyncio
import logging
from collections.abc import Sequence

from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.ports import Adapter, Answer, Outbox, PlatformRefused

log = logging.getLogger(__name__)

PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
"""Before an adapter that broke listens again; the pauses double."""
STEADY_SECONDS = 600.0
"""Whoever listened so long before breaking begins again with the shortest pause."""


class Platforms:
    """Listens to and delivers on each platform until told to stop."""

    def __init__(
        self,
        adapters: Sequence[Adapter],
        answer: Answer,
        outbox: Outbox,
        stopping: asyncio.Event,
    ) -> None:
        """Take the adapters, who answers commands, and where alerts wait.

        `stopping` is also set here, when every platform has refused us.
        """
        self._adapters = adapters
        self._answer = answer
        self._outbox = outbox
        self._stopping = stopping
        self._refusals: dict[str, str] = {}
        self._senders_stop = {adapter.name: asyncio.Event() for adapter in adapters}

    @property
    def refusal(self) -> str | None:
        """Why nothing is left to do, when every platform has refused us."""
        if self._adapters and len(self._refusals) == len(self._adapters):
            return "; ".join(self._refusals.values())
        return None

    async def listen(self, adapter: Adapter) -> None:
        """Answer commands; a refused token ends the platform, the last one ends the process."""
        try:
            await self._keep_listening(adapter)
        except PlatformRefused as refusal:
            log.error("%s", refusal)  # noqa: TRY400 - the sentence says it all.
            self._refusals[adapter.name] = str(refusal)
            self._senders_stop[adapter.name].set()
            if self.refusal is not None:
                self._stopping.set()

    async def _keep_listening(self, adapter: Adapter) -> None:
        loop = asyncio.get_running_loop()
        pause = PAUSE_SECONDS
        while True:
            began = loop.time()
            try:
                return await adapter.listen(self._answer)
            except PlatformRefused:
                raise
            except Exception:  # A bug in one chat library must not end the whole process.
                if loop.time() - began > STEADY_SECONDS:
                    pause = PAUSE_SECONDS
                log.exception("%s broke and listens again in %.0f s", adapter.name, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def deliver(self, adapter: Adapter) -> None:
        """Carry alerts until the process stops or the platform has refused us."""
        sender = Sender(self._outbox, adapter, Pace(adapter.sends_per_second))
        stop = self._senders_stop[adapter.name]
        async with asyncio.TaskGroup() as tasks:
            relay = tasks.create_task(self._relay_stop(stop))
            await sender.run(stop)
            relay.cancel()

    async def _relay_stop(self, sender_stop: asyncio.Event) -> None:
        await self._stopping.wait()
        sender_stop.set()
