"""A clock that moves in steps, so that a slow machine makes the demo longer and never wrong."""

from datetime import datetime, timedelta


class SteppedClock:
    """Stands still between two calls of `advance`."""

    def __init__(self, start: datetime, step: timedelta) -> None:
        """Start at `start`."""
        self._now = start
        self._step = step

    def __call__(self) -> datetime:
        """The simulated time."""
        return self._now

    def advance(self) -> None:
        """Move one step ahead."""
        self._now += self._step
