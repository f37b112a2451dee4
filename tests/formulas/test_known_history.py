"""The formulas against facts of recorded history, where its files lie beside the checkout."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.formulas import correlation, fund_flows, records, strength
from bot.model import Point

HISTORY = Path(__file__).parents[3] / "shared" / "history"

pytestmark = pytest.mark.skipif(
    not HISTORY.is_dir(), reason="the recorded history is private and not part of the project"
)


def recorded(key: str) -> list[Point]:
    with (HISTORY / f"{key}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    as_of = datetime(2024, 12, 31, tzinfo=UTC)
    return [
        Point(date.fromisoformat(row["date"]), float(row["value"]), "history", as_of)
        for row in rows
    ]


def test_the_longest_streak_had_sixteen_sessions_and_ended_in_may_1996() -> None:
    last = strength.longest_streak(recorded("russell_2000"), recorded("sp_500"))[-1]
    assert last.value == 16.0
    assert last.note == "ended 7 May 1996; closes since 10 Sep 1987"


def test_ten_sessions_in_a_row_came_seven_times_before_2013_and_never_until_2025() -> None:
    found = strength.streak(recorded("russell_2000"), recorded("sp_500"))
    tenths = [measure.day for measure in found if measure.value == 10.0]
    assert len(tenths) == 7
    assert [day for day in tenths if day.year >= 2013] == []


def test_the_record_before_2025_was_set_in_november_2021() -> None:
    last = records.distance_to_record(recorded("russell_2000"))[-1]
    assert last.note == "record close 2,442.74 of 8 Nov 2021"


def test_the_correlation_of_returns_peaked_at_0_63_in_march_2020() -> None:
    found = correlation.of_returns(recorded("russell_2000"), recorded("total3"))
    peak = max(found, key=lambda m: m.value)
    assert round(peak.value, 2) == 0.63
    assert (peak.day.year, peak.day.month) == (2020, 3)


def test_the_correlation_of_returns_never_passed_0_44_in_2021() -> None:
    found = correlation.of_returns(recorded("russell_2000"), recorded("total3"))
    peak = max(measure.value for measure in found if measure.day.year == 2021)
    assert round(peak, 2) == 0.44


def test_the_fund_flows_changed_their_regime_twice_in_2024() -> None:
    days = fund_flows.regimes(recorded("btc_etf_flow"))
    starts = [day for day in days if day.regime and day.since == day.day]
    assert [(day.regime, day.day) for day in starts] == [
        ("inflow", date(2024, 2, 8)),
        ("outflow", date(2024, 5, 2)),
        ("inflow", date(2024, 5, 22)),
    ]


def test_no_session_of_2024_is_missing_from_the_flows() -> None:
    last = fund_flows.year_to_date(recorded("btc_etf_flow"))[-1]
    assert last.value == pytest.approx(35.2459e9)
    assert last.note == "through 31 Dec 2024"
