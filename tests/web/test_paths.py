"""Values as lines: everything lies within its frame, and nothing is drawn that is not known."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.chart import MOST_LINES, round_values
from bot.web.paths import Frame, line, stairs
from bot.web.sparkline import HEIGHT, WIDTH, sparkline
from tests.own.days import points as daily

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(5)]
FRAME = Frame(DAYS[0], DAYS[-1], low=10.0, high=20.0, width=100.0, height=50.0, top=5.0)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_the_first_day_lies_left_and_the_highest_value_at_the_top() -> None:
    places = FRAME.places([DAYS[0], DAYS[2], DAYS[4]], [10.0, 20.0, 15.0])
    assert places == [(0.0, 55.0), (50.0, 5.0), (100.0, 30.0)]


def test_a_line_runs_through_its_places_and_stairs_hold_each_value() -> None:
    places = FRAME.places([DAYS[0], DAYS[4]], [10.0, 20.0])
    days = [DAYS[0], DAYS[4]]
    assert line(days, places) == "M0.0 55.0L100.0 5.0"
    assert stairs(days, places) == "M0.0 55.0H100.0V5.0"


def test_where_values_are_missing_nothing_is_drawn() -> None:
    days = [FIRST + timedelta(days=n) for n in (0, 1, 2, 30, 31)]
    places = [(float(n), 0.0) for n in range(5)]
    assert line(days, places).count("M") == 2
    assert line(days, places).startswith("M0.0 0.0L1.0 0.0L2.0 0.0M3.0 0.0")
    monthly = [FIRST + timedelta(days=31 * n) for n in range(5)]
    assert line(monthly, places).count("M") == 1


@given(st.lists(FINITE, min_size=1, max_size=40))
def test_a_sparkline_stays_within_its_frame(values: list[float]) -> None:
    points = daily(values, FIRST)
    found = sparkline(points, FIRST, points[-1].day, "words")
    assert found is not None
    numbers = [float(each) for each in re.findall(r"-?[0-9.]+", found.path)]
    assert all(0 <= across <= WIDTH for across in numbers[::2])
    assert all(0 <= down <= HEIGHT for down in numbers[1::2])
    assert numbers[-2:] == [round(each, 1) for each in found.end]


def test_without_a_value_in_its_time_there_is_no_sparkline() -> None:
    points = daily((1.0, 2.0), FIRST)
    assert sparkline(points, FIRST + timedelta(days=9), FIRST + timedelta(days=99), "") is None


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_round_values_lie_between_the_ends_and_are_few(low: float, span: float) -> None:
    values = round_values(low, low + span)
    assert len(values) <= MOST_LINES + 1
    assert all(low - span / 1e6 <= each <= low + span * (1 + 1e-6) for each in values)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1_560.0, 2_480.0, [1_600.0, 1_800.0, 2_000.0, 2_200.0, 2_400.0]), (5.0, 5.0, [5.0])],
)
def test_round_values_are_those_people_would_choose(
    low: float, high: float, expected: list[float]
) -> None:
    assert round_values(low, high) == pytest.approx(expected)
