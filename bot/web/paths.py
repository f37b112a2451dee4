"""Daily values as lines: where days and values lie in a drawing, as SVG writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low

LONGEST_GAP = timedelta(days=10)
"""Between two values further apart nothing is drawn, unless all of them lie so far apart."""

Place = tuple[float, float]
"""To the right and down from the upper left corner."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle and what its edges stand for."""

    since: date
    until: date
    low: float
    high: float
    width: float
    height: float
    top: float = 0.0
    """Room above it that belongs to the drawing."""

    def across(self, day: date) -> float:
        """How far to the right a day lies; a frame of one day has it in the middle."""
        span = (self.until - self.since).days
        return self.width * ((day - self.since).days / span if span else 0.5)

    def down(self, value: float) -> float:
        """How far down a value lies; a frame of one value has it in the middle."""
        # Halves keep the span of the largest floats finite.
        span = self.high / 2 - self.low / 2
        share = (value / 2 - self.low / 2) / span if span else 0.5
        return self.top + self.height * (1.0 - share)

    def places(self, days: Sequence[date], values: Sequence[float]) -> list[Place]:
        """Where the values of some days lie."""
        return [(self.across(day), self.down(v)) for day, v in zip(days, values, strict=True)]


def line(days: Sequence[date], places: Sequence[Place]) -> str:
    """A line from place to place, broken where values are missing, as SVG path data."""
    return "".join(
        f"{'M' if starts else 'L'}{_at(place)}"
        for starts, place in zip(_starts(days), places, strict=True)
    )


def stairs(days: Sequence[date], places: Sequence[Place]) -> str:
    """The same in steps: each value holds until the next one is known."""
    written = []
    for starts, (across, down) in zip(_starts(days), places, strict=True):
        step = f"M{_at((across, down))}" if starts else f"H{across:.1f}V{down:.1f}"
        written.append(step)
    return "".join(written)


def _starts(days: Sequence[date]) -> list[bool]:
    """Of each day, whether a line begins anew there."""
    steps = [after - before for before, after in pairwise(days)]
    gap = max(LONGEST_GAP, 3 * median_low(steps)) if steps else LONGEST_GAP
    return [True, *(step > gap for step in steps)][: len(days)]


def _at(place: Place) -> str:
    across, down = place
    return f"{across:.1f} {down:.1f}"
