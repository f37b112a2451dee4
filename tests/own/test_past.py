"""How often a rule would have fired: worked examples, a law, and the recorded history."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import replay
from bot.model import Condition, OwnRule, Side, Span, Window
from bot.own.past import Firings, firings
from tests.handlers.past import HISTORY
from tests.own.days import day, point, points
from tests.own.typed import BY_KEY

BELOW = Condition("btc_dominance", Side.BELOW, 55.0)
ABOVE = Condition("altcoin_season_index", Side.ABOVE, 75.0)
DAY = timedelta(days=1)


def fired(values: list[float], *, hold: timedelta | None = None) -> list[int]:
    """The indexes of the days on which dominance below 55 % fires; it recovers above 56 %."""
    found = firings(OwnRule((BELOW,), hold=hold), {"btc_dominance": points(values)}, BY_KEY)
    assert found is not None
    return [(each - day(0)).days for each in found.fired]


def test_trembling_on_the_line_is_one_firing() -> None:
    assert fired([60, 54.9, 55.1, 54.9, 55.9, 54.0, 60]) == [1]


def test_it_fires_anew_after_the_recovery_line() -> None:
    assert fired([60, 54.9, 56.0, 54.9, 56.1, 54.9]) == [1, 5]


def test_what_was_true_at_the_beginning_is_not_counted() -> None:
    assert fired([54, 53, 57, 54]) == [3]
    found = firings(OwnRule((BELOW,)), {"btc_dominance": points([54, 53])}, BY_KEY)
    assert found == Firings(day(0), day(1), 2, (), began_true=True)


def test_a_rule_that_waits_counts_only_what_lasted() -> None:
    assert fired([60, 54, 60, 54, 54, 54, 54], hold=2 * DAY) == [5]


def test_once_reminders_steps_and_an_end_do_not_change_the_past() -> None:
    past = {"btc_dominance": points([60, 54, 50, 60, 54])}
    plain = firings(OwnRule((BELOW,)), past, BY_KEY)
    for rule in (
        OwnRule((BELOW,), once=True),
        OwnRule((BELOW,), remind=DAY),
        OwnRule((BELOW,), step=1.0),
        OwnRule((BELOW,), until=day(1)),
    ):
        assert firings(rule, past, BY_KEY) == plain == Firings(day(0), day(4), 5, (day(1), day(4)))


def test_two_conditions_count_from_the_day_that_both_are_known() -> None:
    past = {
        "btc_dominance": points([60, 54, 54, 54, 54]),
        "altcoin_season_index": [point(day(2), 40), point(day(4), 80)],
    }
    found = firings(OwnRule((ABOVE, BELOW)), past, BY_KEY)
    assert found == Firings(day(2), day(4), 3, (day(4),))


def test_a_value_counts_beside_another_for_ten_days() -> None:
    past = {
        "btc_dominance": points([60.0] * 12 + [54.0] * 10),
        "altcoin_season_index": [point(day(0), 80), point(day(21), 80)],
    }
    found = firings(OwnRule((ABOVE, BELOW)), past, BY_KEY)
    assert found is not None
    assert found.days == 12
    assert found.fired == (day(21),)


def test_without_a_past_there_is_nothing_to_say() -> None:
    assert firings(OwnRule((BELOW,)), {"btc_dominance": ()}, BY_KEY) is None
    rise = Condition("russell_2000", Side.ABOVE, 9.0, Window(15, Span.SESSIONS))
    assert firings(OwnRule((rise,)), {"russell_2000": points([1.0] * 15)}, BY_KEY) is None


@given(st.lists(st.sampled_from([53.0, 55.0, 55.5, 57.0]), min_size=1, max_size=40))
def test_between_two_firings_lies_a_recovery(values: list[float]) -> None:
    days = fired(values)
    assert all(values[each] < 55.0 for each in days)
    assert all(max(values[start:end]) > 56.0 for start, end in pairwise(days))
    crossings = sum(a >= 55 > b for a, b in pairwise(values))
    assert len(days) <= crossings


@pytest.mark.skipif(not HISTORY.exists(), reason="needs the recorded history beside the project")
def test_on_the_recorded_history_it_is_what_a_plain_loop_counts() -> None:
    told = [o for o in replay.read(HISTORY).observations if o.series == "russell_2000"]
    closes = sorted((o.day, o.value) for o in told)
    waiting, days = False, []
    for (_, then), (today, now) in zip(closes, closes[15:], strict=False):
        change = 100.0 * (now / then - 1.0)
        if waiting and change >= 9.0:
            days.append(today)
            waiting = False
        elif change < 4.5:
            waiting = True
    rise = Condition("russell_2000", Side.ABOVE, 9.0, Window(15, Span.SESSIONS))
    past = {"russell_2000": [point(*each) for each in closes]}
    found = firings(OwnRule((rise,)), past, BY_KEY)
    assert found is not None
    assert list(found.fired) == days
    assert len(days) > 50
