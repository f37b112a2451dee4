"""Whether a number grew over the second half of a run, and by how much it may have.

What comes and goes says nothing of what stays: of each short stretch the lowest value counts. How
fast these rise is the median of the slopes between any two of them (Theil and Sen), which a single
stretch in which Redis stood still does not change. The first half is for what fills up once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

STRETCHES = 8
Sample = tuple[float, float]
"""(time in seconds, value)."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a number may grow in the second half: so much, and such a share of itself."""

    amount: float
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Growth:
    """What became of one number."""

    name: str
    first: float
    """The lowest value as the second half begins."""
    last: float
    """The lowest value as it ends."""
    grown: float
    """At the median speed, over the second half."""
    allowed: float

    @property
    def is_flat(self) -> bool:
        """Whether it grew by no more than is allowed."""
        return self.grown <= self.allowed


def growth(name: str, samples: Sequence[Sample], allowance: Allowance) -> Growth:
    """Judge one number; raises ValueError where there are too few samples to."""
    middle = (samples[0][0] + samples[-1][0]) / 2 if samples else 0.0
    half = [(at, value) for at, value in samples if at >= middle]
    lows = _lows(half)
    if len(lows) < 2:
        raise ValueError(f"there are too few samples of {name}")
    slope = median((b - a) / (later - at) for (at, a), (later, b) in combinations(lows, 2))
    allowed = allowance.amount + allowance.share * lows[0][1]
    grown = slope * (half[-1][0] - half[0][0])
    return Growth(name, lows[0][1], lows[-1][1], grown, allowed)


def _lows(samples: Sequence[Sample]) -> list[Sample]:
    """The lowest sample of each stretch, in the middle of it."""
    size = max(1, -(-len(samples) // STRETCHES))
    found = []
    for start in range(0, len(samples), size):
        some = samples[start : start + size]
        found.append(((some[0][0] + some[-1][0]) / 2, min(value for _, value in some)))
    return found
