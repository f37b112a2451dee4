"""When a feed is asked next: plans against sessions, futures hours, days and releases."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import NEW_YORK, is_session, session_close, session_open
from bot.ports import At, Every, Hours, Plan
from bot.schedule import AFTER_CLOSE, next_due

UTC_ZONE = ZoneInfo("UTC")
FIVE = timedelta(minutes=5)
moments = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("plan", "asked", "due"),
    [
        ((Every(FIVE),), "2026-11-21 03:00", "2026-11-21 03:05"),
        ((Every(FIVE, Hours.SESSION),), "2026-11-20 15:00", "2026-11-20 15:05"),
        ((Every(FIVE, Hours.SESSION),), "2026-11-20 10:00", "2026-11-20 14:30"),
        ((Every(FIVE, Hours.SESSION),), "2026-11-20 21:29", "2026-11-23 14:30"),
        # Thanksgiving, and the half day after it, which closes at 18:00 UTC.
        ((Every(FIVE, Hours.SESSION),), "2026-11-25 22:00", "2026-11-27 14:30"),
        ((Every(FIVE, Hours.SESSION),), "2026-11-27 18:28", "2026-11-30 14:30"),
        ((Every(FIVE, Hours.GLOBEX),), "2026-11-20 12:00", "2026-11-20 12:05"),
        ((Every(FIVE, Hours.GLOBEX),), "2026-11-19 22:01", "2026-11-19 23:00"),
        ((Every(FIVE, Hours.GLOBEX),), "2026-11-20 22:00", "2026-11-22 23:00"),
        ((Every(FIVE, Hours.GLOBEX),), "2026-11-21 12:00", "2026-11-22 23:00"),
        ((Every(FIVE, Hours.GLOBEX),), "2026-11-22 12:00", "2026-11-22 23:00"),
        ((At((time(16, 40), time(17, 40)), NEW_YORK, frozenset({3})),), "2026-11-20 12:00",
         "2026-11-26 21:40"),
        ((At((time(8, 35),), NEW_YORK, frozenset(range(5)), range(10, 17)),), "2026-11-20 12:00",
         "2026-12-10 13:35"),
        ((At((time(0, 15), time(12)), UTC_ZONE),), "2026-11-20 00:15", "2026-11-20 12:00"),
        # New York leaves summer time on 1 November 2026.
        ((At((time(16, 45),), NEW_YORK),), "2026-10-31 21:00", "2026-11-01 21:45"),
        ((Every(timedelta(hours=6)), At((time(12),), UTC_ZONE)), "2026-11-20 10:00",
         "2026-11-20 12:00"),
    ],
)  # fmt: skip
def test_the_next_request(plan: Plan, asked: str, due: str) -> None:
    assert next_due(plan, at(asked)) == at(due)


def test_without_a_plan_nothing_is_ever_due() -> None:
    assert next_due((), at("2026-11-20 10:00")) is None


@given(moments, st.sampled_from(list(Hours)), st.integers(1, 600))
def test_it_is_always_later_and_within_its_hours(
    asked: datetime, hours: Hours, minutes: int
) -> None:
    due = next_due((Every(timedelta(minutes=minutes), hours),), asked)
    assert due is not None
    assert due >= asked + timedelta(minutes=minutes)
    if hours is Hours.SESSION:
        day = due.astimezone(NEW_YORK).date()
        assert is_session(day)
        assert session_open(day) <= due <= session_close(day) + AFTER_CLOSE
    if hours is Hours.GLOBEX:
        local = due.astimezone(NEW_YORK)
        assert local.weekday() != 5
        assert not time(17) <= local.time() < time(18) or local.weekday() == 6


@given(moments, st.sets(st.integers(0, 6), min_size=1), st.times())
def test_a_fixed_time_is_met_on_its_weekdays_alone(
    asked: datetime, weekdays: set[int], when: time
) -> None:
    due = next_due((At((when,), UTC_ZONE, frozenset(weekdays)),), asked)
    assert due is not None
    assert due > asked
    assert due - asked <= timedelta(days=7)
    assert (due.weekday() in weekdays, due.time()) == (True, when)
