from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formulas import inflation
from bot.model import Measure
from tests.formulas.fictional import by_day, notes, on, point


def months(first: date, count: int) -> list[date]:
    start = first.year * 12 + first.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(start, start + count)]


OCTOBER_2025 = date(2025, 10, 1)
PRICES = [
    point(day, 300.0 + i)
    for i, day in enumerate(months(date(2024, 9, 1), 27))
    if day != OCTOBER_2025
]
"""September 2024 to November 2026, as published."""


def _until(last: date) -> list[Measure]:
    return inflation.year_on_year([price for price in PRICES if price.day <= last])


def test_a_year_is_measured_month_against_month() -> None:
    prices = on({date(2024, 1, 1): 300.0, date(2024, 2, 1): 1.0, date(2025, 1, 1): 309.0})
    assert by_day(inflation.year_on_year(prices)) == {date(2025, 1, 1): pytest.approx(3.0)}


def test_three_months_are_taken_to_the_fourth_power() -> None:
    prices = on({date(2024, 11, 1): 100.0, date(2025, 2, 1): 101.0})
    assert by_day(inflation.quarter_annualised(prices)) == {
        date(2025, 2, 1): pytest.approx(4.060401)
    }


def test_october_2026_has_no_inflation_and_september_says_why() -> None:
    before = _until(date(2026, 9, 1))[-1]
    assert (before.day, before.note) == (date(2026, 9, 1), "")
    last = _until(date(2026, 10, 1))[-1]
    assert (last.day, last.value) == (before.day, before.value)
    assert last.note == "October 2026 has none: October 2025 was never published"


def test_november_2026_is_measured_as_ever() -> None:
    found = _until(date(2026, 11, 1))
    assert found[-1].day == date(2026, 11, 1)
    assert found[-1].value == pytest.approx(100.0 * (326 / 314 - 1))
    assert set(notes(found)) == {""}
    assert OCTOBER_2025 not in by_day(found)


def test_january_2026_has_no_three_months() -> None:
    prices = [price for price in PRICES if price.day <= date(2026, 1, 1)]
    last = inflation.quarter_annualised(prices)[-1]
    assert last.day == date(2025, 12, 1)
    assert last.note == "January 2026 has none: October 2025 was never published"


def test_a_month_a_vendor_left_out_is_called_missing() -> None:
    prices = [price for price in PRICES if price.day != date(2025, 6, 1)]
    last = inflation.year_on_year([p for p in prices if p.day <= date(2026, 6, 1)])[-1]
    assert last.note == "June 2026 has none: June 2025 is missing"


def test_a_first_year_has_no_inflation() -> None:
    assert inflation.year_on_year(PRICES[:12]) == []
    assert inflation.year_on_year([]) == []


@given(
    st.lists(st.floats(min_value=50.0, max_value=500.0), max_size=40),
    st.sets(st.integers(min_value=0, max_value=39)),
)
def test_each_month_is_looked_up_by_its_label(values: list[float], missing: set[int]) -> None:
    days = months(date(2010, 1, 1), len(values))
    known = {d: v for i, (d, v) in enumerate(zip(days, values, strict=True)) if i not in missing}
    expected = {
        day: pytest.approx(
            100.0 * value / known[day.replace(year=day.year - 1)] - 100.0, rel=1e-9, abs=1e-9
        )
        for day, value in known.items()
        if day.replace(year=day.year - 1) in known
    }
    assert by_day(inflation.year_on_year(on(known))) == expected
