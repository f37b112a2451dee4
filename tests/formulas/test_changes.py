from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formulas import changes
from tests.formulas.fictional import MONDAY, VALUES, by_day, daily, on, sessions


def test_change_over_sessions_counts_sessions_and_not_days() -> None:
    closes = sessions([100.0, 101.0, 102.0, 103.0, 104.0, 110.0])
    found = changes.over_sessions(closes, 5)
    # From Monday to the Tuesday after, as the Monday between is a holiday.
    assert by_day(found) == {date(2024, 1, 16): pytest.approx(10.0)}


def test_change_over_sessions_restarts_after_a_long_gap() -> None:
    before = daily([100.0, 101.0])
    after = daily([200.0, 220.0], first=MONDAY + timedelta(days=12))
    assert by_day(changes.over_sessions([*before, *after], 1)) == {
        MONDAY + timedelta(days=1): pytest.approx(1.0),
        MONDAY + timedelta(days=13): pytest.approx(10.0),
    }


@given(st.lists(VALUES, max_size=40), st.integers(min_value=1, max_value=20))
def test_change_over_sessions_equals_looking_each_one_up(values: list[float], back: int) -> None:
    points = daily(values)
    expected = {
        points[i].day: pytest.approx(
            100.0 * values[i] / values[i - back] - 100.0, rel=1e-9, abs=1e-6
        )
        for i in range(back, len(values))
    }
    assert by_day(changes.over_sessions(points, back)) == expected


def test_change_over_days_needs_exactly_that_day() -> None:
    supply = on({date(2024, 1, 1): 200.0, date(2024, 1, 30): 210.0, date(2024, 1, 31): 220.0})
    in_percent = changes.over_days(supply, 30, changes.in_percent)
    assert by_day(in_percent) == {date(2024, 1, 31): pytest.approx(10.0)}
    in_units = changes.over_days(supply, 30, changes.in_units)
    assert by_day(in_units) == {date(2024, 1, 31): 20.0}


def test_change_over_days_looks_across_a_gap_when_both_ends_are_known() -> None:
    supply = on({date(2024, 1, 1): 200.0, date(2024, 1, 31): 100.0})
    assert by_day(changes.over_days(supply, 30, changes.in_percent)) == {
        date(2024, 1, 31): pytest.approx(-50.0)
    }


def test_a_year_goes_back_to_the_same_calendar_day() -> None:
    prices = on({date(2023, 5, 3): 90.0, date(2023, 5, 4): 100.0, date(2024, 5, 4): 75.0})
    assert by_day(changes.over_a_year(prices)) == {date(2024, 5, 4): pytest.approx(-25.0)}


def test_a_leap_day_is_measured_against_28_february() -> None:
    prices = on({
        date(2023, 2, 27): 1.0,
        date(2023, 2, 28): 50.0,
        date(2023, 3, 1): 2.0,
        date(2024, 2, 29): 100.0,
    })  # fmt: skip
    assert by_day(changes.over_a_year(prices)) == {date(2024, 2, 29): pytest.approx(100.0)}


@pytest.mark.parametrize(("days", "known"), [(0, True), (1, True), (3, True), (4, False)])
def test_a_missing_anniversary_is_stood_in_for_by_up_to_three_days_before(
    days: int, *, known: bool
) -> None:
    then, now = date(2023, 5, 4), date(2024, 5, 4)
    prices = on({then - timedelta(days=days): 100.0, now: 110.0})
    assert bool(changes.over_a_year(prices)) is known


def test_a_later_day_never_stands_in_for_the_anniversary() -> None:
    prices = on({date(2023, 5, 5): 100.0, date(2024, 5, 4): 110.0})
    assert changes.over_a_year(prices) == []


def test_year_to_date_is_measured_against_the_last_close_of_the_year_before() -> None:
    closes = on({
        date(2024, 12, 30): 90.0,
        date(2024, 12, 31): 100.0,
        date(2025, 1, 2): 102.0,
        date(2025, 12, 31): 125.0,
        date(2026, 1, 2): 100.0,
    })  # fmt: skip
    assert by_day(changes.year_to_date(closes)) == {
        date(2025, 1, 2): pytest.approx(2.0),
        date(2025, 12, 31): pytest.approx(25.0),
        date(2026, 1, 2): pytest.approx(-20.0),
    }


def test_a_year_whose_predecessor_broke_off_has_no_year_to_date() -> None:
    closes = on({
        date(2024, 12, 31): 100.0,
        date(2025, 1, 2): 102.0,
        date(2025, 12, 1): 110.0,
        date(2026, 1, 2): 120.0,
        date(2026, 1, 5): 121.0,
    })  # fmt: skip
    assert set(by_day(changes.year_to_date(closes))) == {date(2025, 1, 2), date(2025, 12, 1)}
