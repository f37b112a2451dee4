"""A process's name says where and since when it runs."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.app import new_holder
from bot.holders import began_at, holder_name, host_of

NOON = datetime(2026, 11, 25, 12, 0, 1, 234_567, tzinfo=UTC)


@pytest.mark.parametrize("host", ["web-1", "a-20261125T120000000Z-0ff", "Größe.local"])
def test_a_name_says_where_and_since_when(host: str) -> None:
    name = holder_name(host, NOON.astimezone(timezone(timedelta(hours=2))), "0f3a")
    assert host_of(name) == host
    assert began_at(name) == NOON.replace(microsecond=234_000)


def test_a_name_of_another_kind_is_a_host() -> None:
    assert (host_of("web-1-3fa9c1d2e4b5"), began_at("web-1-3fa9c1d2e4b5")) == (
        "web-1-3fa9c1d2e4b5",
        None,
    )


def test_no_two_are_the_same() -> None:
    assert new_holder() != new_holder()
    assert began_at(new_holder()) is not None
