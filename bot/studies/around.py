"""The states of a rule before and after a transition, from the stored past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot import rules
from bot.model import Kind, Point, Rule, RuleState


@dataclass(frozen=True, slots=True)
class Around:
    """A rule's state before the value of a day, and after it."""

    before: RuleState
    after: RuleState


def around(rule: Rule, points: Sequence[Point], day: date, kind: Kind) -> Around | None:
    """The states around a transition; None where the stored values do not show it on that day.

    They may have been revised since, or another vendor's decided.
    """
    state: RuleState | None = None
    for point in points:
        before = state
        state, news = rules.step(rule, state, point)
        if point.day >= day:
            happened = point.day == day and news is not None and news.kind is kind
            return Around(before, state) if happened and before is not None else None
    return None
