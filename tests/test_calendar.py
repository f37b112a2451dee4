"""Sessions, holidays, and what is late when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import exchange_calendars as xcals
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


def test_the_next_session_skips_closed_days() -> None:
    assert calendar.next_day(Cadence.NYSE_SESSION, FRIDAY) == FRIDAY + timedelta(days=3)
    assert calendar.next_day(Cadence.UTC_DAY, FRIDAY) == FRIDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("cadence", "day", "known"),
    [
        (Cadence.NYSE_NEXT_MORNING, "2026-11-20", "2026-11-21 12:00"),
        (Cadence.WEDNESDAY, "2026-11-18", "2026-11-19 21:30"),
        # Thanksgiving is a Thursday: the release waits for Friday.
        (Cadence.WEDNESDAY, "2026-11-25", "2026-11-27 21:30"),
        (Cadence.WEDNESDAY, "2026-07-01", "2026-07-02 20:30"),
        (Cadence.MONTH, "2026-10-01", "2026-11-12 13:30"),
        # The 12th is a Sunday in July and a Saturday in September.
        (Cadence.MONTH, "2026-06-01", "2026-07-13 12:30"),
        (Cadence.MONTH, "2026-08-01", "2026-09-14 12:30"),
    ],
)
def test_a_published_value_is_known_at_its_release(cadence: Cadence, day: str, known: str) -> None:
    assert calendar.final_at(cadence, date.fromisoformat(day)) == at(known)


def test_the_month_that_was_never_published_is_no_gap() -> None:
    assert not calendar.belongs(Cadence.MONTH, date(2025, 10, 1))
    assert calendar.next_day(Cadence.MONTH, date(2025, 9, 1)) == date(2025, 11, 1)


def test_weekly_and_monthly_values_are_late_by_their_own_calendar() -> None:
    wednesday = date(2026, 11, 11)
    assets = Observation(
        "fed_assets", "FRED", wednesday, 6.6e12, at("2026-11-12 00:00"), at("2026-11-12 22:00"),
        final=True,
    )  # fmt: skip
    assert calendar.late_at(SERIES["fed_assets"], assets, wednesday) == at("2026-11-20 21:30")
    month = date(2026, 9, 1)
    prices = Observation(
        "cpi", "FRED", month, 330.0, at("2026-10-01 00:00"), at("2026-10-14 13:00"), final=True
    )
    assert calendar.late_at(SERIES["cpi"], prices, month) == at("2026-11-15 13:30")


def test_what_is_published_counts_as_final_on_the_vendors_word_alone() -> None:
    session = date(2026, 11, 20)
    flow = Observation(
        "btc_etf_flow", "The Block", session, 0.0, at("2026-11-20 21:00"), at("2026-11-23 00:00"),
        final=False,
    )  # fmt: skip
    assert not calendar.is_final(SERIES["btc_etf_flow"], flow, at("2026-11-30 00:00"))


SNOW = date(1994, 2, 11)
"""A storm closed the exchange early; only one of the two calendars knows."""


# pandas warns about itself inside exchange-calendars, which has not followed it yet.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_sessions_and_closing_bells_equal_an_independent_calendar() -> None:
    """exchange-calendars keeps its own list of the exchange's holidays and half days."""
    xnys = xcals.get_calendar("XNYS", start="1990-01-01", end="2026-12-31")
    theirs = {session.date(): close for session, close in xnys.closes.items()}
    day, last = date(1990, 1, 1), date(2026, 12, 31)
    while day <= last:
        assert calendar.is_session(day) == (day in theirs), day
        if day in theirs and day.year >= 1993 and day != SNOW:
            assert calendar.session_close(day) == theirs[day].to_pydatetime(), day
        day += timedelta(days=1)
