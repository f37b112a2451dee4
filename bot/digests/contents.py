"""All that one digest tells."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.board import READS
from bot.digests.nearness import Near, near_own, near_rule, nearest
from bot.digests.steps import Move, Usual, moves
from bot.model import Alert, Indicator, Reading, Snapshot
from bot.own.distance import Standing
from bot.recorded import Numbered

MOST_NEAR, MOST_MOVES = 5, 5
PHASE, HEALTH = "phase", "health"
"""Topics that belong to no single number."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What digests of one moment share, whoever reads them."""

    days: int
    """So far they look back."""
    since: datetime
    snapshot: Snapshot
    alerts: tuple[Numbered, ...]
    """Those told since then, newest first."""
    usual: Mapping[str, Usual]
    """By indicator."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one digest tells, each part in the order in which it is read."""

    days: int
    since: datetime
    snapshot: Snapshot
    alerts: tuple[Alert, ...]
    moves: tuple[Move, ...]
    near: tuple[Near, ...]
    blind: tuple[Reading, ...]


def watched(indicators: Sequence[Indicator], topics: Collection[str]) -> tuple[Indicator, ...]:
    """The numbers behind topics: what a rule of one of them watches, or the phase rests on."""
    return tuple(
        each
        for each in indicators
        if any(rule.topic in topics for rule in each.rules)
        or (PHASE in topics and each.key in READS)
    )


def digest_of(
    facts: Facts,
    indicators: Sequence[Indicator],
    topics: Collection[str],
    standings: Sequence[Standing] = (),
    own_usual: Mapping[str, Usual] | None = None,
) -> Digest:
    """What whoever hears these topics, and has these own alerts, is told.

    `own_usual` says by `Condition.reading` how what own alerts compare moves as a rule.
    """
    shown = watched(indicators, topics)
    keys = {each.key for each in shown}
    readings = {r.indicator: r for r in facts.snapshot.readings if r.indicator in keys}
    topic_of = {rule.id: rule.topic for each in shown for rule in each.rules}
    near: list[Near | None] = [
        near_rule(view, reading, facts.usual.get(key))
        for key, reading in readings.items()
        for view in facts.snapshot.rules.get(key, ())
        if topic_of.get(view.rule) in topics
    ]
    near += [near_own(each, own_usual or {}) for each in standings]
    return Digest(
        facts.days,
        facts.since,
        facts.snapshot,
        tuple(each.alert for each in facts.alerts if each.alert.topic in topics),
        tuple(moves(tuple(readings.values()), facts.usual)[:MOST_MOVES]),
        tuple(nearest(near)[:MOST_NEAR]),
        _blind(facts, indicators, topics, keys),
    )


def _blind(
    facts: Facts, indicators: Sequence[Indicator], topics: Collection[str], keys: Collection[str]
) -> tuple[Reading, ...]:
    """What is late: of what is shown, or of all that rules need for whoever hears of that."""
    needed = {each.key for each in indicators if each.rules} if HEALTH in topics else keys
    return tuple(r for r in facts.snapshot.readings if r.late and r.indicator in needed)
