from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.formulas.exact import spread, sums, whole

REAL = st.floats(min_value=-1e13, max_value=1e13).filter(lambda x: x == 0.0 or abs(x) > 1e-9)


@given(st.lists(REAL, max_size=30))
def test_sums_lose_nothing_however_large_the_values_around(values: list[float]) -> None:
    totals = sums(whole(value) for value in values)
    scale = Fraction(1, 2**100)
    for value, (before, after) in zip(values, pairwise(totals), strict=True):
        assert (after - before) * scale == Fraction(value)


def test_the_spread_of_one_two_three_is_six() -> None:
    # Deviations -1, 0 and 1: squares sum to 2, times a count of 3.
    assert spread(3, 1 + 2 + 3, 1 + 4 + 9) == 6


def test_rounding_noise_is_no_movement() -> None:
    noisy = [0.1, 0.1, 0.1 + 2e-17]
    exact = [whole(x) for x in noisy]
    assert spread(3, sum(exact), sum(x * x for x in exact)) == 0
    moving = [whole(x) for x in (0.1, 0.1, 0.1 + 1e-9)]
    assert spread(3, sum(moving), sum(x * x for x in moving)) > 0
    assert spread(0, 0, 0) == 0
