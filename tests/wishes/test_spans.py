"""For how long and until when, as people write it."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from bot.commands import UserError
from bot.wishes.spans import end_of, instant, instant_typed, length
from tests.wishes.examples import NOW, UNTIL

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("1h", 60),
        ("90 minutes", 90),
        ("2 days", 2880),
        ("a week", 10080),
        ("an hour", 60),
        ("1h 30m", 90),
        ("1.5h", 90),
        ("3 months", None),
        ("3", None),
        ("", None),
        ("1h and more", None),
    ],
)
def test_a_length_of_time_is_read(typed: str, minutes: float | None) -> None:
    assert length(typed) == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize("typed", ["0h", "0.5m", "30d 1m", "999999 weeks"])
def test_a_mute_is_neither_shorter_nor_longer_than_it_may_be(typed: str) -> None:
    span = length(typed)
    assert span is not None
    with pytest.raises(UserError, match="1 minute up to 30 days"):
        end_of(span, NOW)


def test_it_ends_at_a_whole_minute_and_not_early() -> None:
    assert end_of(timedelta(hours=1), NOW) == datetime(2026, 11, 25, 13, 4, tzinfo=UTC)
    noon = NOW.replace(minute=0, second=0, microsecond=0)
    assert end_of(timedelta(days=30), noon) == noon + timedelta(days=30)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-11-30t12:00z", datetime(2026, 11, 30, 12, tzinfo=UTC)),
        ("2026-11-30 12:00", datetime(2026, 11, 30, 11, tzinfo=UTC)),
        ("2026-11-30t12:00+05:30", datetime(2026, 11, 30, 6, 30, tzinfo=UTC)),
        ("2026-11-30", datetime(2026, 11, 29, 23, tzinfo=UTC)),
        ("08:00", datetime(2026, 11, 26, 7, tzinfo=UTC)),
        ("14:00", datetime(2026, 11, 25, 13, tzinfo=UTC)),
        ("13:03", datetime(2026, 11, 26, 12, 3, tzinfo=UTC)),
        ("btc_dominance below 55", None),
    ],
)
def test_an_instant_is_read_by_the_clocks_of_the_chat(typed: str, moment: datetime | None) -> None:
    assert instant(typed, NOW, BERLIN) == moment


def test_a_time_that_the_clocks_leave_out_is_after_they_have_changed() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert instant("02:30", before, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["2026-13-01", "2026-11-30 25:00", "0001-01-01 00:00"])
def test_what_is_no_instant_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UserError, match=re.escape("2026-11-30T12:00Z")):
        instant(typed, NOW, BERLIN)


@given(UNTIL)
def test_an_instant_is_read_back(moment: datetime) -> None:
    assert instant(instant_typed(moment).lower(), NOW, BERLIN) == moment
