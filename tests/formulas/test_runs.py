from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.formulas.runs import GAP, Pair, common, runs
from tests.formulas.fictional import daily, on


def test_only_shared_days_are_joined() -> None:
    first = on({date(2024, 1, 8): 1.0, date(2024, 1, 9): 2.0, date(2024, 1, 11): 3.0})
    second = on({date(2024, 1, 9): 20.0, date(2024, 1, 10): 30.0, date(2024, 1, 11): 40.0})
    assert common(first, second) == [
        Pair(date(2024, 1, 9), 2.0, 20.0),
        Pair(date(2024, 1, 11), 3.0, 40.0),
    ]


def test_ten_days_are_looked_across_and_eleven_are_not() -> None:
    start = date(2024, 1, 1)
    near, far = start + timedelta(days=10), start + timedelta(days=21)
    found = runs(on({start: 1.0, near: 2.0, far: 3.0}))
    assert [[point.day for point in run] for run in found] == [[start, near], [far]]


def test_nothing_has_no_runs() -> None:
    assert runs([]) == []
    assert common([], daily([1.0])) == []


@given(st.lists(st.integers(min_value=1, max_value=25), max_size=40))
def test_runs_lose_nothing_and_hold_no_long_gap(gaps: list[int]) -> None:
    day, values = date(2024, 1, 1), {}
    for gap in gaps:
        day += timedelta(days=gap)
        values[day] = 1.0
    points = on(values)
    found = runs(points)
    assert [point for run in found for point in run] == points
    for run in found:
        steps = pairwise(run)
        assert all(b.day - a.day <= GAP for a, b in steps)
    for before, after in pairwise(found):
        assert after[0].day - before[-1].day > GAP
