"""The state machine: by example, as stories, and by property."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import rules
from bot.model import (
    BreakoutRule,
    Kind,
    LevelRule,
    Point,
    Rule,
    RuleState,
    Side,
    Status,
    Transition,
)
from bot.stores.codec import RULE_STATE

MONDAY = date(2026, 1, 5)

BELOW_57 = LevelRule(
    id="dominance_57",
    topic="dominance",
    indicator="btc_dominance",
    side=Side.BELOW,
    level=57.0,
    band=1.0,
    meaning="",
    resolved_meaning="",
)
ABOVE_75 = replace(BELOW_57, id="altseason", side=Side.ABOVE, level=75.0, band=15.0, inclusive=True)
BREAKOUT = BreakoutRule(
    id="russell_breakout",
    topic="breakout",
    indicator="russell_2000",
    meaning="",
    invalidated_meaning="",
    reclaimed_meaning="",
)


def point(value: float, day: date = MONDAY) -> Point:
    return Point(day, value, "vendor", datetime.combine(day, time(21), UTC))


def live(
    rule: Rule, values: list[float], state: RuleState | None = None, start: date = MONDAY
) -> tuple[RuleState, list[tuple[Kind, int]]]:
    """Feed daily values; returns the last state, and each alert's kind with its value's index."""
    news = []
    for index, value in enumerate(values):
        state, transition = rules.step(rule, state, point(value, start + timedelta(days=index)))
        if transition is not None:
            news.append((transition.kind, index))
    assert state is not None
    return state, news


def test_the_second_value_below_fires_and_the_first_above_the_band_resolves() -> None:
    state, news = live(BELOW_57, [58, 56.9, 56.8, 56, 57.5, 58.0, 58.1])
    assert news == [(Kind.FIRED, 2), (Kind.RESOLVED, 6)]
    assert state.status is Status.NORMAL


def test_an_above_rule_fires_at_the_level_itself_and_resolves_below_the_band() -> None:
    _, news = live(ABOVE_75, [70, 75, 75, 60, 59.9])
    assert news == [(Kind.FIRED, 2), (Kind.RESOLVED, 4)]


def test_a_level_that_does_not_count_has_to_be_passed() -> None:
    above = replace(ABOVE_75, inclusive=False, confirmations=1)
    assert live(above, [70, 75, 75.1])[1] == [(Kind.FIRED, 2)]
    at_most = replace(BELOW_57, inclusive=True, confirmations=1)
    assert live(at_most, [58, 57.1, 57.0])[1] == [(Kind.FIRED, 2)]


def test_a_regime_is_unknown_until_a_line_is_passed_and_the_first_is_no_news() -> None:
    inflow = replace(
        ABOVE_75, level=1.0, band=2.0, confirmations=1, inclusive=False, is_regime=True
    )
    outflow = replace(inflow, side=Side.BELOW, level=-1.0)
    flows = [0.0, 1.0, 0.5, 1.1, 0.0, -1.0, -1.1, 0.9, 1.1]
    state, news = live(inflow, flows[:3])
    assert (state.tentative, news) == (True, [])
    assert live(inflow, flows)[1] == [(Kind.RESOLVED, 6), (Kind.FIRED, 8)]
    assert live(outflow, flows)[1] == [(Kind.FIRED, 6), (Kind.RESOLVED, 8)]


def test_one_value_below_is_pending_and_a_value_back_above_forgets_it() -> None:
    state, news = live(BELOW_57, [58, 56.9])
    assert (state.status, news) == (Status.PENDING, [])
    state, news = live(BELOW_57, [58, 56.9, 57.0, 56.9])
    assert (state.status, news) == (Status.PENDING, [])


def test_a_condition_that_holds_at_first_sight_fires_silently() -> None:
    state, news = live(BELOW_57, [56])
    assert (state.status, state.episode, news) == (Status.FIRING, MONDAY, [])


def test_trembling_on_the_line_two_hundred_times_fires_once() -> None:
    trembling = [58.0] + [56.9, 57.1] * 100
    assert live(BELOW_57, trembling)[1] == []
    after_two = [58.0, 56.9, 56.9] + [57.1, 56.9] * 100
    assert live(BELOW_57, after_two)[1] == [(Kind.FIRED, 2)]


def test_in_the_dead_band_a_firing_rule_is_recovering_and_may_fire_on_silently() -> None:
    state, _ = live(BELOW_57, [58, 56, 56, 57.5])
    assert state.status is Status.RECOVERING
    state, news = live(BELOW_57, [58, 56, 56, 57.5, 56.5])
    assert (state.status, news) == (Status.FIRING, [(Kind.FIRED, 2)])


def test_the_same_day_twice_and_yesterdays_value_change_nothing() -> None:
    state, _ = live(BELOW_57, [58, 56.9])
    for day in (MONDAY + timedelta(days=1), MONDAY):
        assert rules.step(BELOW_57, state, point(50, day)) == (state, None)


def test_a_pending_value_is_forgotten_over_a_long_gap() -> None:
    state, _ = live(BELOW_57, [58, 56.9])
    state, transition = rules.step(BELOW_57, state, point(56.8, MONDAY + timedelta(days=20)))
    assert (state.status, state.streak, transition) == (Status.PENDING, 1, None)


@pytest.mark.parametrize("values", [[58], [58, 56], [58, 56, 56], [58, 56, 56, 57.5]])
def test_blindness_freezes_every_state_and_gives_it_back(values: list[float]) -> None:
    state, _ = live(BELOW_57, values)
    frozen = rules.freeze(rules.freeze(state))
    assert frozen.status is Status.NO_DATA
    assert rules.thaw(frozen) == state


def test_a_pending_rule_that_went_blind_fires_on_the_next_value() -> None:
    state, _ = live(BELOW_57, [58, 56.9])
    state, transition = rules.step(
        BELOW_57, rules.freeze(state), point(56.8, MONDAY + timedelta(days=2))
    )
    assert (state.status, transition and transition.kind) == (Status.FIRING, Kind.FIRED)


def test_an_unfinished_value_at_first_sight_may_still_change_silently() -> None:
    state = rules.glimpse(BELOW_57, None, point(56.9))
    assert (state.status, state.tentative) == (Status.FIRING, True)
    state = rules.glimpse(BELOW_57, state, point(57.2))
    assert (state.status, state.tentative) == (Status.NORMAL, True)
    state, transition = rules.step(BELOW_57, state, point(56.5))
    assert (state.status, state.tentative, transition) == (Status.FIRING, False, None)
    assert rules.glimpse(BELOW_57, state, point(60)) is state


# --- Breakout -------------------------------------------------------------------------------------


def test_the_second_close_above_the_record_fires_against_the_record_that_stood() -> None:
    state, transition = None, None
    for index, close in enumerate([100, 120, 107, 118, 121, 119, 121, 122]):
        state, transition = rules.step(BREAKOUT, state, point(close, MONDAY + timedelta(index)))
    assert transition == Transition(
        Kind.FIRED, MONDAY + timedelta(7), 120.0, MONDAY + timedelta(1), MONDAY
    )


def closes_after_breakout(*values: float) -> tuple[RuleState, list[tuple[Kind, int]]]:
    """100 is the record; 101 and 102 break it, then come `values` from index 0 on."""
    state, _ = live(BREAKOUT, [100, 90, 95])
    assert state.record is not None
    assert state.record.armed
    state, news = live(BREAKOUT, [101, 102, *values], state, MONDAY + timedelta(3))
    assert news[0] == (Kind.FIRED, 1)
    return state, [(kind, index - 2) for kind, index in news[1:]]


def test_a_breakout_does_not_fire_again_until_a_deep_fall_armed_it() -> None:
    assert closes_after_breakout(103, 99, 104, 105, 98, 106, 107)[1] == []
    state, news = closes_after_breakout(130, 117, 131, 132)
    assert news == [(Kind.FIRED, 3)]
    assert state.record is not None
    assert state.record.reference == 130


def test_two_closes_three_per_cent_under_the_record_invalidate() -> None:
    assert closes_after_breakout(96.9, 97.1, 96.9)[1] == []
    assert closes_after_breakout(96.9, 96.8)[1] == [(Kind.INVALIDATED, 1)]


def test_a_failed_breakout_is_reclaimed_above_the_high_it_failed_from() -> None:
    state, news = closes_after_breakout(105, 96, 96, 104, 106, 107)
    assert news == [(Kind.INVALIDATED, 2), (Kind.RECLAIMED, 5)]
    assert state.record is not None
    assert state.record.reference == 105
    # The next invalidation is measured from the reclaimed high: 105 x 0.97 = 101.85.
    _, news = closes_after_breakout(105, 96, 96, 106, 107, 101.8, 101.7)
    assert news[-1] == (Kind.INVALIDATED, 6)


def test_the_reference_moves_up_when_an_unconfirmed_high_is_followed_by_a_deep_fall() -> None:
    state, news = live(BREAKOUT, [100, 89, 110, 98])
    assert news == []
    assert state.record is not None
    assert state.record.reference == 110


def test_arming_ends_the_episode_silently() -> None:
    state, news = closes_after_breakout(110, 99)
    assert (state.status, news) == (Status.NORMAL, [])


# --- Blindness ------------------------------------------------------------------------------------


def test_one_stale_and_one_recovered_however_long_the_outage() -> None:
    state, kinds = None, []
    for late in [False, True, True, True, False, False]:
        state, transition = rules.step_blind(state, late=late, last_day=MONDAY)
        kinds.append(transition.kind if transition else None)
    assert kinds == [None, Kind.STALE, None, None, Kind.RECOVERED, None]


def test_a_series_is_followed_from_when_it_is_first_seen_in_time() -> None:
    assert rules.step_blind(None, late=True, last_day=MONDAY) == (None, None)


# --- Properties -----------------------------------------------------------------------------------

values = st.lists(st.floats(40, 90, allow_nan=False), min_size=1, max_size=60)
level_rules = st.sampled_from([BELOW_57, ABOVE_75])


@given(level_rules, values)
def test_fired_and_resolved_alternate(rule: LevelRule, series: list[float]) -> None:
    first, _ = live(rule, series[:1])
    _, news = live(rule, series)
    expected = Kind.RESOLVED if first.status is Status.FIRING else Kind.FIRED
    for kind, _ in news:
        assert kind is expected
        expected = Kind.RESOLVED if expected is Kind.FIRED else Kind.FIRED


@given(st.lists(st.floats(50, 150, allow_nan=False), min_size=1, max_size=80))
def test_a_breakout_is_invalidated_only_after_it_fired_or_was_reclaimed(
    closes: list[float],
) -> None:
    _, news = live(BREAKOUT, closes)
    before: Kind | None = None
    for kind, _ in news:
        if kind is Kind.INVALIDATED:
            assert before in (Kind.FIRED, Kind.RECLAIMED)
        if kind is Kind.RECLAIMED:
            assert before is Kind.INVALIDATED
        before = kind


@given(st.sampled_from([BELOW_57, ABOVE_75, BREAKOUT]), values, values)
def test_a_restart_between_any_two_values_changes_nothing(
    rule: Rule, before: list[float], after: list[float]
) -> None:
    state, _ = live(rule, before)
    later = MONDAY + timedelta(days=len(before))
    stored = RULE_STATE.load(RULE_STATE.dump(state), "the state")
    assert live(rule, after, stored, later) == live(rule, after, state, later)


@given(st.sampled_from([BELOW_57, ABOVE_75, BREAKOUT]), values, values)
def test_blindness_between_any_two_values_changes_no_alert(
    rule: Rule, before: list[float], after: list[float]
) -> None:
    state, _ = live(rule, before)
    later = MONDAY + timedelta(days=len(before))
    seen = live(rule, after, state, later)
    blind = live(rule, after, rules.freeze(state), later)
    assert seen == blind


@given(st.sampled_from([BELOW_57, ABOVE_75, BREAKOUT]), values)
def test_alert_episodes_and_kinds_never_repeat(rule: Rule, series: list[float]) -> None:
    state, ids = None, []
    for index, value in enumerate(series):
        state, transition = rules.step(rule, state, point(value, MONDAY + timedelta(index)))
        if transition is not None:
            ids.append((transition.episode, transition.kind))
    assert len(ids) == len(set(ids))
