"""Tells the outbox what became of parcels, however long Redis is away."""

import asyncio
import logging
from contextlib import suppress

from bot.logs.told_once import ToldOnce
from bot.ports import Outbox, Settlement, StoreUnavailable

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5


class Settling:
    """Whatever came together while the last journey took goes on the next one."""

    def __init__(self, outbox: Outbox, platform: str) -> None:
        """Take whom to tell."""
        self._outbox = outbox
        self._platform = platform
        self._waiting: list[Settlement] = []
        self._news = asyncio.Event()
        self._told = asyncio.Event()
        self._told.set()
        self._trouble = ToldOnce(log)
        self.lost = False
        """The outbox could not be reached when it was told last."""

    def add(self, settlement: Settlement) -> None:
        """Note one to be told."""
        self._waiting.append(settlement)
        self._told.clear()
        self._news.set()

    async def all_told(self) -> None:
        """Wait until nothing is left to tell."""
        await self._told.wait()

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self._tell()

    async def _tell(self) -> None:
        while self._waiting:
            batch = list(self._waiting)
            try:
                await self._outbox.settle(self._platform, batch)
            except StoreUnavailable as error:
                self._trouble.met(error, "what %s took is not noted: %s", self._platform, error)
                self.lost = True
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                self.lost = False
                self._trouble.over("what %s took is noted again", self._platform)
                del self._waiting[: len(batch)]
        self._told.set()

    async def give_up(self, seconds: float) -> None:
        """Tell what is left within so many seconds; the rest comes back when its leases end."""
        with suppress(TimeoutError, StoreUnavailable):
            async with asyncio.timeout(seconds):
                if self._waiting:
                    await self._outbox.settle(self._platform, list(self._waiting))
                    self._waiting.clear()
