"""Time zones as people name them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.commands import UserError
from bot.manners import known_zone
from bot.wishes.zones import moment_there, zone_named, zones
from tests.wishes.examples import ZONES


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/BERLIN", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("sao paulo", "America/Sao_Paulo"),
        ("istanbul", "Europe/Istanbul"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("lord_howe", "Australia/Lord_Howe"),
        ("utc", "UTC"),
        ("japan", "Japan"),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(typed: str, name: str) -> None:
    assert zone_named(typed) == name


@given(ZONES)
def test_every_zone_is_found_by_its_own_name_and_known_to_this_machine(name: str) -> None:
    assert zone_named(name) == zone_named(name.lower()) == name
    assert known_zone(name) == ZoneInfo(name)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("berln", "Did you mean one of these: Europe/Berlin"),
        ("kolkatta", "Asia/Kolkata"),
        ("new_yor", "America/New_York"),
        ("utc+2", "Name a large city near you"),
        ("qqqqqqq", "Name a large city near you"),
        ("factory", "There is no time zone factory."),
    ],
)
def test_of_what_is_no_zone_the_nearest_are_named(typed: str, said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        zone_named(typed)


DOUBLED = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), ZONES)  # noqa: DTZ001
@example(DOUBLED.replace(tzinfo=None), "Europe/Berlin")
@example((DOUBLED + timedelta(hours=1)).replace(tzinfo=None), "Europe/Berlin")
@example(datetime(2026, 4, 4, 15, 15), "Australia/Lord_Howe")  # noqa: DTZ001
def test_a_moment_is_said_by_the_clocks_there(naive: datetime, zone: str) -> None:
    moment = naive.replace(tzinfo=UTC, second=0, microsecond=0)
    assert said_moments(moment_there(moment, zone), zone) == [moment]


def said_moments(text: str, zone: str) -> list[datetime]:
    """The instants that a text names by the clocks of a zone."""
    pattern = rf"(\d{{4}}-\d\d-\d\d \d\d:\d\d) {re.escape(zone)}(?:, UTC([+-]\d+))?"
    found = []
    for local, offset in re.findall(pattern, text):
        form = "%Y-%m-%d %H:%M%z" if offset else "%Y-%m-%d %H:%M"
        read = datetime.strptime(f"{local}{offset}", form)  # noqa: DTZ007
        found.append((read if offset else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC))
    return found


def test_what_stands_on_a_map_comes_first() -> None:
    assert zones().index("Europe/Istanbul") < zones().index("Asia/Istanbul")
    assert len(set(zones())) == len(zones())
