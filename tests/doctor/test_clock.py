"""The clock beside those of others, and the rules of zones."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.doctor import clock
from bot.http.dates import ahead_seconds
from bot.ports import State
from tests.doctor.ask import of, states

NOW = datetime(2026, 11, 25, 15, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "state", "says"),
    [
        (0.0, State.OK, "within 5 s"),
        (-5.0, State.OK, "within 5 s"),
        (12.0, State.WARN, "12 s ahead of"),
        (-59.0, State.WARN, "59 s behind"),
        (61.0, State.FAIL, "61 s ahead of"),
        (-7200.0, State.FAIL, "7200 s behind"),
    ],
)
def test_a_clock_that_strays_is_told_and_beyond_a_minute_fails(
    ahead: float, state: State, says: str
) -> None:
    found = list(clock.examine([ahead, ahead, 9e9], ahead, NOW))
    for subject in ("clock", "clock of the store"):
        assert of(found, subject).state is state
        assert says in of(found, subject).found


def test_without_anybody_to_compare_with_that_is_told() -> None:
    found = states(clock.examine([], None, NOW))
    assert found == {"clock": State.WARN, "time zones": State.OK}


def test_old_zones_are_told_and_wrong_ones_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(clock.CHANGED_LATELY, "Asia/Almaty", 6)
    assert of(clock.examine([], None, NOW), "time zones").state is State.WARN
    monkeypatch.setattr(clock, "HOURS_IN_NEW_YORK", (-4, -4))
    assert of(clock.examine([], None, NOW), "time zones").state is State.FAIL
    monkeypatch.setattr(clock, "NEW_YORK", "America/Nowhere")
    assert of(clock.examine([], None, NOW), "time zones").state is State.FAIL


def dated(moment: datetime, age: str | None = None) -> dict[str, str]:
    header = {"Date": format_datetime(moment.astimezone(UTC), usegmt=True)}
    return header if age is None else header | {"Age": age}


@given(
    off=st.floats(-1e6, 1e6),
    took=st.floats(0, 30),
    share=st.floats(0, 1),
    age=st.integers(0, 86_400),
)
def test_no_more_is_said_of_a_clock_than_is_sure(
    off: float, took: float, share: float, age: int
) -> None:
    asked = NOW + timedelta(seconds=off)
    made = NOW + timedelta(seconds=took * share)
    told = (made - timedelta(seconds=age)).replace(microsecond=0)
    found = ahead_seconds(dated(told, str(age)), asked, asked + timedelta(seconds=took))
    assert found is not None
    assert abs(found) <= abs(off) + 1e-5
    assert abs(found - off) <= took + 1 + 1e-5


@pytest.mark.parametrize(
    "headers",
    [{}, {"Date": ""}, {"Date": "soon"}, dated(NOW, "old"), {"Date": "Wed, 99 Nov 9999 9:9:9 GMT"}],
)
def test_a_date_that_is_none_says_nothing(headers: dict[str, str]) -> None:
    assert ahead_seconds(headers, NOW, NOW) is None


def test_a_date_without_a_zone_is_taken_for_greenwichs() -> None:
    assert ahead_seconds({"Date": "Wed, 25 Nov 2026 15:00:00 -0000"}, NOW, NOW) == 0
