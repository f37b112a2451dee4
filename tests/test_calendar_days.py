"""The calendar day by day: every cadence's days, moments and edges, to the minute."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import calendar
from bot.catalogue import SERIES
from bot.model import Cadence, Observation
from tests.test_calendar import DOMINANCE, FRIDAY, RUSSELL, at, bar, sample

MINUTE = timedelta(minutes=1)
FUTURE = SERIES["russell_2000_future"]


def test_a_session_opens_and_closes_by_new_yorks_clock() -> None:
    assert calendar.session_open(date(2026, 7, 6)) == at("2026-07-06 13:30")
    assert calendar.session_open(FRIDAY) == at("2026-11-20 14:30")
    assert calendar.session_open(FRIDAY).tzinfo is UTC
    assert calendar.session_close(FRIDAY).tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "trades_from"),
    [
        ("2026-11-18 12:00", "2026-11-18 12:00"),  # a Wednesday
        ("2026-11-18 21:59", "2026-11-18 21:59"),
        ("2026-11-18 22:00", "2026-11-18 23:00"),  # the break, 17:00 to 18:00 in New York
        ("2026-11-18 22:59", "2026-11-18 23:00"),
        ("2026-11-18 23:00", "2026-11-18 23:00"),
        ("2026-11-20 21:59", "2026-11-20 21:59"),  # the last minute of the week
        ("2026-11-20 22:00", "2026-11-22 23:00"),
        ("2026-11-20 23:30", "2026-11-22 23:00"),
        ("2026-11-21 12:00", "2026-11-22 23:00"),
        ("2026-11-22 22:59", "2026-11-22 23:00"),
        ("2026-11-22 23:00", "2026-11-22 23:00"),
        ("2026-11-23 03:00", "2026-11-23 03:00"),
        ("2026-07-04 12:00", "2026-07-05 22:00"),  # in summer
    ],
)
def test_futures_trade_from_sunday_evening_to_friday_with_a_break_a_day(
    moment: str, trades_from: str
) -> None:
    assert calendar.globex_from(at(moment)) == at(trades_from)


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        (Cadence.NYSE_SESSION, [23, 24, 25, 27, 30]),
        (Cadence.NYSE_NEXT_MORNING, [23, 24, 25, 27, 30]),
        (Cadence.GLOBEX, [23, 24, 25, 27, 30]),
        (Cadence.UTC_DAY, [22, 23, 24, 25, 26, 27, 28, 29, 30]),
        (Cadence.UTC_MORNING, [22, 23, 24, 25, 26, 27, 28, 29, 30]),
        (Cadence.WEDNESDAY, [25]),
        (Cadence.MONTH, []),
    ],
)
def test_the_days_of_every_cadence_in_the_week_of_thanksgiving(
    cadence: Cadence, days: list[int]
) -> None:
    week = [date(2026, 11, number) for number in range(22, 31)]
    assert [each.day for each in week if calendar.belongs(cadence, each)] == days


def test_a_month_is_its_first_day() -> None:
    assert calendar.belongs(Cadence.MONTH, date(2026, 11, 1))
    assert calendar.next_day(Cadence.MONTH, date(2026, 11, 1)) == date(2026, 12, 1)
    assert calendar.next_day(Cadence.WEDNESDAY, date(2026, 11, 18)) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("cadence", "day", "known"),
    [
        (Cadence.NYSE_SESSION, "2026-11-20", "2026-11-20 21:20"),
        (Cadence.NYSE_SESSION, "2026-11-27", "2026-11-27 18:20"),  # half a day
        (Cadence.NYSE_NEXT_MORNING, "2026-11-20", "2026-11-21 12:00"),
        (Cadence.GLOBEX, "2026-11-20", "2026-11-20 22:00"),
        (Cadence.UTC_MORNING, "2026-11-20", "2026-11-20 00:00"),
        (Cadence.UTC_DAY, "2026-11-20", "2026-11-21 00:00"),
        # The day after the Wednesday before New Year's Day is a holiday, and then a Friday.
        (Cadence.WEDNESDAY, "2025-12-31", "2026-01-02 21:30"),
        (Cadence.MONTH, "2026-01-01", "2026-02-12 13:30"),
        # 31 days after the 1st of a month is the next month, of February too.
        (Cadence.MONTH, "2026-02-01", "2026-03-12 12:30"),
        (Cadence.MONTH, "2025-12-01", "2026-01-12 13:30"),
        # The 12th is a Friday, a Saturday, a Sunday.
        (Cadence.MONTH, "2026-05-01", "2026-06-12 12:30"),
        (Cadence.MONTH, "2026-11-01", "2026-12-14 13:30"),
        (Cadence.MONTH, "2026-03-01", "2026-04-13 12:30"),
    ],
)
def test_when_the_world_can_know_a_value(cadence: Cadence, day: str, known: str) -> None:
    moment = calendar.final_at(cadence, date.fromisoformat(day))
    assert moment == at(known)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "quoted", "stands_still"),
    [
        ("2026-11-20 15:01", "2026-11-20 14:30", True),
        ("2026-11-20 15:01", "2026-11-20 14:31", False),  # half an hour old, and not more
        ("2026-11-20 15:01", "2026-11-20 14:32", False),
        ("2026-11-20 15:00", "2026-11-19 21:00", False),  # half an hour after the bell
        ("2026-11-20 15:01", "2026-11-19 21:00", True),
        ("2026-11-20 20:59", "2026-11-20 20:28", True),
        ("2026-11-20 21:00", "2026-11-20 20:20", False),  # the closing bell
        ("2026-11-21 16:00", "2026-11-20 14:30", False),  # a Saturday
        ("2026-11-27 17:59", "2026-11-25 21:00", True),  # half a day
        ("2026-11-27 18:01", "2026-11-25 21:00", False),
    ],
)
def test_an_index_stands_still_while_its_market_trades(
    now: str, quoted: str, *, stands_still: bool
) -> None:
    latest = bar(FRIDAY, at(quoted))
    assert calendar.drowsy(RUSSELL, latest, at(now)) is stands_still


def test_only_an_index_can_stand_still() -> None:
    old = sample(at("2026-11-20 09:00"))
    assert not calendar.drowsy(DOMINANCE, old, at("2026-11-20 16:00"))


def test_which_day_it_is_in_new_york_decides_and_not_in_greenwich() -> None:
    """Friday's session is over at midnight UTC, although it still is Friday there."""
    assert not calendar.drowsy(RUSSELL, bar(FRIDAY, at("2026-11-20 15:00")), at("2026-11-21 01:00"))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Honolulu"])
