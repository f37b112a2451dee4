from datetime import UTC, date, datetime, timedelta

import pytest

from bot.calendar import is_session, session_close
from bot.fund_flows import ACTIVE_SESSIONS, complete_sessions

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
SESSIONS = [day for n in range(40) if is_session(day := date(2026, 3, 3) - timedelta(days=39 - n))]
NEWEST = SESSIONS[-1]


def funds(count: int) -> dict[date, dict[int, float]]:
    """Every fund reporting on every session."""
    return {day: dict.fromkeys(range(count), 1.0) for day in SESSIONS}


def test_every_session_counts_when_every_fund_reports() -> None:
    assert complete_sessions(funds(3), NOW) == SESSIONS


def test_a_session_that_an_active_fund_is_missing_from_does_not_count() -> None:
    reported = funds(3)
    del reported[NEWEST][1]
    assert complete_sessions(reported, NOW) == SESSIONS[:-1]


@pytest.mark.parametrize(("missing", "counts"), [(1, True), (2, False)])
def test_the_share_says_how_many_may_be_missing(missing: int, *, counts: bool) -> None:
    reported = funds(20)
    for fund in range(missing):
        del reported[NEWEST][fund]
    assert (NEWEST in complete_sessions(reported, NOW, share=0.95)) is counts


@pytest.mark.parametrize(
    ("silent", "counts"), [(ACTIVE_SESSIONS, False), (ACTIVE_SESSIONS + 1, True)]
)
def test_a_fund_is_waited_for_until_it_was_silent_for_ten_sessions(
    silent: int, *, counts: bool
) -> None:
    reported = funds(2)
    for day in SESSIONS[-silent:]:
        del reported[day][1]
    assert (NEWEST in complete_sessions(reported, NOW)) is counts


def test_a_new_fund_is_welcome_from_its_first_day_and_waited_for_from_its_second() -> None:
    reported = funds(2)
    reported[SESSIONS[-2]][7] = 5.0
    assert complete_sessions(reported, NOW) == SESSIONS[:-1]


def test_a_new_fund_does_not_make_up_for_a_missing_one() -> None:
    reported = funds(2)
    reported[NEWEST] = {0: 1.0, 7: 1.0}
    assert NEWEST not in complete_sessions(reported, NOW)


def test_zeros_alone_count_only_once_a_later_session_has_flows() -> None:
    reported = funds(2)
    for day in (SESSIONS[-4], SESSIONS[-2], NEWEST):
        reported[day] = {0: 0.0, 1: 0.0}
    assert complete_sessions(reported, NOW) == SESSIONS[:-2]


def test_a_zero_of_one_fund_is_a_report() -> None:
    reported = funds(2)
    reported[NEWEST][0] = 0.0
    assert complete_sessions(reported, NOW)[-1] == NEWEST


def test_inflows_that_cancel_out_are_flows() -> None:
    reported = funds(2)
    reported[NEWEST] = {0: 5.0, 1: -5.0}
    assert complete_sessions(reported, NOW)[-1] == NEWEST


def test_a_session_counts_from_its_closing_bell_on() -> None:
    close = session_close(NEWEST)
    assert NEWEST in complete_sessions(funds(2), close)
    assert NEWEST not in complete_sessions(funds(2), close - timedelta(seconds=1))


def test_a_day_without_trading_neither_counts_nor_is_looked_back_on() -> None:
    reported = funds(2)
    reported[date(2026, 2, 16)] = {9: 1.0}  # Presidents' Day.
    reported[date(2026, 2, 28)] = {9: 1.0}  # A Saturday.
    assert complete_sessions(reported, NOW) == SESSIONS


@pytest.mark.parametrize("rows", [{}, {NEWEST: {}}, {NEWEST: {0: 0.0}}], ids=repr)
def test_nothing_reported_is_nothing_complete(rows: dict[date, dict[int, float]]) -> None:
    assert complete_sessions(rows, NOW) == []
