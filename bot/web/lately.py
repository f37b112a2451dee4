"""One look serves all who ask within a moment: whoever asks often costs the store nothing more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.ports import StoreUnavailable

T = TypeVar("T")


def lately(look: Callable[[], Awaitable[T]], seconds: float) -> Callable[[], Awaitable[T]]:
    """The same look, made again only when the last one is so many seconds old.

    A look that raises StoreUnavailable raises it for all who waited for it.
    """
    one_at_a_time = asyncio.Lock()
    found: list[tuple[float, T]] = []
    failed: list[tuple[float, StoreUnavailable]] = []

    async def seen() -> T:
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        async with one_at_a_time:
            # Who waited for a look that failed would wait as long again, one after the other.
            if failed and failed[0][0] >= asked_at:
                raise StoreUnavailable(str(failed[0][1])) from failed[0][1]
            if not found or loop.time() - found[0][0] >= seconds:
                try:
                    seen_now = await look()
                except StoreUnavailable as error:
                    failed[:] = [(loop.time(), error)]
                    raise
                # Counted from its end: those who waited for a long look share it all the same.
                found[:] = [(loop.time(), seen_now)]
            return found[0][1]

    return seen
