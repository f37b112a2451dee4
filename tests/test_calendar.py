"""Sessions, holidays, and what is late when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import calendar
from bot.catalogue import SERIES
from bot.model import Cadence, Observation

FRIDAY = date(2026, 11, 20)
RUSSELL, DOMINANCE = SERIES["russell_2000"], SERIES["btc_dominance"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def bar(day: date, seen: datetime, *, final: bool = True) -> Observation:
    return Observation("russell_2000", "Yahoo", day, 2400.0, seen, seen, final)


def sample(moment: datetime, *, final: bool = False) -> Observation:
    return Observation("btc_dominance", "CMC", moment.date(), 58.0, moment, moment, final)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 11, 21),  # a Saturday
        date(2026, 11, 26),  # Thanksgiving
        date(2012, 10, 29),  # Hurricane Sandy
        date(2001, 9, 12),
        date(2025, 1, 9),  # the mourning for President Carter
    ],
)
def test_the_exchange_is_closed(day: date) -> None:
    assert not calendar.is_session(day)


def test_the_close_follows_new_yorks_clock_and_half_days() -> None:
    assert calendar.session_close(date(2026, 7, 6)) == at("2026-07-06 20:00")
    assert calendar.session_close(FRIDAY) == at("2026-11-20 21:00")
    assert calendar.session_close(date(2026, 11, 27)) == at("2026-11-27 18:00")


def test_a_bar_is_final_only_when_seen_after_the_close() -> None:
    open_session, settled = at("2026-11-20 21:10"), at("2026-11-20 21:20")
    assert not calendar.is_final(RUSSELL, bar(FRIDAY, open_session), at("2026-11-22 00:00"))
    assert calendar.is_final(RUSSELL, bar(FRIDAY, settled), settled)
    assert not calendar.is_final(RUSSELL, bar(FRIDAY, settled, final=False), settled)


def test_a_sample_is_its_days_value_once_the_day_is_over() -> None:
    seen = sample(at("2026-11-20 23:50"))
    assert not calendar.is_final(DOMINANCE, seen, at("2026-11-21 00:05"))
    assert calendar.is_final(DOMINANCE, seen, at("2026-11-21 00:10"))


def test_the_last_sample_before_an_outage_is_not_its_days_value_until_a_later_one_comes() -> None:
    noon = sample(at("2026-11-20 12:00"))
    tomorrow = at("2026-11-21 12:00")
    assert not calendar.is_final(DOMINANCE, noon, tomorrow)
    assert calendar.is_final(DOMINANCE, noon, tomorrow, superseded=True)


def test_the_vendors_last_word_for_a_day_that_is_over_is_its_value() -> None:
    noon = at("2026-11-20 12:00")
    told_late = replace(sample(noon), observed_at=at("2026-11-21 00:00"))
    assert calendar.is_final(DOMINANCE, told_late, at("2026-11-21 00:00"))


def test_a_weekend_and_a_holiday_are_no_outage() -> None:
    friday = bar(FRIDAY, at("2026-11-20 22:00"))
    monday_evening = calendar.late_at(RUSSELL, friday, FRIDAY)
    assert monday_evening == at("2026-11-24 00:20")
    wednesday = date(2026, 11, 25)
    before_thanksgiving = bar(wednesday, at("2026-11-25 22:00"))
    assert calendar.late_at(RUSSELL, before_thanksgiving, wednesday) == at("2026-11-27 21:20")


def test_a_sampled_series_is_late_by_its_own_time_whenever_it_was_seen() -> None:
    assert calendar.late_at(DOMINANCE, sample(at("2026-11-20 09:00")), None) == at(
        "2026-11-20 10:00"
    )


def test_a_recorded_daily_value_is_late_when_the_next_one_does_not_come() -> None:
    recorded = sample(at("2026-11-20 00:00"), final=True)
    assert calendar.late_at(DOMINANCE, recorded, FRIDAY) == at("2026-11-22 01:00")


def test_a_closed_market_is_not_worth_asking_often() -> None:
    assert calendar.busy(Cadence.NYSE_SESSION, at("2026-11-20 15:00"))
    assert not calendar.busy(Cadence.NYSE_SESSION, at("2026-11-20 12:00"))
    assert not calendar.busy(Cadence.NYSE_SESSION, at("2026-11-21 15:00"))
    assert calendar.busy(Cadence.UTC_DAY, at("2026-11-21 15:00"))


def test_the_next_session_skips_closed_days() -> None:
    assert calendar.next_day(Cadence.NYSE_SESSION, FRIDAY) == FRIDAY + timedelta(days=3)
    assert calendar.next_day(Cadence.UTC_DAY, FRIDAY) == FRIDAY + timedelta(days=1)
