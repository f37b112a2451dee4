"""What came after a firing, beside any day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formulas.changes import in_percent, in_units
from bot.studies import track
from tests.studies.examples import FIRST, INDICATORS, dated, day, points


def measure(values: list[float]) -> track.Daily:
    found = track.by_day({day(n): value for n, value in enumerate(values)})
    assert found is not None
    return found


def test_a_change_runs_to_exactly_so_many_days_on() -> None:
    doubled = measure([*([100.0] * 50), *([200.0] * 400)])
    thirty, ninety, half, year = track.outcomes([day(20)], FIRST, doubled, in_percent)
    assert [each.days for each in (thirty, ninety, half, year)] == [30, 90, 180, 365]
    assert [each.after for each in (thirty, ninety, half, year)] == [(100.0,)] * 4
    (just_before, *_) = track.outcomes([day(19)], FIRST, doubled, in_percent)
    assert just_before.after == (0.0,)


def test_a_window_that_has_not_ended_is_not_counted() -> None:
    known = measure([50.0] * 101)
    thirty, ninety, half, _ = track.outcomes([day(10), day(11)], FIRST, known, in_units)
    assert (thirty.after, thirty.not_over) == ((0.0, 0.0), 0)
    assert (ninety.after, ninety.not_over) == ((0.0,), 1)
    assert (half.after, half.not_over) == ((), 2)


def test_a_firing_before_the_data_begins_is_neither_counted_nor_awaited() -> None:
    (thirty, *_) = track.outcomes([day(-1)], day(-900), measure([50.0] * 60), in_units)
    assert (thirty.after, thirty.not_over) == ((), 0)


def test_a_missing_day_is_stood_in_for_by_one_up_to_three_days_earlier() -> None:
    values = {day(n): float(n) for n in range(60) if n not in (28, 29, 30, 37, 38, 39, 40)}
    holes = track.by_day(values)
    assert holes is not None
    fired = [day(0), day(10)]
    (thirty, *_) = track.outcomes(fired, FIRST, holes, in_units)
    assert thirty.after == (27.0,), "Three days earlier will do, four will not."
    assert thirty.base is not None
    # Days 0 to 29 can start a window; 28 and 29 have no value, and day 10 finds none on day 40.
    assert thirty.base.count == 27


def test_the_base_rate_counts_from_the_first_day_the_rule_could_be_judged() -> None:
    rising = measure([float(n) for n in range(131)])
    (whole, *_) = track.outcomes([], FIRST, rising, in_units)
    (late, *_) = track.outcomes([], day(90), rising, in_units)
    assert (whole.base, late.base) == (
        track.Spread(101, 30.0, 30.0, 30.0),
        track.Spread(11, 30.0, 30.0, 30.0),
    )


@given(st.lists(st.floats(1, 1e6), min_size=35, max_size=140), st.floats(1e-3, 1e3))
def test_the_unit_of_a_measure_changes_no_percentage(values: list[float], factor: float) -> None:
    fired = [day(n) for n in range(0, len(values), 7)]
    plain = track.outcomes(fired, FIRST, measure(values), in_percent)
    scaled = track.outcomes(fired, FIRST, measure([v * factor for v in values]), in_percent)
    for one, other in zip(plain, scaled, strict=True):
        assert other.after == pytest.approx(one.after)
        assert len(one.after) + one.not_over == len(fired)


@given(st.lists(st.floats(1, 100), min_size=33, max_size=140))
def test_firing_on_every_day_gives_the_base_rate(values: list[float]) -> None:
    every = [day(n) for n in range(len(values))]
    (thirty, *_) = track.outcomes(every, FIRST, measure(values), in_units)
    assert track.spread(thirty.after) == thirty.base


def test_rotation_is_total3_in_bitcoin_on_the_days_that_both_have() -> None:
    found = track.rotation(points([10.0, 20.0, 30.0]), points([2.0, 4.0], first=day(1)))
    assert found is not None
    assert (found.first, list(found.exact)) == (day(1), [10.0, 7.5])
    assert track.rotation(points([1.0]), []) is None


@pytest.mark.parametrize(
    ("indicator", "told"),
    [
        ("russell_2000", date(2024, 1, 3)),  # The close, in the evening of the same day in UTC.
        ("btc_dominance", date(2024, 1, 3)),  # Midnight, which ends the day.
        ("correlation", date(2024, 1, 3)),
        ("btc_etf_flow_20", date(2024, 1, 4)),  # The next morning.
        ("fed_assets_change_13w", date(2024, 1, 4)),  # Thursday.
    ],
)
def test_a_firing_counts_from_the_day_it_could_be_told(indicator: str, told: date) -> None:
    assert track.told_on(INDICATORS[indicator], date(2024, 1, 3)) == told


def test_a_months_prices_are_no_news_before_they_are_published() -> None:
    told = track.told_on(INDICATORS["cpi_yoy"], date(2024, 1, 1))
    assert date(2024, 2, 10) <= told <= date(2024, 2, 16)


def test_the_middle_half_lies_between_the_quartiles() -> None:
    assert track.spread([4.0, 1.0, 3.0, 2.0, 5.0]) == track.Spread(5, 2.0, 3.0, 4.0)
    assert track.spread([4.0]) is None


def test_days_without_a_value_have_none() -> None:
    found = track.by_day({day(0): 1.0, day(5): 2.0})
    assert found is not None
    assert list(found.near) == [1.0, 1.0, 1.0, 1.0, None, 2.0]
    assert found.last == FIRST + timedelta(days=5)
    assert track.dominance(dated([])) is None
