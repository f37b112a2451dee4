"""What is nearest to firing, in the usual steps of the numbers that would have to move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from bot.digests.steps import Usual, in_steps
from bot.model import KeptRule, Reading, RuleView, Side, Status
from bot.own.distance import Present, Standing

WAITING = (Status.NORMAL, Status.PENDING)


@dataclass(frozen=True, slots=True)
class NearRule:
    """A preset rule that waits, and the number it watches."""

    view: RuleView
    reading: Reading
    steps: float | None
    """From the value to the level; 0 where the value is past it already, and not confirmed yet."""


@dataclass(frozen=True, slots=True)
class NearOwn:
    """An own alert that waits, and the condition that is farthest from being true."""

    kept: KeptRule
    present: Present
    steps: float | None


Near = NearRule | NearOwn


def near_rule(view: RuleView, reading: Reading, known: Usual | None) -> NearRule | None:
    """A preset rule's place, or None while it fires already or cannot be judged."""
    if view.status not in WAITING or view.distance is None or reading.late:
        return None
    downward = view.side is Side.BELOW
    passed = view.distance > 0 if downward else view.distance <= 0
    return NearRule(view, reading, 0.0 if passed else in_steps(view.distance, known))


def near_own(standing: Standing, pasts: Mapping[str, Usual]) -> NearOwn | None:
    """An own alert's place, or None while it fires already or one of its values is missing.

    `pasts` by what conditions read, as `Condition.reading` names it.
    """
    presents = [each for each in standing.presents if each is not None and each.counts]
    if standing.kept.firing or not presents or len(presents) < len(standing.presents):
        return None
    steps = [_steps(each, pasts) for each in presents]
    farthest = max(range(len(presents)), key=lambda index: _rank(steps[index]))
    return NearOwn(standing.kept, presents[farthest], steps[farthest])


def nearest(found: Sequence[Near | None]) -> list[Near]:
    """The nearest first; those whose usual step nobody knows come last, in the order given."""
    known = [each for each in found if each is not None]
    return sorted(known, key=lambda each: _rank(each.steps))


def _steps(present: Present, pasts: Mapping[str, Usual]) -> float | None:
    if present.holds:
        return 0.0
    return in_steps(present.distance, pasts.get(present.condition.reading))


def _rank(steps: float | None) -> float:
    return inf if steps is None else steps
