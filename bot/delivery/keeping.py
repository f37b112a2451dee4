"""Work that is done again and again for a platform, by the one process that listens to it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.ports import StoreUnavailable

log = logging.getLogger(__name__)

Keeper = Callable[[str], Coroutine[Any, Any, None]]
"""What a process does for a platform of this name while it listens to it, until cancelled."""

LONGEST_LOOK_SECONDS = 120.0


async def keep_looking(
    name: str, look: Callable[[], Awaitable[bool]], *, seconds: float, again_seconds: float
) -> None:
    """Look every so often until cancelled, and sooner after a look that found something.

    What fails for want of the store is done by a later look; it is said once.
    """
    lost = False
    while True:
        found = False
        try:
            async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                found = await look()
            if lost:
                log.info("%s go on", name)
            lost = False
        except (StoreUnavailable, TimeoutError) as error:
            if not lost:
                log.warning("%s wait: %s", name, str(error) or "a look took too long")
            lost = True
        await asyncio.sleep(again_seconds if found else seconds)
