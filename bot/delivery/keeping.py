"""Work that is done again and again for a platform, by the one process that listens to it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.delivery.pacing import Pace
from bot.logs.told_once import ToldOnce
from bot.ports import Adapter, StoreUnavailable

log = logging.getLogger(__name__)

Keeper = Callable[[Adapter, Pace], Coroutine[Any, Any, None]]
"""What a process does for a platform while it listens to it, until cancelled."""

LONGEST_LOOK_SECONDS = 120.0


def by_name(keep: Callable[[str], Coroutine[Any, Any, None]]) -> Keeper:
    """A keeper that needs no more of a platform than its name."""
    return lambda adapter, _pace: keep(adapter.name)


async def keep_looking(
    name: str, look: Callable[[], Awaitable[bool]], *, seconds: float, again_seconds: float
) -> None:
    """Look every so often until cancelled, and sooner after a look that found something.

    What fails for want of the store is done by a later look; it is said once.
    """
    trouble = ToldOnce(log)
    while True:
        found = False
        try:
            async with asyncio.timeout(LONGEST_LOOK_SECONDS):
                found = await look()
            trouble.over("%s go on", name)
        except (StoreUnavailable, TimeoutError) as error:
            trouble.met(error, "%s wait: %s", name, str(error) or "a look took too long")
        await asyncio.sleep(again_seconds if found else seconds)
