from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formulas import strength
from bot.model import Cadence, Measure
from tests.formulas.fictional import MONDAY, SEEDS, by_day, daily, series, sessions, walk

SMALL = [100.0, 102.0, 103.0, 103.0, 105.0, 105.0]
LARGE = [200.0, 202.0, 203.0, 204.0, 205.0, 205.0]
"""Small caps gain 2 %, 0.98 %, 0 %, 1.94 %, 0 %; large ones 1 %, 0.50 %, 0.49 %, 0.49 %, 0 %."""


def test_a_streak_counts_sessions_ahead_and_breaks_on_equal_returns() -> None:
    found = strength.streak(sessions(SMALL), sessions(LARGE))
    assert [measure.value for measure in found] == [1.0, 2.0, 0.0, 1.0, 0.0]
    assert [measure.note for measure in found] == [
        "since 9 Jan 2024", "since 9 Jan 2024", "", "since 12 Jan 2024", "",
    ]  # fmt: skip


def test_equal_returns_of_unequal_prices_break_it() -> None:
    found = strength.streak(sessions([100.0, 110.0]), sessions([200.0, 220.0]))
    assert [measure.value for measure in found] == [0.0]


def test_a_return_spans_a_session_that_only_one_of_them_has() -> None:
    small = daily([100.0, 90.0, 103.0])
    large = [point for point in daily([200.0, 0.0, 202.0]) if point.value]
    assert by_day(strength.streak(small, large)) == {MONDAY + timedelta(days=2): 1.0}


def test_a_long_gap_restarts_the_streak_silently() -> None:
    later = MONDAY + timedelta(days=13)
    small = [*daily([1.0, 2.0, 3.0]), *daily([4.0, 5.0], first=later)]
    large = [*daily([1.0, 1.0, 1.0]), *daily([1.0, 1.0], first=later)]
    assert [measure.value for measure in strength.streak(small, large)] == [1.0, 2.0, 1.0]


def test_the_longest_streak_says_when_it_ended_and_what_is_known() -> None:
    found = strength.longest_streak(sessions(SMALL), sessions(LARGE))
    known = "closes since 8 Jan 2024"
    assert found == [
        Measure(date(2024, 1, 9), 1.0, f"running since 9 Jan 2024; {known}"),
        Measure(date(2024, 1, 10), 2.0, f"running since 9 Jan 2024; {known}"),
        Measure(date(2024, 1, 11), 2.0, f"ended 10 Jan 2024; {known}"),
        Measure(date(2024, 1, 12), 2.0, f"ended 10 Jan 2024; {known}"),
        Measure(date(2024, 1, 16), 2.0, f"ended 10 Jan 2024; {known}"),
    ]


def test_without_a_streak_only_what_is_known_is_noted() -> None:
    found = strength.longest_streak(sessions([2.0, 1.0]), sessions([1.0, 1.0]))
    assert found == [Measure(date(2024, 1, 9), 0.0, "closes since 8 Jan 2024")]
    assert strength.longest_streak([], []) == []


def test_relative_strength_is_the_change_of_the_ratio() -> None:
    small, large = sessions([100.0, 50.0, 120.0]), sessions([200.0, 300.0, 200.0])
    # The ratio goes from 0.5 to 0.6.
    assert by_day(strength.relative_strength(small, large, 2)) == {
        date(2024, 1, 10): pytest.approx(20.0)
    }


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=60))
def test_streaks_equal_counting_backwards(values: list[tuple[int, int]]) -> None:
    small, large = [float(a) for a, _ in values], [float(b) for _, b in values]
    ahead = [small[i] / small[i - 1] > large[i] / large[i - 1] for i in range(1, len(values))]
    expected = []
    for end in range(len(ahead)):
        length = 0
        while length <= end and ahead[end - length]:
            length += 1
        expected.append(float(length))
    found = [measure.value for measure in strength.streak(daily(small), daily(large))]
    longest = [m.value for m in strength.longest_streak(daily(small), daily(large))]
    assert found == expected
    assert longest == [max(expected[: i + 1]) for i in range(len(expected))]


@given(SEEDS)
def test_a_streak_only_grows_by_one_or_falls_to_nothing(seed: int) -> None:
    first, last = date(2020, 1, 1), date(2020, 6, 30)
    small = series(Cadence.NYSE_SESSION, first, last, seed, walk, missing=0.2)
    large = series(Cadence.NYSE_SESSION, first, last, seed + 1, walk, missing=0.2)
    values = [measure.value for measure in strength.streak(small, large)]
    assert all(b in (a + 1.0, 0.0, 1.0) for a, b in pairwise(values))
    reverse = [measure.value for measure in strength.streak(large, small)]
    assert not any(a and b for a, b in zip(values, reverse, strict=True))
