"""Keeps sends at a platform's pace instead of being told off for exceeding it."""

import asyncio


class Pace:
    """Hands out slots, evenly spaced: no burst, because platforms count within windows."""

    def __init__(self, per_second: float) -> None:
        """Take the rate that the platform permits this process."""
        self._spacing_seconds = 1.0 / per_second
        self._next = 0.0

    async def slot(self) -> None:
        """Wait for the next slot."""
        now = asyncio.get_running_loop().time()
        self._next = max(now, self._next + self._spacing_seconds)
        await asyncio.sleep(self._next - now)
