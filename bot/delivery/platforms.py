"""The chat platforms of this process, side by side: one that fails stops no other."""

import asyncio
import logging
from collections.abc import Sequence

from bot.delivery.pacing import Pace
from bot.delivery.sender import Sender
from bot.ports import Adapter, Answer, Outbox, PlatformRefused

log = logging.getLogger(__name__)

SENDS_PER_SECOND = {"telegram": 28.0, "discord": 40.0}
"""Just under what each platform permits a bot overall: 30/s and 50/s."""
LOCAL_SENDS_PER_SECOND = 1000.0


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
            await adapter.listen(self._answer)
        except PlatformRefused as refusal:
            log.error("%s", refusal)  # noqa: TRY400 - the sentence says it all.
            self._refusals[adapter.name] = str(refusal)
            self._senders_stop[adapter.name].set()
            if self.refusal is not None:
                self._stopping.set()

    async def deliver(self, adapter: Adapter) -> None:
        """Carry alerts until the process stops or the platform has refused us."""
        rate = SENDS_PER_SECOND.get(adapter.name, LOCAL_SENDS_PER_SECOND)
        sender = Sender(self._outbox, adapter, Pace(rate))
        stop = self._senders_stop[adapter.name]
        async with asyncio.TaskGroup() as tasks:
            relay = tasks.create_task(self._relay_stop(stop))
            await sender.run(stop)
            relay.cancel()

    async def close(self) -> None:
        """Let every adapter go of its connections."""
        for adapter in self._adapters:
            await adapter.close()

    async def _relay_stop(self, sender_stop: asyncio.Event) -> None:
        await self._stopping.wait()
        sender_stop.set()
