"""When rules fired, and when that was over."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot import rules
from bot.model import Kind
from bot.studies.episodes import Episode, episodes, firings
from tests.studies.examples import RULES, day, flat, points

BELOW_57 = RULES["dominance_57"]
BREAKOUT = RULES["russell_breakout"]


def test_an_episode_runs_from_the_second_value_below_to_the_first_past_the_recovery_line() -> None:
    found = episodes(BELOW_57, points([58, 56, 56, 57.5, 58.1, 60]))
    assert found == (Episode(day(2), day(4)),)


def test_what_was_true_on_the_first_day_is_no_firing() -> None:
    found = episodes(BELOW_57, points([56, 56, 59, 56, 56]))
    assert found == (Episode(day(0), day(2), seen=False), Episode(day(4)))
    assert firings(found) == (day(4),)


def test_a_breakout_ends_where_it_fails_and_its_return_is_no_other() -> None:
    closes = [100, 85, 101, 102, 95, 95, 103, 104, 105]
    (only,) = episodes(BREAKOUT, points(closes))
    assert only == Episode(day(3), day(5), failed=True)


def test_a_breakout_that_never_failed_ends_where_it_arms_again() -> None:
    closes = [100, 85, 101, 150, 140, 135, 134]
    (only,) = episodes(BREAKOUT, points(closes))
    assert only == Episode(day(3), day(5))


@given(st.lists(st.floats(50, 64), max_size=80), st.sampled_from(["dominance_57", "dominance_55"]))
def test_there_are_as_many_firings_as_alerts_and_none_overlap(
    values: list[float], name: str
) -> None:
    rule, past = RULES[name], points(values)
    state, told = None, []
    for point in past:
        state, news = rules.step(rule, state, point)
        told += [point.day] if news is not None and news.kind is Kind.FIRED else []
    found = episodes(rule, past)
    assert list(firings(found)) == told
    assert all(each.ended is None or each.began < each.ended for each in found)
    assert all(a.ended is not None and a.ended <= b.began for a, b in pairwise(found))


@given(st.lists(st.floats(70, 130), max_size=80))
def test_no_two_breakouts_overlap(closes: list[float]) -> None:
    found = episodes(BREAKOUT, points(closes))
    assert all(a.ended is not None and a.ended <= b.began for a, b in pairwise(found))


def test_the_same_past_is_followed_once_and_another_one_anew() -> None:
    past = tuple(points(flat((30, 60.0), (30, 50.0))))
    once = episodes(BELOW_57, past)
    assert episodes(BELOW_57, past) is once
    assert episodes(BELOW_57, list(past)) == once
    assert episodes(BELOW_57, past[:40]) == once
    assert episodes(BELOW_57, past[:31]) == ()
    assert episodes(RULES["dominance_55"], past) is not once
