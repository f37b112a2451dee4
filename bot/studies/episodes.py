"""When a rule fired, and for how long it stayed so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bot import rules
from bot.model import Kind, Point, Rule, RuleState, Status

FEW = 10
"""Fewer cases than this are stories, and no rate."""
RUNNING = (Status.FIRING, Status.RECOVERING)


@dataclass(frozen=True, slots=True)
class Episode:
    """From the day a rule fired to the day it resolved, was invalidated or armed again."""

    began: date
    ended: date | None = None
    """None while it lasts."""
    seen: bool = True
    """False where it was true already on the first day known: nobody saw it fire."""
    failed: bool = False
    """Ended as a breakout that fell back."""


class _Past:
    """Values that never change, the same only as themselves.

    To compare forty years of values would take as long as to follow the rule over them.
    """

    __slots__ = ("points",)

    def __init__(self, points: tuple[Point, ...]) -> None:
        self.points = points

    def __hash__(self) -> int:
        return id(self.points)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Past) and other.points is self.points


def episodes(rule: Rule, points: Sequence[Point]) -> tuple[Episode, ...]:
    """All episodes of a rule over daily values, oldest first.

    A breakout that comes back after it was invalidated does not begin another.
    """
    return _known(rule, _Past(points)) if isinstance(points, tuple) else _follow(rule, points)


@lru_cache(maxsize=16)
def _known(rule: Rule, past: _Past) -> tuple[Episode, ...]:
    return _follow(rule, past.points)


def _follow(rule: Rule, points: Sequence[Point]) -> tuple[Episode, ...]:
    found: list[Episode] = []
    state: RuleState | None = None
    lasts = False
    for point in points:
        was_running = state is not None and state.status in RUNNING
        state, news = rules.step(rule, state, point)
        running, fired = state.status in RUNNING, news is not None and news.kind is Kind.FIRED
        failed = news is not None and news.kind is Kind.INVALIDATED
        if fired or (running and not was_running and not lasts):
            found.append(Episode(point.day, seen=fired))
            lasts = True
        elif lasts and (failed or not running):
            found[-1] = replace(found[-1], ended=point.day, failed=failed)
            lasts = False
    return tuple(found)


def firings(found: Sequence[Episode]) -> tuple[date, ...]:
    """The days on which somebody would have been told."""
    return tuple(each.began for each in found if each.seen)
