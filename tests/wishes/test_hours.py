"""Times of day as people write them."""

from datetime import time

import pytest
from hypothesis import given

from bot.commands import UserError
from bot.model import DigestTime, QuietHours
from bot.wishes.hours import clock, digest_time, digest_typed, quiet_hours, quiet_typed
from tests.wishes.examples import DIGESTS, QUIET


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("22:00", time(22)),
        ("7", time(7)),
        ("07.30", time(7, 30)),
        ("10pm", time(22)),
        ("12 am", time(0)),
        ("12:15pm", time(12, 15)),
        ("24:00", time(0)),
        ("24:01", None),
        ("25", None),
        ("13pm", None),
        ("7:60", None),
        ("", None),
        ("noon", None),
    ],
)
def test_a_time_of_day_is_read(typed: str, at: time | None) -> None:
    assert clock(typed) == at


@pytest.mark.parametrize("typed", ["22:00-07:00", "22-7", "10pm to 7am", "from 22:00 until 07:00",
                                   "22:00 – 7"])  # fmt: skip
def test_quiet_hours_are_read_however_they_are_written(typed: str) -> None:
    assert quiet_hours(typed) == QuietHours(time(22), time(7))


@pytest.mark.parametrize("typed", ["22:00", "22:00-", "22:00-25:00", "7-7", "tonight", "1-2-3"])
def test_what_are_no_quiet_hours_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UserError, match="22:00-07:00, or off"):
        quiet_hours(typed)


@given(QUIET)
def test_quiet_hours_are_read_back(quiet: QuietHours) -> None:
    assert quiet_hours(quiet_typed(quiet)) == quiet


@pytest.mark.parametrize(
    ("typed", "digest"),
    [
        ("daily 08:00", DigestTime(time(8))),
        ("daily", DigestTime(time(8))),
        ("at 7pm", DigestTime(time(19))),
        ("weekly monday 08:00", DigestTime(time(8), 0)),
        ("weekly on fri at 18:00", DigestTime(time(18), 4)),
        ("sunday", DigestTime(time(8), 6)),
        ("weekly", DigestTime(time(8), 0)),
        ("every tuesday 9", DigestTime(time(9), 1)),
        ("off", None),
    ],
)
def test_when_a_digest_comes_is_read(typed: str, digest: DigestTime | None) -> None:
    assert digest_time(typed) == digest


@pytest.mark.parametrize("typed", ["", "daily monday", "hourly", "monday noon", "mo 8", "8 monday"])
def test_what_is_no_time_for_a_digest_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(UserError, match="weekly monday 08:00"):
        digest_time(typed)


@given(DIGESTS)
def test_the_time_of_a_digest_is_read_back(digest: DigestTime) -> None:
    assert digest_time(digest_typed(digest)) == digest
