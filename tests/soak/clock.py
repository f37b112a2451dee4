"""A clock that runs faster than the wall's, the same for all who are told when it began."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2041, 3, 4, 20, 15, tzinfo=UTC)
"""A Monday, forty-five minutes before New York closes. The year lies far ahead, so that nobody
mistakes what is invented for a record."""


@dataclass(frozen=True, slots=True)
class FastClock:
    """Reads START at `began`, and from then on `speed` seconds for each that passes."""

    began: float
    """In seconds since 1970."""
    speed: float

    def __call__(self) -> datetime:
        """The simulated time."""
        return START + timedelta(seconds=(time.time() - self.began) * self.speed)


@dataclass(frozen=True, slots=True)
class Behind:
    """The same, some time ago: what providers tell is never of this very moment."""

    clock: FastClock
    by: timedelta

    def __call__(self) -> datetime:
        """The simulated time that the newest value is about."""
        return self.clock() - self.by
