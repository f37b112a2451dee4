"""One look serves all who ask within a moment: whoever asks often costs the store nothing more."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def lately(look: Callable[[], Awaitable[T]], seconds: float) -> Callable[[], Awaitable[T]]:
    """The same look, made again only when the last one is so many seconds old."""
    one_at_a_time = asyncio.Lock()
    found: list[tuple[float, T]] = []

    async def seen() -> T:
        loop = asyncio.get_running_loop()
        async with one_at_a_time:
            if not found or loop.time() - found[0][0] >= seconds:
                found[:] = [(loop.time(), await look())]
            return found[0][1]

    return seen
