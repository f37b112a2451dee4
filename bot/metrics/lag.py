"""How late the event loop wakes: whatever blocks it delays everything else the process does."""

import asyncio
from collections.abc import Callable

EVERY_SECONDS = 0.5


async def watch_the_loop(lagged: Callable[[float], None]) -> None:
    """Tell, until cancelled, by how many seconds each of many short sleeps was too long."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_SECONDS
        await asyncio.sleep(EVERY_SECONDS)
        lagged(max(0.0, loop.time() - due))
