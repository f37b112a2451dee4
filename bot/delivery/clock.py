"""Reads the store's clock on our own, as well as the way there lets us."""

from collections import deque
from dataclasses import dataclass
from statistics import median

KEPT = 32
"""Of the last so many answers the quickest says best what the clock read."""

DRIFT_SECONDS = 0.01
"""Two clocks part by less while so many answers come."""


@dataclass(frozen=True, slots=True)
class _Sample:
    journey_seconds: float
    ahead_seconds: float
    """What the store's clock reads when ours reads 0, if both ways of the journey are equal."""


class StoreClock:
    """How far the store's clock is ahead of ours, and how long it takes to be asked."""

    def __init__(self) -> None:
        """Begin without an answer."""
        self._samples: deque[_Sample] = deque(maxlen=KEPT)

    def answered(self, asked_at: float, answered_at: float, read: float) -> None:
        """Note what it read between two times on our own clock."""
        middle = (asked_at + answered_at) / 2
        sample = _Sample(answered_at - asked_at, read - middle)
        if not all(_agree(sample, each) for each in self._samples):
            self._samples.clear()
        self._samples.append(sample)

    @property
    def journey_seconds(self) -> float:
        """The usual one of late; 0 before the first."""
        return median(each.journey_seconds for each in self._samples) if self._samples else 0.0

    def ours(self, theirs: float) -> float:
        """A time on the store's clock on ours; it must have answered once."""
        quickest = min(self._samples, key=lambda each: each.journey_seconds)
        return theirs - quickest.ahead_seconds


def _agree(one: _Sample, other: _Sample) -> bool:
    """Whether both can be right; else somebody set a clock, or the machine slept."""
    unsure_seconds = (one.journey_seconds + other.journey_seconds) / 2 + DRIFT_SECONDS
    return abs(one.ahead_seconds - other.ahead_seconds) <= unsure_seconds
