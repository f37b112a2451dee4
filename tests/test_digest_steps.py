"""How far numbers moved, and how near rules are, in the usual steps of each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import stdev

import pytest

from bot.digests.nearness import NearOwn, NearRule, near_own, near_rule, nearest
from bot.digests.steps import Usual, moves, usual, usual_step
from bot.model import Condition, KeptRule, OwnRule, Point, Reading, RuleView, Side, Status, Unit
from bot.own.distance import Present, Standing

NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)


def point(days_ago: int, value: float, vendor: str = "first") -> Point:
    at = NOW - timedelta(days=days_ago)
    return Point(at.date(), value, vendor, at)


def reading(key: str, value: float, **changed: object) -> Reading:
    told = Reading(
        key, key, value, Unit.PCT, "first", NOW.date(), NOW, final=True, late=False, degraded=False
    )
    return replace(told, **changed)  # type: ignore[arg-type]


def past(step: float | None, before: float = 50.0) -> Usual:
    return Usual(step, point(1, before))


def test_a_usual_step_is_the_deviation_of_the_newest_changes() -> None:
    wild = [0.0, 1000.0] * 100
    calm = [float(n % 3) for n in range(366)]
    changes = [after - before for before, after in pairwise(calm)]
    assert usual_step([*wild, *calm]) == pytest.approx(stdev(changes))
    assert usual_step(calm[:20]) is None, "Nineteen changes say nothing."
    assert usual_step([5.0] * 400) is None, "What never moved has no usual step."


def test_what_a_number_came_from_is_its_last_value_before() -> None:
    points = [point(3, 1.0), point(2, 2.0), point(1, 3.0), point(0, 4.0)]
    assert usual(points, NOW - timedelta(days=1)).before == points[2]
    assert usual(points, NOW - timedelta(days=1, seconds=1)).before == points[1]
    assert usual(points, NOW - timedelta(days=9)).before is None


def test_numbers_are_ordered_by_their_own_steps() -> None:
    readings = [
        reading("large", 60.0), reading("own_steps", 51.0), reading("unmoved", 50.0),
        reading("no_past", 99.0), reading("unusual", 99.0), reading("late", 99.0, late=True),
        reading("stand_in", 99.0, vendor="second"), reading("truth", 99.0, unit=Unit.TRUTH),
    ]  # fmt: skip
    pasts = {
        "large": past(20.0), "own_steps": past(0.5), "unmoved": past(1.0), "unusual": past(None),
        "late": past(1.0), "stand_in": past(1.0), "truth": past(1.0),
    }  # fmt: skip
    found = moves(readings, pasts)
    assert [(each.reading.indicator, each.change, each.steps) for each in found] == [
        ("own_steps", 1.0, 2.0), ("large", 10.0, 0.5),
    ]  # fmt: skip


def rule(name: str, status: Status, distance: float | None) -> RuleView:
    return RuleView(name, status, Side.BELOW, 55.0, distance=distance)


def own(number: int, *values: float | None, firing: bool = False) -> Standing:
    conditions = tuple(Condition(f"n{i}", Side.ABOVE, 10.0) for i in range(len(values)))
    presents = tuple(
        None if value is None else Present(condition, value, "first", NOW, final=True, counts=True)
        for condition, value in zip(conditions, values, strict=True)
    )
    return Standing(KeptRule(number, OwnRule(conditions), firing), presents)


def test_rules_and_own_alerts_are_ordered_by_the_steps_that_are_left() -> None:
    at = reading("dominance", 56.0)
    pasts = {"n0": past(1.0), "n1": past(4.0)}
    found = nearest(
        [
            near_rule(rule("far", Status.NORMAL, -8.0), at, past(2.0)),
            near_rule(rule("unknown", Status.NORMAL, -0.1), at, None),
            near_rule(rule("beyond", Status.NORMAL, 3.0), at, past(2.0)),
            near_rule(rule("fires", Status.FIRING, -1.0), at, past(2.0)),
            near_rule(rule("blind", Status.NO_DATA, -1.0), at, past(2.0)),
            near_rule(rule("none", Status.NORMAL, None), at, past(2.0)),
            near_rule(rule("late", Status.NORMAL, -1.0), reading("d", 1.0, late=True), past(2.0)),
            near_own(own(1, 9.0, 4.0), pasts),
            near_own(own(2, 12.0), pasts),
            near_own(own(3, 9.0, None), pasts),
            near_own(own(4, 12.0, firing=True), pasts),
        ]
    )
    told = [
        (each.view.rule if isinstance(each, NearRule) else each.kept.number, each.steps)
        for each in found
    ]
    assert told == [("beyond", 0.0), (2, 0.0), (1, 1.5), ("far", 4.0), ("unknown", None)]
    one = found[2]
    assert isinstance(one, NearOwn)
    assert one.present.condition.indicator == "n1", "The farthest condition is the one that counts."
