"""Whether the store can be reached: told once for all who wait for it."""

import logging
import time

from bot.ports import StoreAway

log = logging.getLogger(__name__)

STEADY_SECONDS = 2.0
"""An outage is over once nothing has failed for so long: calls that were on their way as it began
still succeed."""


class Reach:
    """One warning as the store goes away, one line as it is back; none before it was ever there."""

    def __init__(self) -> None:
        self._was_there = False
        self._away_since: float | None = None
        self._failed_at = 0.0

    def lost(self, error: StoreAway) -> None:
        """A call failed."""
        self._failed_at = time.monotonic()
        if self._was_there and self._away_since is None:
            self._away_since = self._failed_at
            log.warning("everything waits for the store: %s", error)

    def had(self) -> None:
        """A call was answered."""
        self._was_there = True
        now = time.monotonic()
        if self._away_since is None or now - self._failed_at < STEADY_SECONDS:
            return
        seconds = now - self._away_since
        log.info("the store answers again; it was away for about %.0f s", seconds)
        self._away_since = None
