from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formulas.records import distance_to_record
from tests.formulas.fictional import VALUES, by_day, daily, notes, on


def test_the_record_is_the_highest_close_before_the_day() -> None:
    closes = on({
        date(2026, 1, 21): 2500.0,
        date(2026, 1, 22): 2718.77,
        date(2026, 1, 23): 2446.893,
        date(2026, 1, 26): 2800.0,
    })  # fmt: skip
    found = distance_to_record(closes)
    assert by_day(found) == {
        date(2026, 1, 22): pytest.approx(8.7508),
        date(2026, 1, 23): pytest.approx(-10.0),
        date(2026, 1, 26): pytest.approx(2.98775, abs=1e-4),
    }
    assert notes(found) == [
        "record close 2,500.00 of 21 Jan 2026",
        "record close 2,718.77 of 22 Jan 2026",
        "record close 2,718.77 of 22 Jan 2026",
    ]


def test_an_equalled_record_keeps_its_first_day() -> None:
    found = distance_to_record(daily([10.0, 10.0, 9.0], first=date(2026, 1, 5)))
    assert [measure.note for measure in found] == ["record close 10.00 of 5 Jan 2026"] * 2
    assert found[0].value == 0.0


@given(st.lists(VALUES, max_size=60))
def test_the_distance_equals_a_search_through_all_earlier_closes(values: list[float]) -> None:
    found = [measure.value for measure in distance_to_record(daily(values))]
    assert found == [
        pytest.approx(100.0 * values[i] / max(values[:i]) - 100.0, rel=1e-9, abs=1e-6)
        for i in range(1, len(values))
    ]
