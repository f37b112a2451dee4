"""All that a rule remembers after each value, field by field: nothing changes that need not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import rules
from bot.model import (
    BreakoutRule,
    Kind,
    LevelRule,
    Point,
    Record,
    Rule,
    RuleState,
    Side,
    Status,
    Transition,
)
from tests.test_rules import ABOVE_75, BELOW_57, BREAKOUT, MONDAY, point

NO_DATA = Status.NO_DATA
LONG_AGO = MONDAY - timedelta(days=100)
SILENCE = None


def day(number: int) -> date:
    """The first day is 1."""
    return MONDAY + timedelta(days=number - 1)


def state(
    status: Status,
    since: date,
    last_day: date,
    *,
    streak: int = 0,
    episode: date | None = None,
    record: Record | None = None,
) -> RuleState:
    return RuleState(
        status,
        since=since,
        last_day=last_day,
        streak=streak,
        episode=episode,
        record=record,
        tentative=False,
    )


def steps(
    rule: Rule, story: list[tuple[float, RuleState, Transition | None]], first: RuleState | None
) -> RuleState | None:
    """Tell a story of daily values; each must leave exactly this state, and say exactly this."""
    seen = first
    for number, (value, expected, news) in enumerate(story, start=1):
        seen, told = rules.step(rule, seen, point(value, day(number)))
        assert (seen, told) == (expected, news), f"value {number}"
    return seen


THRICE = replace(BELOW_57, confirmations=3)


def test_every_state_on_the_way_of_a_level() -> None:
    normal, pending = Status.NORMAL, Status.PENDING
    firing, recovering = Status.FIRING, Status.RECOVERING
    fired = Transition(Kind.FIRED, day(7), 57.0)
    resolved = Transition(Kind.RESOLVED, day(7), 58.0)
    steps(
        THRICE,
        [
            (58.0, state(normal, day(1), day(1)), SILENCE),
            (57.0, state(normal, day(1), day(2)), SILENCE),
            (56.9, state(pending, day(3), day(3), streak=1), SILENCE),
            (57.1, state(normal, day(4), day(4)), SILENCE),
            (56.9, state(pending, day(5), day(5), streak=1), SILENCE),
            (56.9, state(pending, day(5), day(6), streak=2), SILENCE),
            (56.9, state(firing, day(7), day(7), episode=day(7)), fired),
            (56.0, state(firing, day(7), day(8), episode=day(7)), SILENCE),
            (57.5, state(recovering, day(9), day(9), episode=day(7)), SILENCE),
            (58.0, state(recovering, day(9), day(10), episode=day(7)), SILENCE),
            (56.0, state(firing, day(11), day(11), episode=day(7)), SILENCE),
            (58.1, state(normal, day(12), day(12), episode=day(7)), resolved),
            (58.2, state(normal, day(12), day(13), episode=day(7)), SILENCE),
            (56.0, state(pending, day(14), day(14), streak=1, episode=day(7)), SILENCE),
        ],
        None,
    )  # fmt: skip


def test_a_rule_without_patience_fires_on_its_first_value() -> None:
    steps(
        replace(ABOVE_75, confirmations=1),
        [
            (74.9, state(Status.NORMAL, day(1), day(1)), SILENCE),
            (
                75.0,
                state(Status.FIRING, day(2), day(2), episode=day(2)),
                Transition(Kind.FIRED, day(2), 75.0),
            ),
            (60.0, state(Status.RECOVERING, day(3), day(3), episode=day(2)), SILENCE),
            (
                59.9,
                state(Status.NORMAL, day(4), day(4), episode=day(2)),
                Transition(Kind.RESOLVED, day(2), 60.0),
            ),
        ],
        None,
    )


def test_an_episode_whose_beginning_is_not_known_is_named_after_its_end() -> None:
    unknown = state(Status.FIRING, LONG_AGO, LONG_AGO)
    _, told = rules.step(BELOW_57, unknown, point(58.1))
    assert told == Transition(Kind.RESOLVED, MONDAY, 58.0)
    fallen = replace(unknown, record=Record(100.0, LONG_AGO, 105.0, LONG_AGO, armed=False))
    seen, told = rules.step(BREAKOUT, replace(fallen, last_day=day(0), streak=1), point(96.9))
    assert told == Transition(Kind.INVALIDATED, MONDAY, 97.0, LONG_AGO)
    assert seen.episode is None


def test_the_same_or_an_older_day_changes_nothing_whatever_else_is_the_case() -> None:
    pending = state(Status.PENDING, day(1), day(2), streak=1)
    for number in (1, 2):
        assert rules.step(BELOW_57, pending, point(50.0, day(number))) == (pending, None)
    never_stepped = replace(pending, last_day=None)
    seen, told = rules.step(BELOW_57, never_stepped, point(50.0, day(1)))
    assert seen == state(Status.FIRING, day(1), day(1), episode=day(1))
    assert told == Transition(Kind.FIRED, day(1), 57.0)


@pytest.mark.parametrize(
    ("rule", "longest"), [(BELOW_57, 3), (BREAKOUT, 10)], ids=["level", "breakout"]
)
def test_values_are_consecutive_up_to_the_longest_gap_and_not_beyond(
    rule: LevelRule | BreakoutRule, longest: int
) -> None:
    record = Record(50.0, LONG_AGO, 50.0, LONG_AGO) if rule is BREAKOUT else None
    pending = state(Status.PENDING, day(1), day(1), streak=1, record=record)
    value = 56.0 if rule is BELOW_57 else 51.0
    _, told = rules.step(rule, pending, point(value, day(1 + longest)))
    assert told is not None
    assert told.kind is Kind.FIRED
    seen, told = rules.step(rule, pending, point(value, day(2 + longest)))
    assert told is None
    assert (seen.status, seen.streak, seen.since) == (Status.PENDING, 1, day(2 + longest))


def test_a_long_gap_leaves_everything_but_the_count_alone() -> None:
    late = MONDAY + timedelta(days=30)
    firing = state(Status.FIRING, day(1), day(1), episode=day(1))
    seen, told = rules.step(BELOW_57, firing, point(56.0, late))
    assert (seen, told) == (replace(firing, last_day=late), None)
    blind = rules.freeze(state(Status.PENDING, day(1), day(1), streak=1))
    seen, told = rules.step(BELOW_57, blind, point(57.5, late))
    assert (seen, told) == (state(Status.NORMAL, late, late), None)
    failing = state(
        Status.FIRING, day(1), day(1), streak=1, episode=day(1),
        record=Record(100.0, LONG_AGO, 105.0, day(1), armed=False),
    )  # fmt: skip
    seen, told = rules.step(BREAKOUT, failing, point(96.0, late))
    assert (seen.streak, told) == (1, None)


def test_what_blindness_interrupted_is_kept_once_and_given_back_whole() -> None:
    pending = state(Status.PENDING, day(1), day(2), streak=1, episode=LONG_AGO)
    frozen = rules.freeze(pending)
    assert frozen == replace(pending, status=NO_DATA, held=Status.PENDING)
    assert rules.freeze(frozen) == frozen
    assert rules.thaw(frozen) == pending
    assert rules.thaw(pending) == pending
    # Written by a version that did not say what it interrupted.
    assert rules.thaw(replace(frozen, held=None)) == replace(pending, status=Status.NORMAL)


def test_first_sight_is_silent_and_an_unfinished_one_stays_open() -> None:
    seen, told = rules.step(BELOW_57, None, point(56.0))
    assert (seen, told) == (state(Status.FIRING, MONDAY, MONDAY, episode=MONDAY), None)
    glimpsed = rules.glimpse(BELOW_57, None, point(56.0))
    assert glimpsed == replace(seen, tentative=True, last_day=None)
    assert rules.glimpse(BELOW_57, glimpsed, point(58.0)) == replace(
        state(Status.NORMAL, MONDAY, MONDAY), tentative=True, last_day=None
    )
    assert rules.glimpse(BELOW_57, seen, point(58.0)) is seen
    record = Record(100.0, MONDAY, 100.0, MONDAY, first_day=MONDAY)
    seen, told = rules.step(BREAKOUT, None, point(100.0))
    assert (seen, told) == (state(Status.NORMAL, MONDAY, MONDAY, record=record), None)


def test_a_regime_of_which_nothing_is_known_yet_is_tentative_and_others_are_not() -> None:
    between = point(65.0)
    regime = replace(ABOVE_75, is_regime=True)
    assert rules.step(regime, None, between)[0].tentative
    assert not rules.step(regime, None, point(59.9))[0].tentative
    assert not rules.step(ABOVE_75, None, between)[0].tentative


def stands_in(value: float, raw: float, on: date = MONDAY) -> Point:
    return replace(point(value, on), raw=raw)


def test_a_fallback_counts_only_where_both_scales_agree() -> None:
    normal = state(Status.NORMAL, LONG_AGO, day(0))
    once = replace(BELOW_57, confirmations=1)
    for value, raw in ((56.0, 57.0), (57.0, 56.0)):
        assert rules.step(once, normal, stands_in(value, raw))[1] is None
    assert rules.step(once, normal, stands_in(56.0, 56.5))[1] is not None
    firing = state(Status.FIRING, LONG_AGO, day(0), episode=LONG_AGO)
    for value, raw in ((58.5, 58.0), (58.0, 58.5)):
        assert rules.step(once, firing, stands_in(value, raw))[1] is None
    assert rules.step(once, firing, stands_in(58.5, 58.1))[1] is not None


def test_the_lines_of_both_sides() -> None:
    assert (rules.recovery_level(BELOW_57), rules.recovery_level(ABOVE_75)) == (58.0, 60.0)
    assert [rules.recovered(BELOW_57, value) for value in (57.9, 58.0, 58.1)] == [0, 0, 1]
    assert [rules.recovered(ABOVE_75, value) for value in (59.9, 60.0, 60.1)] == [1, 0, 0]
    assert [rules.beyond(BELOW_57, value) for value in (56.9, 57.0, 57.1)] == [1, 0, 0]
    assert [rules.beyond(ABOVE_75, value) for value in (74.9, 75.0, 75.1)] == [0, 1, 1]
    exclusive = replace(ABOVE_75, inclusive=False)
    assert [rules.beyond(exclusive, value) for value in (74.9, 75.0, 75.1)] == [0, 0, 1]
    at_most = replace(BELOW_57, inclusive=True, side=Side.BELOW)
    assert [rules.beyond(at_most, value) for value in (56.9, 57.0, 57.1)] == [1, 1, 0]


def test_the_past_is_folded_without_a_word() -> None:
    values = [58.0, 56.9, 56.8, 57.5]
    points = [point(value, day(number)) for number, value in enumerate(values, start=1)]
    expected = state(Status.RECOVERING, day(4), day(4), episode=day(3))
    assert rules.fold(BELOW_57, points) == expected
    assert rules.fold(BELOW_57, iter(points)) == expected
    assert rules.fold(BELOW_57, []) is None


def test_all_that_is_remembered_of_a_series_that_went_blind() -> None:
    seen, told = rules.step_blind(None, late=False, last_day=day(1))
    assert (seen, told) == (state(Status.NORMAL, day(1), day(1)), None)
    assert rules.step_blind(seen, late=False, last_day=day(2)) == (seen, None)
    blind, told = rules.step_blind(seen, late=True, last_day=day(2))
    assert blind == state(Status.FIRING, day(2), day(1), episode=day(2))
    assert told == Transition(Kind.STALE, day(2), None)
    assert rules.step_blind(blind, late=True, last_day=day(2)) == (blind, None)
    back, told = rules.step_blind(blind, late=False, last_day=day(4))
    assert back == state(Status.NORMAL, day(4), day(1), episode=day(2))
    assert told == Transition(Kind.RECOVERED, day(2), None)
    assert blind is not None
    nameless = replace(blind, episode=None)
    assert rules.step_blind(nameless, late=False, last_day=day(4))[1] == Transition(
        Kind.RECOVERED, day(4), None
    )
