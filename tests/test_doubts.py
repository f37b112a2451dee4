"""Steps too long to be believed at once: what holds a value back, and what sets it free."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.book import Book
from bot.calendar import session_close
from bot.doubts import Doubts
from bot.model import Observation

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
VENDORS = {"btc_dominance": ("CMC", "CoinGecko"), "russell_2000": ("Yahoo", "Cboe")}


class Door:
    """What comes in passes the doubts on its way into a book."""

    def __init__(self) -> None:
        self.book, self.doubts = Book(VENDORS), Doubts()

    def enter(self, *observations: Observation) -> list[float]:
        entered = self.book.add(self.doubts.sift(self.book, observations))
        return [each.value for each in entered]


def sample(value: float, minutes: float = 0.0, vendor: str = "CMC") -> Observation:
    moment = NOON + timedelta(minutes=minutes)
    return Observation("btc_dominance", vendor, moment.date(), value, moment, moment, final=False)


def close(day: date, value: float, vendor: str = "Yahoo", minutes: float = 60.0) -> Observation:
    bell = session_close(day)
    seen = bell + timedelta(minutes=minutes)
    return Observation("russell_2000", vendor, day, value, bell, seen, final=True)


DAY = 24 * 60.0


def test_a_usual_step_enters_at_once() -> None:
    door = Door()
    assert door.enter(sample(58.0)) == [58.0]
    assert door.enter(sample(56.6, 15)) == [56.6]
    assert door.doubts.notice("btc_dominance", "CMC") == ""


def test_a_jump_is_held_and_said_until_a_second_sample_confirms_it() -> None:
    door = Door()
    door.enter(sample(58.0))
    assert door.enter(sample(54.0, 15)) == []
    said = door.doubts.notice("btc_dominance", "CMC")
    assert said == (
        "Held back: CMC's Bitcoin dominance of 54.00 % (as of 2026-03-02 12:15 UTC), too far from "
        "58.00 % to be used before something confirms it."
    )
    assert door.enter(sample(54.1, 20)) == [], "Five minutes later it may be the same mistake."
    assert door.enter(sample(54.1, 30)) == [54.1]
    assert door.doubts.notice("btc_dominance", "CMC") == ""


def test_a_spike_that_goes_away_was_never_there() -> None:
    door = Door()
    door.enter(sample(58.0))
    assert door.enter(sample(50.0, 15)) == []
    assert door.enter(sample(58.1, 30)) == [58.1]
    assert door.enter(sample(50.0, 45)) == [], "It begins anew."
    latest = door.book.latest("btc_dominance", "CMC")
    assert latest is not None
    assert latest.value == 58.1


def test_a_second_vendor_confirms_at_once_on_its_own_scale() -> None:
    door = Door()
    for day in range(5):
        door.enter(sample(58.0, day * DAY), sample(55.5, day * DAY, "CoinGecko"))
    later = 4 * DAY + 40
    assert door.enter(sample(52.0, later, "CoinGecko")) == []
    assert door.enter(sample(54.5, later + 1)) == [], "Nobody has confirmed either."
    assert door.enter(sample(52.0, later + 15, "CoinGecko")) == [52.0]
    assert door.enter(sample(54.6, later + 16)) == [54.6], "As far from CoinGecko as ever."


def test_a_vendor_that_stays_where_it_was_makes_a_second_look_too_few() -> None:
    door = Door()
    for day in range(5):
        door.enter(sample(58.0, day * DAY), sample(55.5, day * DAY, "CoinGecko"))
    later = 4 * DAY
    assert door.enter(sample(54.5, later + 15)) == []
    door.enter(sample(55.4, later + 25, "CoinGecko"))
    assert door.enter(sample(54.5, later + 30)) == [], "CoinGecko has not moved."
    assert door.enter(sample(54.5, later + DAY)) == [54.5, 54.5], "A day on it is believed."


def test_a_step_of_more_than_five_points_waits_for_another_vendor_or_another_day() -> None:
    door = Door()
    door.enter(sample(58.0))
    for minutes in (15, 30, 300, 600):
        assert door.enter(sample(50.0, minutes)) == []
    assert door.enter(sample(50.2, DAY)) == [50.0, 50.2]


def test_a_long_outage_makes_a_long_step_likelier() -> None:
    door = Door()
    door.enter(sample(58.0))
    assert door.enter(sample(54.0, 9 * DAY)) == [54.0]


def test_a_bad_tick_in_a_loaded_past_is_left_out() -> None:
    door = Door()
    days = [date(2026, 2, day) for day in (2, 3, 4, 5, 6)]
    values = [2400.0, 2410.0, 1200.0, 2420.0, 2430.0]
    entered = door.enter(*(close(d, v) for d, v in zip(days, values, strict=True)))
    assert entered == [2400.0, 2410.0, 2420.0, 2430.0]


def test_a_crash_in_a_loaded_past_stays_as_the_next_day_confirms_it() -> None:
    door = Door()
    days = [date(2026, 2, day) for day in (2, 3, 4, 5)]
    values = [2400.0, 2410.0, 1900.0, 1850.0]
    entered = door.enter(*(close(d, v) for d, v in zip(days, values, strict=True)))
    assert sorted(entered) == sorted(values)


def test_a_close_that_crashed_is_confirmed_by_the_next_look_or_by_another_vendor() -> None:
    monday, tuesday = date(2026, 2, 2), date(2026, 2, 3)
    door = Door()
    door.enter(close(monday, 2400.0))
    assert door.enter(close(tuesday, 1900.0)) == []
    assert door.enter(close(tuesday, 1900.0, minutes=75)) == [1900.0]
    other = Door()
    other.enter(close(monday, 2400.0), close(monday, 2400.0, "Cboe"))
    other.book.load([close(tuesday, 1901.0, "Cboe")])
    assert other.enter(close(tuesday, 1900.0)) == [1900.0]


@given(st.lists(st.floats(21, 99, allow_nan=False), min_size=1, max_size=30))
def test_whatever_enters_is_near_what_came_before_or_was_seen_twice(values: list[float]) -> None:
    door = Door()
    accepted: list[float] = []
    for number, value in enumerate(values):
        entered = door.enter(sample(value, 15 * number))
        for each in entered:
            near = not accepted or abs(each - accepted[-1]) <= 1.5
            twice = any(abs(each - v) <= 1.5 for v in values[:number])
            assert near or twice
            accepted.append(each)


@pytest.mark.parametrize("value", [57.9, 60.0])
def test_a_held_value_of_one_day_does_not_outlive_a_newer_accepted_one(value: float) -> None:
    door = Door()
    door.enter(sample(58.0))
    door.enter(sample(30.0, 15))
    door.enter(sample(value, 30), sample(58.2, 45))
    assert door.doubts.notice("btc_dominance", "CMC") == ""


def test_what_a_vendor_says_twice_of_a_day_that_is_over_is_believed() -> None:
    door = Door()
    days_later = NOON + timedelta(days=3)
    door.enter(replace(sample(58.0), observed_at=days_later))
    jump = sample(54.0, DAY)
    assert door.enter(replace(jump, observed_at=days_later)) == []
    again = replace(jump, observed_at=days_later + timedelta(seconds=1))
    assert door.enter(again) == [54.0]
