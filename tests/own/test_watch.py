"""When an own rule speaks: levels with a memory, never edges; worked examples and laws."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Condition, OwnRule, OwnState, Saying, Side, Span, Window
from bot.own import watch
from bot.own.watch import Moment
from bot.parts import find_indicators
from tests.own.rules import FIFTEEN_SESSIONS, MADE, above, below, rules

INDICATORS = {each.key: each for each in find_indicators()}
FIRED, AGAIN = Saying.FIRED, Saying.AGAIN
HOUR = timedelta(hours=1)


def lines_of(rule: OwnRule) -> tuple[float, ...]:
    return tuple(watch.rearm_line(INDICATORS[each.indicator], each) for each in rule.conditions)


def said(rule: OwnRule, *values: float | tuple[float, float], first: bool = False) -> list[str]:
    """What a rule says to values an hour apart, of its first conditions; `-` for nothing."""
    state: OwnState | None = watch.begin(rule, [first] * len(rule.conditions), MADE)
    heard = []
    for hours, value in enumerate(values, start=1):
        if state is None:
            heard.append("gone")
            continue
        told = value if isinstance(value, tuple) else (value,)
        seen = {c.reading: v for c, v in zip(rule.conditions, told, strict=False)}
        moment = Moment(seen, MADE + hours * HOUR)
        state, saying = watch.look(rule, state, moment, lines_of(rule))
        heard.append(saying or "-")
    return heard


# --- Crossings ------------------------------------------------------------------------------------


def test_a_level_is_told_once_until_the_value_has_recovered() -> None:
    rule = OwnRule((below(55),))
    assert said(rule, 55.1, 55.0, 54.99, 54, 55.9, 54, 56.0, 54, 56.1, 54.9) == [
        "-", "-", FIRED, "-", "-", "-", "-", "-", "-", FIRED,
    ]  # fmt: skip


def test_above_means_at_or_above() -> None:
    assert said(OwnRule((above(75),)), 74, 75, 60, 75, 59, 75) == [
        "-", FIRED, "-", "-", "-", FIRED,
    ]  # fmt: skip


def test_a_rule_that_is_true_when_it_is_made_waits_for_the_next_crossing() -> None:
    assert said(OwnRule((below(55),)), 54, 57, 54, first=True) == ["-", "-", FIRED]


def test_once_means_once() -> None:
    assert said(OwnRule((below(55),), once=True), 56, 54, 57, 54) == ["-", FIRED, "gone", "gone"]


def test_all_conditions_must_hold_at_the_same_time() -> None:
    rule = OwnRule((above(75), below(55)))
    assert said(rule, (80, 56), (74, 54), (76, 54), (61, 55.9), (80, 54), (80, 56.1), (80, 54)) == [
        "-", "-", FIRED, "-", "-", "-", FIRED,
    ]  # fmt: skip


def test_a_condition_counts_as_it_was_last_seen() -> None:
    rule = OwnRule((above(75), below(55)))
    state: OwnState | None = watch.begin(rule, [False, False], MADE)
    for values, expected in [
        ({"altcoin_season_index": 80.0}, None),
        ({"btc_dominance": 54.0}, FIRED),
        ({}, None),
    ]:
        assert state is not None
        state, saying = watch.look(rule, state, Moment(values, MADE), lines_of(rule))
        assert saying is expected


# --- Options --------------------------------------------------------------------------------------


def test_a_step_is_told_whenever_the_value_moved_so_much_further_than_last_told() -> None:
    rule = OwnRule((below(55),), step=1)
    assert said(rule, 54.8, 53.9, 53.7, 53.8, 50.0, 49.5, 48.9) == [
        FIRED, "-", AGAIN, "-", AGAIN, "-", AGAIN,
    ]  # fmt: skip
    assert said(OwnRule((above(75),), step=5), 80, 84, 85, 60, 59, 76, 81) == [
        FIRED, "-", AGAIN, "-", "-", FIRED, AGAIN,
    ]  # fmt: skip


def test_steps_of_a_rule_that_was_true_when_made_count_from_the_first_value_it_sees() -> None:
    rule = OwnRule((below(55),), step=1)
    assert said(rule, 52.0, 51.5, 50.9, first=True) == ["-", "-", AGAIN]


def test_a_reminder_comes_while_it_holds() -> None:
    rule = OwnRule((below(55),), remind=2 * HOUR)
    assert said(rule, 54, 54, 54, 54, 55.5, 55.5, 54, 54, 54, 57, 57, 57) == [
        FIRED, "-", AGAIN, "-", "-", "-", AGAIN, "-", AGAIN, "-", "-", "-",
    ]  # fmt: skip


def test_a_reminder_waits_for_a_fresh_value() -> None:
    rule = OwnRule((below(55),), remind=HOUR)
    state = watch.begin(rule, [True], MADE)
    for minutes, value, expected in [(60, None, None), (65, 54.0, None), (70, 54.0, AGAIN)]:
        values = {} if value is None else {"btc_dominance": value}
        now = MADE + timedelta(minutes=minutes)
        after, saying = watch.look(rule, state, Moment(values, now), lines_of(rule))
        assert saying is expected
        assert after is not None
        state = after


def test_for_needs_the_conditions_without_a_break() -> None:
    rule = OwnRule((below(55),), hold=2 * HOUR)
    assert said(rule, 54, 54, 55, 54, 54, 54, 54) == ["-", "-", "-", "-", "-", FIRED, "-"]


def test_until_is_the_last_day() -> None:
    rule = OwnRule((below(55),), until=MADE.date())
    state = watch.begin(rule, [False], MADE)
    ends = watch.end(rule)
    assert ends is not None
    low = {"btc_dominance": 54.0}
    last = Moment(low, ends - timedelta(seconds=1))
    assert watch.look(rule, state, last, lines_of(rule))[1] is FIRED
    assert watch.look(rule, state, Moment(low, ends), lines_of(rule)) == (None, None)


def test_who_cannot_be_reached_keeps_the_rule_and_hears_nothing_of_this_crossing() -> None:
    rule = OwnRule((below(55),), once=True)
    state = watch.begin(rule, [False], MADE)
    low, high = Moment({"btc_dominance": 54.0}, MADE), Moment({"btc_dominance": 57.0}, MADE)
    after, saying = watch.look(rule, state, low, lines_of(rule), muted=True)
    assert (after, saying) == (watch.begin(rule, [True], MADE), None)
    assert after is not None
    after, _ = watch.look(rule, after, high, lines_of(rule))
    assert after is not None
    assert watch.look(rule, after, low, lines_of(rule)) == (None, FIRED)


def test_what_was_missed_before_the_rule_was_made_is_no_news() -> None:
    rule = OwnRule((below(55),))
    state = watch.begin(rule, [False], MADE)
    for at, expected in [(MADE - HOUR, None), (MADE + HOUR, FIRED)]:
        moment = Moment({"btc_dominance": 54.0}, at, late=True)
        assert watch.look(rule, state, moment, lines_of(rule))[1] is expected


# --- Editing --------------------------------------------------------------------------------------


def test_an_edited_rule_goes_on_from_what_both_have_in_common() -> None:
    rule = OwnRule((below(55),), hold=2 * HOUR)
    armed = watch.begin(rule, [False], MADE)
    pending, _ = watch.look(rule, armed, Moment({"btc_dominance": 54.0}, MADE), lines_of(rule))
    firing = watch.begin(rule, [True], MADE)
    assert pending is not None
    longer = OwnRule(rule.conditions, hold=3 * HOUR)
    later = MADE + HOUR
    assert not watch.edited(rule, armed, longer, [False], later).firing
    still = watch.edited(rule, pending, longer, [True], later)
    assert (still.firing, still.since, still.due) == (False, MADE, MADE + 3 * HOUR)
    assert watch.edited(rule, firing, longer, [False], later).firing, "in its recovery band"
    assert watch.edited(rule, armed, OwnRule((below(57),)), [True], later).firing
    assert not watch.edited(rule, firing, OwnRule((below(53),)), [False], later).firing


# --- Recovery lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "line"),
    [
        (below(55), 56.0),
        (above(75), 60.0),
        (below(25, "altcoin_season_index"), 35.0),
        (above(10), 5.0),
        (above(2700, "russell_2000"), 2673.0),
        (above(9, "russell_2000", FIFTEEN_SESSIONS), 4.5),
        (below(-10, "russell_2000", Window(30, Span.DAYS)), -5.0),
        (above(0.9, "correlation"), 0.8),
    ],
    ids=str,
)
def test_the_recovery_line_is_the_presets_or_the_units(condition: Condition, line: float) -> None:
    assert watch.rearm_line(INDICATORS[condition.indicator], condition) == pytest.approx(line)


@given(rules())
def test_the_recovery_line_is_never_on_the_side_that_fires(rule: OwnRule) -> None:
    for condition, line in zip(rule.conditions, lines_of(rule), strict=True):
        assert line <= condition.level if condition.side is Side.ABOVE else line >= condition.level


# --- Laws -----------------------------------------------------------------------------------------

values = st.lists(st.tuples(st.floats(50, 60), st.floats(50, 90)), max_size=30)


@given(told=values, first=st.booleans())
def test_looking_twice_is_looking_once(told: list[tuple[float, float]], *, first: bool) -> None:
    rule = OwnRule((below(55), above(75)))
    doubled = [value for each in told for value in (each, each)]
    once, twice = said(rule, *told, first=first), said(rule, *doubled, first=first)
    assert twice[::2] == once
    assert set(twice[1::2]) <= {"-"}


@given(values)
def test_between_two_firings_the_value_has_recovered(told: list[tuple[float, float]]) -> None:
    rule = OwnRule((below(55),))
    dominance = [each[0] for each in told]
    heard = said(rule, *dominance)
    fired = [place for place, saying in enumerate(heard) if saying == FIRED]
    assert all(dominance[place] < 55 for place in fired)
    for earlier, later in pairwise(fired):
        assert max(dominance[earlier:later]) > 56


def test_a_step_too_small_for_the_digits_of_the_number_says_nothing_of_the_same_value() -> None:
    tiny = OwnRule((Condition("total_market_cap", Side.ABOVE, 2e9),), step=1e-8)
    values, line = {"total_market_cap": 3.4e12}, (1.9e9,)
    made = MADE
    state = watch.begin(tiny, (False,), made)
    fired, said = watch.look(tiny, state, watch.Moment(values, made), line)
    assert said is Saying.FIRED
    assert fired is not None
    assert watch.look(tiny, fired, watch.Moment(values, made + timedelta(hours=1)), line)[1] is None


@pytest.mark.parametrize("level", [2.0, 5.0, 9.0, 10.0])
def test_a_streak_can_always_fall_below_its_recovery_line(level: float) -> None:
    (streak,) = (each for each in find_indicators() if each.key == "smallcap_streak")
    line = watch.rearm_line(streak, Condition("smallcap_streak", Side.ABOVE, level))
    assert 0 < line < level
