"""How often one thing follows another."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.studies.episodes import Episode, episodes
from bot.studies.followed import Season
from tests.studies.examples import RULES, day, flat, points

TEN = timedelta(days=10)
INDEX = points(flat((20, 40.0), (10, 80.0), (30, 40.0)))
SEASON = Season.of(INDEX, episodes(RULES["altseason"], INDEX))


def test_a_season_is_on_from_the_day_it_began_to_the_day_before_it_ended() -> None:
    assert SEASON.found == (Episode(day(21), day(30)),)
    assert [SEASON.is_on(day(n)) for n in (20, 21, 29, 30)] == [False, True, True, False]


def test_only_days_after_and_within_count() -> None:
    assert SEASON.next(day(11), TEN) == day(21)
    assert SEASON.next(day(10), TEN) is None
    assert SEASON.next(day(21), TEN) is None


def test_a_day_whose_time_is_not_over_is_not_counted_though_it_was_followed() -> None:
    assert SEASON.tally([day(49), day(50), day(-1)], TEN).unknown == 2
    young = Season.of(INDEX[:24], SEASON.found)
    assert young.tally([day(15)], TEN).n == 0


def test_the_base_rate_leaves_out_the_days_on_which_it_was_there_already() -> None:
    base = SEASON.base(TEN)
    # Days 0 to 49 have their time over; nine are in the season; days 11 to 20 are followed.
    assert (base.n, base.hits, base.during) == (41, 10, 9)
    assert base.share == 10 / 41


def test_a_season_nobody_saw_begin_follows_nothing() -> None:
    index = points(flat((10, 80.0), (30, 40.0)))
    season = Season.of(index, episodes(RULES["altseason"], index))
    assert season.is_on(day(3))
    assert season.next(day(-1), TEN) is None


@given(
    st.lists(st.floats(0, 100), max_size=100),
    st.lists(st.integers(-20, 120), max_size=30),
    st.integers(1, 60),
)
def test_every_day_is_counted_once(values: list[float], days: list[int], window: int) -> None:
    index = points(values)
    season = Season.of(index, episodes(RULES["altseason"], index))
    tally = season.tally([day(n) for n in days], timedelta(days=window))
    assert tally.n + tally.during + tally.unknown == len(days)
    assert 0 <= tally.hits <= tally.n
    longer = season.tally([day(n) for n in days], timedelta(days=window + 1))
    assert longer.n <= tally.n
