"""A dead man's switch: an address is asked for as long as polls are good, and told nothing else.

Who alarms when the asking stops is elsewhere, and so outlives us. Only the process that leads the
polling asks, although any could read from the store that polls are good: one that stands by can say
only that somebody else's work is well. Whoever takes over begins within seconds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.http.knock import NotHeard, knock
from bot.logs.told_once import ToldOnce

log = logging.getLogger(__name__)

BEAT_SECONDS = 60.0
LOOK_SECONDS = 5.0
"""While there is nothing to say: the first good poll is told at once, and so is a recovery."""


class Heartbeat:
    """Asks one address once a minute while all is well."""

    def __init__(
        self, url: str, *, leads: Callable[[], bool], wrong: Callable[[], Awaitable[str | None]]
    ) -> None:
        """Take the address, whether this process leads, and what is wrong with the polls."""
        self._url = url
        self._leads = leads
        self._wrong = wrong
        self._unheard = ToldOnce(log)
        self._beats = False

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            beat = await self._is_well() if self._leads() else False
            self._beats = beat
            if beat:
                await self._beat()
            await asyncio.sleep(BEAT_SECONDS if beat else LOOK_SECONDS)

    async def _is_well(self) -> bool:
        """Whether polls are good; said when it changes."""
        wrong = await self._wrong()
        if wrong is None and not self._beats:
            log.info("the heartbeat begins: polls are good")
        if wrong is not None and self._beats:
            log.warning("the heartbeat stops: %s", wrong)
        return wrong is None

    async def _beat(self) -> None:
        try:
            await knock(self._url)
            self._unheard.over("the heartbeat is heard again")
        except NotHeard as error:
            self._unheard.met(error, "the heartbeat is not heard: %s", error)
