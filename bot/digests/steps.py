"""How far numbers move as a rule, so that moves of different numbers can be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import stdev

from bot.model import Point, Reading, Unit

CHANGES = 365
"""A usual step is worked out from so many changes, the newest ones."""
FEWEST_CHANGES = 20
"""Fewer say nothing of what is usual."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a number's past says of its moves."""

    step: float | None
    """The standard deviation of its last changes from one value to the next, in its own unit and at
    its own cadence; None where too few are known, or nothing ever moved."""
    before: Point | None
    """Its last value at the time that is looked back to."""


@dataclass(frozen=True, slots=True)
class Move:
    """A number now, and how far it has come since a value before it."""

    reading: Reading
    before: Point
    steps: float
    """The change as a multiple of its usual step, never negative."""

    @property
    def change(self) -> float:
        """In the number's unit."""
        return self.reading.value - self.before.value


def usual_step(values: Sequence[float]) -> float | None:
    """The standard deviation of the newest changes from one value to the next."""
    newest = values[-CHANGES - 1 :]
    changes = [after - before for before, after in pairwise(newest)]
    if len(changes) < FEWEST_CHANGES:
        return None
    return stdev(changes) or None


def usual(points: Sequence[Point], since: datetime) -> Usual:
    """What a past says, oldest first, for whoever looks back to an instant."""
    before = next((each for each in reversed(points) if each.as_of <= since), None)
    return Usual(usual_step([each.value for each in points[-CHANGES - 1 :]]), before)


def in_steps(distance: float, known: Usual | None) -> float | None:
    """A distance as a multiple of the usual step; None where nobody knows that."""
    return None if known is None or known.step is None else abs(distance) / known.step


def moves(readings: Sequence[Reading], pasts: Mapping[str, Usual]) -> list[Move]:
    """The numbers that moved, the one that moved most first.

    A stand-in's value is never set against another vendor's, and of a number that is late nobody
    knows where it stands.
    """
    found = []
    for reading in readings:
        known = pasts.get(reading.indicator)
        before = known.before if known is not None else None
        if before is None or reading.late or reading.vendor != before.vendor:
            continue
        if reading.unit is Unit.TRUTH:
            continue
        steps = in_steps(reading.value - before.value, known)
        if steps:
            found.append(Move(reading, before, steps))
    return sorted(found, key=lambda each: -each.steps)
