"""The phase of each finished day, and when a new one is told."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import is_session, session_close
from bot.evaluation import evaluate, phase
from bot.model import Kind, Phase, RuleState
from tests.evaluation.days import FIRST, INDICATORS, Market, day, fed_daily, midnight

W, A, B, U = Phase.WAITING, Phase.ALTSEASON, Phase.BITCOIN_SEASON, Phase.UNKNOWN


def lived(phases: list[Phase], skip: frozenset[int] = frozenset()) -> list[tuple[int, Phase]]:
    """The days on which a new phase was told, and which."""
    state: RuleState | None = None
    told = []
    for number, seen in enumerate(phases):
        if number in skip:
            continue
        before = state.course.told if state and state.course else None
        state = phase.step(state, FIRST + timedelta(days=number), seen)
        after = state.course.told if state and state.course else None
        if before is not None and after is not None and after is not before:
            told.append((number, after))
    return told


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        ([W, W, W], []),
        ([U, U, A, A, A], []),
        ([W, A, A], [(2, A)]),
        ([W, A, W, A, W], []),
        ([W, A, B, B], [(3, B)]),
        ([W, A, U, A, A], [(4, A)]),
        ([W, U, U, W, A, A, W, W], [(5, A), (7, W)]),
    ],
)
def test_a_new_phase_is_told_on_its_second_day(
    phases: list[Phase], told: list[tuple[int, Phase]]
) -> None:
    assert lived(phases) == told


def test_two_days_with_one_between_that_nobody_saw_do_not_follow_each_other() -> None:
    assert lived([W, A, W, A, A], skip=frozenset({2})) == [(4, A)]


@given(st.lists(st.sampled_from(list(Phase)), max_size=40))
def test_a_told_phase_has_held_for_two_days_and_differs_from_the_one_before(
    phases: list[Phase],
) -> None:
    told = lived(phases)
    for number, seen in told:
        assert phases[number - 1] is phases[number] is seen
        assert seen is not Phase.UNKNOWN
    assert all(one[1] is not two[1] for one, two in pairwise(told))


def flat(count: int) -> dict[str, list[float]]:
    return {"btc_dominance": [58.0] * count, "altcoin_season_index": [40.0] * count}


def closes(market: Market, count: int) -> None:
    """Every session of the first days, far below a record."""
    for number in range(count):
        if is_session(day(number)):
            market.write("russell_2000", day(number), 2500.0 if number < 3 else 2200.0)


def test_altseason_is_a_phase_two_days_after_its_rule_fired() -> None:
    market = Market()
    closes(market, 20)
    series = flat(12)
    series["altcoin_season_index"][6:] = [80.0] * 6
    said = fed_daily(market, series)
    assert [(each.id, each.value) for each in said] == [
        (f"altseason:{day(7)}:fired", 80.0),
        (f"phase:{day(8)}:fired", 80.0),
    ]
    told = said[-1].message
    assert told.title == "Phase: altseason, was waiting"
    assert f"It has held since {day(7).day} Jan 2025" in told.lines[1]


def test_a_day_waits_for_the_dominance_that_decides_it() -> None:
    market = Market()
    closes(market, 3)
    breaking = [d for d in map(day, range(3, 30)) if is_session(d)]
    for number, on in enumerate(breaking):
        market.write("russell_2000", on, 2500.0 if number > 4 else 2300.0)
    for number, on in enumerate(breaking[6:], start=1):
        market.write("russell_2000", on, 2500.0 + number)
    said = []
    for number in range(20):
        market.write("altcoin_season_index", day(number), 40.0)
        said += market.news(midnight(day(number)) - timedelta(minutes=5))
        market.write("btc_dominance", day(number), 58.0)
        said += market.news(midnight(day(number)))
    turn = said[-1]
    assert turn.message.title == "Phase: warming up, was waiting"
    assert (turn.indicator, turn.value, turn.level) == ("btc_dominance", 58.0, 55.0)
    assert turn.decided_at == midnight(turn.day)


def test_what_a_downtime_hid_gets_the_ids_that_it_would_have_had() -> None:
    series = flat(20)
    series["altcoin_season_index"][5:12] = [80.0] * 7
    series["altcoin_season_index"][12:] = [20.0] * 8
    watched, slept = Market(), Market()
    for market in (watched, slept):
        closes(market, 25)
    daily = [each.id for each in fed_daily(watched, series)]
    fed_daily(slept, {key: values[:3] for key, values in series.items()})
    for number in range(3, 20):
        for key, values in series.items():
            slept.write(key, day(number), values[number])
    found = slept.news(midnight(day(19)))
    assert sorted(each.id for each in found if each.kind is not Kind.LATE) == sorted(daily)
    assert all(each.quiet for each in found if each.day < day(18) and each.kind is not Kind.LATE)


def test_a_rule_that_went_on_is_asked_what_it_was_on_the_day_that_had_to_wait() -> None:
    """The index is known for three more days before the close of the first of them comes."""
    market = Market()
    closes(market, 14)
    fed_daily(market, flat(12))
    friday = next(d for d in map(day, range(14, 30)) if d.weekday() == 4)
    for on in map(day, range(12, (friday - FIRST).days)):
        if is_session(on):
            market.write("russell_2000", on, 2200.0)
        market.write("altcoin_season_index", on, 40.0)
        market.write("btc_dominance", on, 58.0)
        market.look(midnight(on))
    assert market.states["phase"].last_day == friday - timedelta(days=1)
    for on in (friday, friday + timedelta(days=1)):
        market.write("altcoin_season_index", on, 80.0)
    at_close = session_close(friday) + timedelta(minutes=30)
    market.look(at_close)
    assert market.states["phase"].last_day == friday - timedelta(days=1), "Its close may come."
    market.write("russell_2000", friday, 2200.0)
    market.look(at_close + timedelta(minutes=5))
    course = market.states["phase"].course
    assert course is not None
    assert course.seen is Phase.ALTSEASON


def test_without_any_close_the_small_caps_are_unknown_and_nothing_is_told() -> None:
    market = Market()
    said = fed_daily(market, flat(6))
    assert said == []
    assert "phase" not in market.states


def test_the_phase_says_nothing_of_days_before_the_first_start() -> None:
    market = Market()
    closes(market, 25)
    for number in range(15):
        market.write("altcoin_season_index", day(number), 80.0 if number > 8 else 40.0)
        market.write("btc_dominance", day(number), 58.0)
    assert market.news(midnight(day(14))) == []
    assert market.states["phase"].last_day == date(2025, 1, 15)


def test_a_day_is_not_judged_while_a_source_of_it_has_not_been_asked() -> None:
    market = Market()
    closes(market, 20)
    series = flat(8)
    series["altcoin_season_index"][4:] = [80.0] * 4
    fed_daily(market, {key: values[:7] for key, values in series.items()})
    before = market.states["phase"]
    for key, values in series.items():
        market.write(key, day(7), values[7])
    at = midnight(day(7))
    unasked = frozenset({"russell_2000"})
    found = evaluate(market.measures, INDICATORS, market.states, at, unasked=unasked)
    assert found.states["phase"] == before
