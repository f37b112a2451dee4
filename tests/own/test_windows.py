"""Changes over sessions and days, in percent or in percentage points."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import is_session
from bot.formulas import changes
from bot.model import Measure, Span, Unit, Window
from bot.own.windows import change_unit, over
from tests.own.days import day, point, points

values = st.lists(st.floats(0.01, 1e6), max_size=60)


@given(values, st.integers(1, 20))
def test_of_a_value_every_day_it_is_the_preset_rules_arithmetic(
    told: list[float], amount: int
) -> None:
    found = over(Window(amount, Span.DAYS), points(told), Unit.USD)
    assert found == changes.over_days(points(told), amount, changes.in_percent)
    assert found == over(Window(amount, Span.SESSIONS), points(told), Unit.USD)
    assert found == changes.over_sessions(points(told), amount)


@pytest.mark.parametrize(
    ("unit", "change"), [(Unit.PCT, 2.0), (Unit.PP, 2.0), (Unit.USD, 4.0), (Unit.SCORE, 4.0)]
)
def test_a_percentage_changes_by_points_and_all_else_by_percent(unit: Unit, change: float) -> None:
    (found,) = over(Window(1, Span.DAYS), points([50.0, 52.0]), unit)
    assert found.day == day(1)
    assert found.value == pytest.approx(change)
    assert change_unit(unit) is (Unit.PP if change == 2.0 else Unit.PCT)


@pytest.mark.parametrize("base", [0.0, -5.0])
def test_nothing_is_a_percentage_of_zero_or_of_less(base: float) -> None:
    assert over(Window(1, Span.DAYS), points([base, 5.0]), Unit.SCORE) == []
    assert over(Window(1, Span.DAYS), points([base, 5.0]), Unit.PCT) == [
        Measure(day(1), 5.0 - base)
    ]


def test_a_closed_day_is_stood_in_for_by_the_last_open_one() -> None:
    first = date(2024, 3, 1)
    open_days = [d for n in range(90) if is_session(d := first + timedelta(days=n))]
    closes = [point(each, 100.0 + n) for n, each in enumerate(open_days)]
    found = over(Window(30, Span.DAYS), closes, Unit.POINTS)
    wanted = [each for each in open_days if each >= first + timedelta(days=30)]
    assert [each.day for each in found] == wanted
    by_day = {each.day: each.value for each in closes}
    monday = date(2024, 4, 15)
    (change,) = [each.value for each in found if each.day == monday]
    assert change == changes.in_percent(by_day[monday], by_day[date(2024, 3, 15)])


def test_a_hole_longer_than_a_holiday_is_no_base() -> None:
    told = [point(day(0), 1.0), point(day(34), 2.0)]
    assert over(Window(30, Span.DAYS), told, Unit.USD) == []
    assert over(Window(1, Span.SESSIONS), told, Unit.USD) == []
    assert len(over(Window(31, Span.DAYS), told, Unit.USD)) == 1
