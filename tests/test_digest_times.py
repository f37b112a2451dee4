"""When a digest is due: in the chat's own time, whatever is done to its clocks."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.digests.times import days_of, due_of, next_due, zone_of
from bot.model import DigestTime, Preferences

ZONES = (
    "UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe",
    "America/New_York", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "Nowhere/AtAll",
)  # fmt: skip
EIGHT = DigestTime(time(8))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "zone", "after", "due"),
    [
        (EIGHT, "UTC", "2026-11-25 07:59", "2026-11-25 08:00"),
        (EIGHT, "UTC", "2026-11-25 08:00", "2026-11-26 08:00"),
        (EIGHT, "Europe/Berlin", "2026-03-28 07:00", "2026-03-29 06:00"),
        (EIGHT, "Asia/Kolkata", "2026-11-25 02:30", "2026-11-26 02:30"),
        (DigestTime(time(8), weekday=0), "UTC", "2026-11-25 08:00", "2026-11-30 08:00"),
        (DigestTime(time(8), weekday=2), "UTC", "2026-11-25 08:00", "2026-12-02 08:00"),
        # On 29 March 2026 Berlin has no 02:30, and on 25 October two of them.
        (DigestTime(time(2, 30)), "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:30"),
        (DigestTime(time(2, 30)), "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30"),
        (DigestTime(time(2, 30)), "Europe/Berlin", "2026-10-25 00:30", "2026-10-26 01:30"),
        # Lord Howe moves its clocks by half an hour.
        (DigestTime(time(2, 15)), "Australia/Lord_Howe", "2026-10-03 12:00", "2026-10-03 15:45"),
        # Samoa left out 30 December 2011, and heard that day's news with the next one's.
        (EIGHT, "Pacific/Apia", "2011-12-29 18:00", "2011-12-30 18:00"),
        (EIGHT, "Pacific/Apia", "2011-12-30 18:00", "2011-12-31 18:00"),
    ],
)
def test_a_digest_is_due_at_the_next_such_time(
    asked: DigestTime, zone: str, after: str, due: str
) -> None:
    assert next_due(asked, zone, at(after)) == at(due)


def test_who_wants_no_digest_gets_none() -> None:
    assert due_of(Preferences(zone="Europe/Berlin"), at("2026-11-25 08:00")) is None
    assert (days_of(EIGHT), days_of(DigestTime(time(8), 3))) == (1, 7)


@given(
    zone=st.sampled_from(ZONES),
    asked=st.builds(DigestTime, st.times(), st.none() | st.integers(0, 6)),
    after=st.timedeltas(timedelta(0), timedelta(days=30 * 365)).map(
        lambda span: at("2005-01-01 00:00") + span
    ),
)
@example(zone="America/Sao_Paulo", asked=DigestTime(time(0)), after=at("2018-11-03 03:30"))
@example(zone="Australia/Lord_Howe", asked=DigestTime(time(1, 45)), after=at("2026-04-04 12:00"))
def test_each_local_day_has_one_digest_at_the_time_that_was_asked_for(
    zone: str, asked: DigestTime, after: datetime
) -> None:
    dues = [next_due(asked, zone, after)]
    for _ in range(9):
        dues.append(next_due(asked, zone, dues[-1]))
    assert dues[0] > after
    local = [due.astimezone(zone_of(zone)) for due in dues]
    days = timedelta(days=days_of(asked))
    for one, other in pairwise(local):
        # A day that was left out gives its digest to the next one, and a time up to an hour later.
        assert timedelta(0) < other - one <= days + timedelta(hours=25)
        assert one.date() < other.date()
        assert next_due(asked, zone, other.astimezone(UTC) - timedelta(microseconds=1)) == (
            other.astimezone(UTC)
        ), "No instant before it is due as well."
    shown = [each for each in local if each.time() == asked.at.replace(tzinfo=None, fold=0)]
    assert len(shown) >= len(local) - 2, "Clocks change at most twice in ten days."
