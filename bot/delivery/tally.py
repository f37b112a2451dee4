"""How often a delivery met a trouble that must not go on for ever."""

from collections import OrderedDict

KEPT_SECONDS = 86_400.0
"""As long as an alert may be delivered at all."""


class Tally:
    """Counts by delivery key; lives in this process only, so a restart counts anew."""

    def __init__(self) -> None:
        """Begin with no trouble."""
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def add(self, key: str, now: float) -> int:
        """Note one more trouble at a time on one monotonic clock; returns how many there were."""
        count = self._counts.pop(key, (0, now))[0] + 1
        self._counts[key] = (count, now)
        self._forget(now - KEPT_SECONDS)
        return count

    def _forget(self, before: float) -> None:
        while self._counts and next(iter(self._counts.values()))[1] < before:
            self._counts.popitem(last=False)
