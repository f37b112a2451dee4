"""Tells a platform that is down from a chat that is: then nothing more is tried in vain."""

import asyncio
import logging

from bot.model import Chat
from bot.ports import Adapter, DeliveryError, PlatformRefused

log = logging.getLogger(__name__)

CHATS = 5
"""Where sends to so many failed in a row, without one success, the platform is in trouble and not a
chat."""
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 15.0
CHECK_SECONDS = 4.0
"""Short, as a parcel may be out under its lease meanwhile."""


class Outage:
    """Whether sends are worth trying; what waits meanwhile loses no attempt."""

    def __init__(self, adapter: Adapter) -> None:
        """Take the platform that is watched."""
        self._adapter = adapter
        self._failing: set[str] = set()
        self._pause = PAUSE_SECONDS
        self._down = asyncio.Event()

    @property
    def goes_on(self) -> bool:
        """Whether the platform is taken to be down."""
        return self._down.is_set()

    def worked(self) -> None:
        """A send arrived."""
        self._failing.clear()
        self._pause = PAUSE_SECONDS

    def failed(self, chat: Chat, reason: str) -> None:
        """A send failed in a way that may be the platform's."""
        self._failing.add(chat.member)
        if len(self._failing) >= CHATS and not self.goes_on:
            log.warning("%s is out of reach for alerts, which wait: %s", self._adapter.name, reason)
            self._down.set()

    async def watch(self) -> None:
        """Until cancelled, ask a platform that is down for a sign of life, ever less often."""
        while True:
            await self._down.wait()
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
            if await answers(self._adapter):
                log.info("%s answers again; alerts go on", self._adapter.name)
                # What failed is not forgotten: if it only answers, and takes nothing, the next
                # failure is enough.
                self._down.clear()


async def answers(adapter: Adapter) -> bool:
    """Whether the platform gives a sign of life."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await adapter.check()
    except (DeliveryError, PlatformRefused, TimeoutError):
        return False
    except Exception:
        # A bug in a chat library must not end every platform's delivery.
        log.exception("the check of %s broke", adapter.name)
        return False
    return True
