from datetime import date, timedelta
from itertools import pairwise
from math import exp, log
from statistics import correlation as pearson_of_all

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.formulas import correlation
from bot.model import Cadence, Point
from tests.formulas.fictional import (
    MONDAY,
    SEEDS,
    VALUES,
    by_day,
    chance,
    daily,
    days_of,
    numbers,
    on,
    series,
    sessions,
    walk,
)


def test_pearson_of_a_hand_worked_example() -> None:
    # Deviations -1, 0, 1 and -1, 1, 0: 1 / √(2 · 2).
    assert correlation.pearson([1.0, 2.0, 3.0], [1.0, 3.0, 2.0], window=3, least=3) == [
        None, None, 0.5,
    ]  # fmt: skip


def test_pearson_forgets_what_has_left_the_window() -> None:
    found = correlation.pearson([9.0, 1.0, 2.0, 3.0], [-5.0, 3.0, 2.0, 1.0], window=3, least=3)
    assert found[3] == -1.0


@pytest.mark.parametrize("flat", [0.0, 0.1, 7e11])
def test_without_movement_there_is_no_correlation(flat: float) -> None:
    moving = [1.0, 2.0, 4.0, 3.0]
    assert correlation.pearson([flat] * 4, moving, window=4, least=2) == [None] * 4
    assert correlation.pearson(moving, [flat] * 4, window=4, least=2) == [None] * 4


def test_a_series_that_only_compounds_does_not_move() -> None:
    compounding = sessions([100.0 * 1.01**i for i in range(80)])
    moving = sessions([100.0 + i % 7 for i in range(80)])
    assert correlation.of_returns(compounding, moving) == []


@given(
    st.lists(
        st.tuples(VALUES, VALUES),
        min_size=1,
        max_size=40,
    ),
    st.integers(min_value=2, max_value=12),
)
def test_pearson_lies_within_one_and_is_symmetric(
    pairs: list[tuple[float, float]], window: int
) -> None:
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    found = correlation.pearson(xs, ys, window=window, least=2)
    assert all(r is None or -1.0 <= r <= 1.0 for r in found)
    assert correlation.pearson(ys, xs, window=window, least=2) == found


@given(SEEDS)
def test_moving_sums_equal_working_out_each_window_alone(seed: int) -> None:
    drawn = chance(seed)
    xs = [drawn.gauss(0.0, 0.01) for _ in range(60)]
    ys = [0.5 * x + drawn.gauss(0.0, 0.01) for x in xs]
    found = correlation.pearson(xs, ys, window=20, least=10)
    for end, r in enumerate(found, start=1):
        window = slice(max(0, end - 20), end)
        if end < 10:
            assert r is None
        else:
            assert r == pytest.approx(pearson_of_all(xs[window], ys[window]), abs=1e-12)


def test_one_wild_value_long_ago_leaves_no_trace() -> None:
    drawn = chance(1)
    xs = [drawn.gauss(0.0, 1e-6) for _ in range(50)]
    ys = [drawn.gauss(0.0, 1e-6) for _ in range(50)]
    calm = correlation.pearson(xs, ys, window=50, least=50)[-1]
    wild = correlation.pearson([1e12, *xs], [1e12, *ys], window=50, least=50)[-1]
    assert wild == calm


def _joined_returns(first: list[Point], second: list[Point]) -> list[tuple[float, float]]:
    other = {point.day: point.value for point in second}
    both = [(point.value, other[point.day]) for point in first if point.day in other]
    return [(log(c / a), log(d / b)) for (a, b), (c, d) in pairwise(both)]


@settings(max_examples=15)
@given(SEEDS)
def test_returns_are_taken_after_the_join_and_over_ninety_sessions(seed: int) -> None:
    first, last = date(2023, 1, 2), date(2023, 9, 29)
    russell = series(Cadence.NYSE_SESSION, first, last, seed, walk, missing=0.05)
    total3 = series(Cadence.UTC_DAY, first, last, seed + 1, walk, missing=0.05)
    found = correlation.of_returns(russell, total3)
    returns = _joined_returns(russell, total3)
    assert len(found) == len(returns) - 59
    for back, measure in enumerate(reversed(found)):
        end = len(returns) - back
        window = returns[max(0, end - 90) : end]
        expected = pearson_of_all([x for x, _ in window], [y for _, y in window])
        assert measure.value == pytest.approx(expected, abs=1e-9)
        assert measure.note.endswith(f" {len(window)} sessions")


def test_a_mondays_return_spans_the_weekend() -> None:
    # On weekdays both gain the same; TOTAL3 also swings on Saturdays, and swings back on Sundays.
    drawn = chance(5)
    days = days_of(Cadence.UTC_DAY, MONDAY, 130)
    level, russell, total3 = 100.0, {}, {}
    for day in days:
        if day.weekday() < 5:
            level *= exp(drawn.gauss(0.0, 0.01))
            russell[day] = level
        total3[day] = level * (2.0 if day.weekday() == 5 else 1.0)
    assert correlation.of_returns(on(russell), on(total3))[-1].value == pytest.approx(1.0)


def test_levels_are_the_last_ninety_values() -> None:
    xs, ys = numbers(3, 120, 100.0), numbers(4, 120, 1e11)
    found = correlation.of_levels(sessions(xs), sessions(ys))
    assert len(found) == 120 - 59
    assert found[-1].value == pytest.approx(pearson_of_all(xs[-90:], ys[-90:]))


def test_sixty_pairs_are_the_least() -> None:
    xs, ys = numbers(3, 61), numbers(4, 61)
    assert correlation.of_returns(sessions(xs[:60]), sessions(ys[:60])) == []
    (measure,) = correlation.of_returns(sessions(xs), sessions(ys))
    assert measure.note.endswith("(Fisher z), 60 sessions")


def test_a_long_gap_restarts_the_window() -> None:
    xs, ys = numbers(3, 100), numbers(4, 100)
    later = MONDAY + timedelta(days=50 + 10)
    first = [*daily(xs[:50]), *daily(xs[50:], first=later)]
    second = [*daily(ys[:50]), *daily(ys[50:], first=later)]
    assert correlation.of_levels(first, second) == []
    joined = [*daily(xs[:50]), *daily(xs[50:], first=later - timedelta(days=1))]
    also = [*daily(ys[:50]), *daily(ys[50:], first=later - timedelta(days=1))]
    assert len(by_day(correlation.of_levels(joined, also))) == 100 - 59


def test_the_interval_is_fishers() -> None:
    # atanh 0.5 = 0.5493 and 1.96 / √87 = 0.2101: tanh 0.3392 and tanh 0.7594.
    low, high = correlation.interval(0.5, 90)
    assert low == pytest.approx(0.3267, abs=1e-4)
    assert high == pytest.approx(0.6408, abs=1e-4)
    assert correlation.interval(1.0, 90) == (1.0, 1.0)
    assert correlation.interval(-1.0, 90) == (-1.0, -1.0)


def test_the_note_reads_as_a_sentence_part() -> None:
    same = sessions([100.0 + i % 7 for i in range(120)])
    note = correlation.of_returns(same, same)[-1].note
    assert note == "95 % interval 1.00 to 1.00 (Fisher z), 90 sessions"


@given(st.floats(min_value=-0.999, max_value=0.999), st.integers(min_value=4, max_value=500))
def test_the_interval_holds_its_middle_and_narrows(r: float, count: int) -> None:
    low, high = correlation.interval(r, count)
    assert -1.0 <= low < r < high <= 1.0
    closer = correlation.interval(r, count * 4)
    assert low <= closer[0] < closer[1] <= high
