"""A clock that costs no time."""

import asyncio
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


class Time:
    """A clock that only sleeping moves; it notes every sleep worth the name."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1_000.0)

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.slept.append(round(seconds, 6))
            self.seconds += seconds
        await asyncio.sleep(0)