def test_the_clock_on_the_wall_of_the_machine_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", zone)
        time.tzset()
        assert calendar.drowsy(RUSSELL, bar(FRIDAY, at("2026-11-20 14:30")), at("2026-11-20 15:01"))
        assert calendar.drowsy(RUSSELL, bar(FRIDAY, at("2026-11-20 14:30")), at("2026-11-20 20:59"))
        assert calendar.globex_from(at("2026-11-20 22:00")) == at("2026-11-22 23:00")
    time.tzset()


def test_a_sample_is_near_the_days_end_by_the_hours_after_which_it_would_be_late() -> None:
    over = at("2026-11-21 00:10")
    near = at("2026-11-21 00:00") - timedelta(hours=DOMINANCE.late_after_hours)
    assert calendar.is_final(DOMINANCE, sample(near), over)
    assert not calendar.is_final(DOMINANCE, sample(near - MINUTE), over)
    assert not calendar.is_final(DOMINANCE, sample(near), over - MINUTE)
    assert not calendar.is_final(DOMINANCE, sample(near - MINUTE), over - MINUTE, superseded=True)


def test_the_vendors_word_is_enough_for_what_it_publishes_and_not_for_a_bar() -> None:
    early = at("2026-11-20 12:00")
    assert calendar.is_final(DOMINANCE, sample(early, final=True), early)
    assert not calendar.is_final(RUSSELL, bar(FRIDAY, early, final=True), at("2026-11-23 00:00"))


def future(moment: datetime) -> Observation:
    return Observation(
        FUTURE.key, "Yahoo", moment.date(), 2_400.0, moment, moment, final=False
    )  # fmt: skip


def test_a_future_is_late_by_its_own_time_and_never_for_a_break() -> None:
    allowance = timedelta(hours=FUTURE.late_after_hours)
    midweek = at("2026-11-18 12:00")
    assert calendar.late_at(FUTURE, future(midweek), None) == midweek + allowance
    last = at("2026-11-20 21:59")
    assert calendar.late_at(FUTURE, future(last), None) == at("2026-11-22 23:00") + allowance


def test_a_first_value_that_is_not_final_is_late_when_its_own_day_does_not_end_well() -> None:
    unfinished = bar(FRIDAY, at("2026-11-20 15:00"), final=False)
    allowance = timedelta(hours=RUSSELL.late_after_hours)
    due = calendar.final_at(Cadence.NYSE_SESSION, FRIDAY)
    assert calendar.late_at(RUSSELL, unfinished, None) == due + allowance


def test_the_longest_closure_there_was() -> None:
    """After Tuesday 11 September 2001 the exchange opened again on Monday."""
    assert calendar.next_day(Cadence.NYSE_SESSION, date(2001, 9, 10)) == date(2001, 9, 17)
