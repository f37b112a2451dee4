from datetime import date, timedelta
from statistics import mean, stdev

import pytest
from hypothesis import given, settings

from bot.formulas import supplies
from bot.model import Cadence, Measure, Point
from tests.formulas.fictional import MONDAY, SEEDS, by_day, daily, numbers, on, series, walk


def test_the_change_is_against_exactly_thirty_days_earlier() -> None:
    supply = on({date(2024, 1, 1): 100.0, date(2024, 1, 2): 140.0, date(2024, 1, 31): 90.0})
    assert supplies.change(supply) == [Measure(date(2024, 1, 31), -10.0)]


def test_a_step_of_more_than_150_000_in_a_day_is_pointed_out_for_thirty_days() -> None:
    def noted(step: float) -> list[date]:
        values = [1_000_000.0] * 40 + [1_000_000.0 + step] * 40
        found = supplies.change(daily(values))
        assert {measure.note for measure in found} <= {"", supplies.CUSTODY_NOTE}
        return [measure.day for measure in found if measure.note]

    expected = [MONDAY + timedelta(days=i) for i in range(40, 70)]
    assert noted(150_001.0) == noted(-150_001.0) == expected
    assert noted(150_000.0) == []


def test_a_step_over_a_missing_day_must_be_that_large_a_day() -> None:
    days = daily([1_000_000.0] * 40 + [1_000_000.0 + 250_000.0] * 10)
    assert supplies.change(days)[-1].note
    slow = [*days[:39], *days[40:]]
    # From day 38 to day 40: 250,000 in two days need not have been 150,000 in one.
    assert supplies.change(slow)[-1].note == ""


def _slowly(points: list[Point], day: date) -> float | None:
    """The definition, word by word."""
    values = {point.day: point.value for point in points}
    month = timedelta(days=30)
    changes = {
        each: values[each] - values[each - month] for each in values if each - month in values
    }
    before = [changes[d] for d in changes if day - timedelta(days=365) <= d < day]
    if day not in changes or len(before) < 300:
        return None
    return (changes[day] - mean(before)) / stdev(before)


@settings(max_examples=8)
@given(SEEDS)
def test_deviations_equal_their_definition(seed: int) -> None:
    supply = series(Cadence.UTC_DAY, date(2023, 1, 1), date(2024, 9, 1), seed, walk, missing=0.02)
    found = by_day(supplies.deviations(supply))
    assert found
    for point in supply[::11]:
        expected = _slowly(supply, point.day)
        assert found.get(point.day) == (
            None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-12)
        )


def test_the_day_itself_is_not_part_of_what_is_usual() -> None:
    supply = daily([*numbers(2, 400), 1e6])
    assert supplies.deviations(supply)[-1].value > 1e6


def test_three_hundred_changes_are_the_least() -> None:
    supply = daily(numbers(2, 331))
    assert [m.day for m in supplies.deviations(supply)] == [supply[330].day]
    assert supplies.deviations(supply[:330]) == []


def test_changes_that_never_differ_have_no_deviation() -> None:
    assert supplies.deviations(daily([1e6 + i for i in range(400)])) == []


def test_a_long_gap_restarts_what_is_usual() -> None:
    values = numbers(2, 800)
    supply = [*daily(values[:400]), *daily(values[411:], first=MONDAY + timedelta(days=411))]
    days = [measure.day for measure in supplies.deviations(supply)]
    assert days[0] == MONDAY + timedelta(days=330)
    assert next(day for day in days if day > MONDAY + timedelta(days=400)) == (
        MONDAY + timedelta(days=411 + 330)
    )


def test_a_custody_move_is_pointed_out_with_the_deviation_too() -> None:
    supply = daily([*numbers(2, 400), 1e6])
    assert supplies.deviations(supply)[-1].note == supplies.CUSTODY_NOTE
